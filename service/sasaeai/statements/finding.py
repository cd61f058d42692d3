"""Finding by words: texts folded until only what a reader means by them is left, and an index of them.

The folding is Unicode's NFKC and case folding, without the accents of Latin letters, with katakana as hiragana and
without spaces. Nothing is guessed: ～ stays a wave, ー a long vowel, and no kanji stands for another.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, islice, repeat

_GAP = "\x1f"
"""What stands before and after each text: a space, which no folded text has."""

_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(0x30A1, 0x30F7)}
_ACCENTS = dict.fromkeys(range(0x300, 0x370))
_ALIKE = (
    _HIRAGANA
    | {ord("ヵ"): "か", ord("ヶ"): "け", ord("ゕ"): "か", ord("ゖ"): "け", ord("ヽ"): "ゝ", ord("ヾ"): "ゞ"}
    | {ord("〜"): "~"}  # what NFKC makes of ～, which keyboards write for it
    | dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")
)


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Return a text as it is compared: the same for its full- and half-width, upper- and lower-case variants."""
    if text.isascii():
        return "".join(text.casefold().split())
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_ACCENTS)
    whole = unicodedata.normalize("NFKC", apart).translate(_ALIKE)
    return "".join(unicodedata.normalize("NFC", "".join(whole.split())).split())


def words_of(text: str) -> list[str]:
    """Return the folded words of what a reader asks for; spaces of any width part them."""
    return [word for each in text.split() if (word := fold(each))]


class Standing:
    """Hold in which rows each of some numbered things stands: its first row, and more of those that have more."""

    def __init__(self, rows: Iterable[Sequence[int]]) -> None:
        self._first = array("I")
        self._more: dict[int, array[int]] = {}
        for thing, (first, *more) in enumerate(rows):
            self._first.append(first)
            if more:
                self._more[thing] = array("I", more)

    def rows(self, things: Collection[int]) -> Iterator[int]:
        """Go through the rows of things, in no order."""
        more = map(self._more.__getitem__, self._more.keys() & things)
        return chain(map(self._first.__getitem__, things), chain.from_iterable(more))

    def count(self, things: Collection[int]) -> int:
        """Count the rows of things."""
        return len(things) + sum(map(len, map(self._more.__getitem__, self._more.keys() & things)))


class Index:
    """Hold the folded texts of rows, each of them once and in their order, as one string, and where each stands.

    A word is looked for in that string, without a look at each row: a country says the same of many things.
    """

    def __init__(self, rows: Iterable[Iterable[str]]) -> None:
        standing: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._size = 0
        for row, texts in enumerate(rows):
            self._size = row + 1
            for text in set(texts):
                standing[text].append(row)
        texts = sorted(standing)
        self._text = _GAP.join(["", *texts, ""])
        self._starts = array("Q", accumulate((len(text) + 1 for text in texts), initial=1))
        self._standing = Standing(map(standing.__getitem__, texts))

    def __len__(self) -> int:
        return self._size

    def find(self, words: Sequence[str]) -> Sequence[int]:
        """Return the numbers of the rows that hold every one of the folded words, in their order."""
        if not words:
            return range(len(self))
        return sorted(self.holding(*words))

    def holding(self, *words: str) -> set[int]:
        """Return the rows that hold every one of some folded words."""
        return set.intersection(*map(self._holding, words))

    def _holding(self, word: str) -> set[int]:
        """Return the rows of which a text holds a word.

        Counted are the gaps before each place of the word: a pass in native code, however often it stands.
        """
        pieces = re.split(re.escape(word), self._text)[:-1]
        texts = accumulate(map(str.count, pieces, repeat(_GAP)), initial=-1)
        return set(self._standing.rows(set(islice(texts, 1, None))))

    def beginning(self, word: str) -> set[int]:
        """Return the rows of which a text begins with a folded word."""
        return self._between(word, lambda place: self._at(place)[: len(word)])

    def being(self, word: str) -> set[int]:
        """Return the rows of which a text is a folded word, neither more nor less."""
        return self._between(word, self._at)

    def _between(self, word: str, part: Callable[[int], str]) -> set[int]:
        """Return the rows of the texts that do not come before a word, and of which a part does not come after it."""
        texts = range(len(self._starts) - 1)
        return set(
            self._standing.rows(texts[bisect_left(texts, word, key=self._at) : bisect_right(texts, word, key=part)])
        )

    def _at(self, place: int) -> str:
        return self._text[self._starts[place] : self._starts[place + 1] - 1]
