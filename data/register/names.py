"""What the lists do to names: readings in half-width kana, large letters for small, titles that tell places apart."""

import re
import unicodedata

_LARGE_KANA = str.maketrans("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ")
_TITLE = re.compile(r"(?P<name>[^,()]+?)(?:, (?P<place>[^,()]+?))?(?: \([^()]+\))?")


def hiragana(half_width: str) -> str:
    """Turn the half-width katakana of the official list into hiragana."""
    katakana = unicodedata.normalize("NFKC", half_width)
    return "".join(chr(ord(each) - 0x60) if "ァ" <= each <= "ヶ" else each for each in katakana)


def same_reading(one: str, other: str) -> bool:
    """Compare two readings in hiragana, small letters and large being the same."""
    return one.translate(_LARGE_KANA) == other.translate(_LARGE_KANA)


def split_title(title: str) -> tuple[str, str]:
    """Split "Kiso, Nagano (town)" into the name and the place it is told apart by; without one, the place is empty."""
    match = _TITLE.fullmatch(title)
    if match is None:
        raise ValueError(f"the title {title!r} cannot be taken apart")
    return match["name"], match["place"] or ""


def same_place(one: str, other: str) -> bool:
    """Compare two romanised names, of which one list writes macrons and another does not."""
    return _without_macrons(one) == _without_macrons(other)


def _without_macrons(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
