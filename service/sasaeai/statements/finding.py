"""Finding by words: texts folded until only what a reader means by them is left, and an index of them.

The folding is Unicode's NFKC and case folding, without the accents of Latin letters, with katakana as hiragana and
without spaces. Nothing is guessed: ～ stays a wave, ー a long vowel, and no kanji stands for another.
"""

import unicodedata
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate

_ROW, _TEXT = "\n", "\x1f"
"""What parts rows, and what stands before and after each text of a row: both are spaces, which no folded text has."""

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


class Index:
    """Hold the folded texts of rows as one string, in which a word is looked for without a look at each row."""

    def __init__(self, rows: Iterable[Iterable[str]], folding: Callable[[str], str] = fold) -> None:
        folded = [_TEXT.join(["", *dict.fromkeys(map(folding, texts)), ""]) for texts in rows]
        self._text = _ROW.join(folded)
        self._starts = array("Q", accumulate((len(each) + 1 for each in folded), initial=0))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def find(self, words: Sequence[str]) -> Sequence[int]:
        """Return the numbers of the rows that hold every one of the folded words, in their order."""
        if not words:
            return range(len(self))
        longest, *others = sorted(words, key=len, reverse=True)
        rows = self._rows_with(longest)
        return [row for row in rows if all(self._holds(row, word) for word in others)] if others else rows

    def holding(self, word: str) -> set[int]:
        """Return the rows of which a text holds a folded word."""
        return set(self._rows_with(word))

    def beginning(self, word: str) -> set[int]:
        """Return the rows of which a text begins with a folded word."""
        return set(self._rows_with(_TEXT + word))

    def being(self, word: str) -> set[int]:
        """Return the rows of which a text is a folded word, neither more nor less."""
        return set(self._rows_with(_TEXT + word + _TEXT))

    def _rows_with(self, word: str) -> list[int]:
        """Count the rows that end before each place of a word: a pass in native code, however often it stands."""
        before = (piece.count(_ROW) for piece in self._text.split(word)[:-1])
        return list(dict.fromkeys(accumulate(before)))

    def _holds(self, row: int, word: str) -> bool:
        return self._text.find(word, self._starts[row], self._starts[row + 1]) >= 0
