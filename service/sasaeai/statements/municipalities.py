"""The municipalities by their codes and by whatever they are called, so that nobody needs to know a code."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sasaeai.errors import ServiceError
from sasaeai.model import check_digit, is_municipality_code
from sasaeai.repository import Repository
from sasaeai.statements import Row, select
from sasaeai.statements.finding import fold
from sasaeai.store import Store
from sasaeai.vocabulary import LANGUAGES, Words

BETWEEN = re.compile(r"[,、\n]")
"""What parts several municipalities written into one field."""


@dataclass(frozen=True)
class Register:
    """Hold every municipality of a version of the data: `called` is its name after its prefecture's, by code.

    `told` holds the codes of those of which something is told, in their order; `named` the codes of those that bear a
    name, folded, with or without their prefecture's before it.
    """

    version: str
    called: Mapping[str, Words] = field(repr=False)
    told: Sequence[str] = field(repr=False)
    named: Mapping[str, tuple[str, ...]] = field(repr=False)

    def codes(self, given: Iterable[str], parameter: str = "m", example: str = "011002") -> list[str]:
        """Return the codes of municipalities given by code or by name, each once; one text may hold several.

        A code is read without its check digit too, and without the first zero that spreadsheets take away. Raises
        ServiceError 400 for what no municipality is called, and naming the candidates where several are.
        """
        texts = [part.strip() for text in given for part in BETWEEN.split(text)]
        return list(dict.fromkeys(self._code(text, parameter, example) for text in texts if text))

    def _code(self, text: str, parameter: str, example: str) -> str:
        code = "".join(unicodedata.normalize("NFKC", text).split())
        if is_municipality_code(code) and code in self.called:
            return code
        found = [each for each in _completed(code) if each in self.called] or self.named.get(fold(text), ())
        if len(found) == 1:
            return found[0]
        if not found:
            raise ServiceError("unknown-municipality", 400, parameter=parameter, value=text[:100], example=example)
        choices = {each: self.called[each] for each in found}
        if len({words["en"] for words in choices.values()}) < len(choices):
            # A city and a town of one prefecture can have the same name in English.
            choices = {each: {**words, "en": f"{words['en']}, {words['ja']}"} for each, words in choices.items()}
        told = {
            "ja": "、".join(f"{each}（{words['ja']}）" for each, words in choices.items()),
            "en": ", ".join(f"{each} ({words['en']})" for each, words in choices.items()),
        }
        raise ServiceError(
            "ambiguous-municipality", 400, parameter=parameter, value=text[:100], candidates=told, choices=choices
        )


def _completed(digits: str) -> list[str]:
    """Return the codes that digits can stand for which lack the check digit at the end or a zero at the front."""
    if not re.fullmatch(r"[0-9]{4,5}", digits):
        return []
    shortened = [digits] if len(digits) == 5 else []
    tried = [*(each + check_digit(each) for each in shortened), *(f"0{each}" for each in shortened)]
    if len(digits) == 4:
        tried.append(f"0{digits}{check_digit(f'0{digits}')}")
    return [each for each in tried if is_municipality_code(each)]


_KEPT: WeakKeyDictionary[Store, Register] = WeakKeyDictionary()
"""The register of a store's present version: read once, since names are asked for again and again."""


def municipalities(store: Store, repository: Repository) -> Register:
    """Return the register as the present version of the data has it."""
    kept = _KEPT.get(store)
    if kept is None or kept.version != store.version():
        told = select(store, repository.query("municipalities"))
        kept = _KEPT[store] = _read(told.rows, told.version)
    return kept


def _read(rows: Iterable[Row], version: str) -> Register:
    called: dict[str, dict[str, str]] = {}
    told = set()
    named: dict[str, dict[str, None]] = {}
    for row in rows:
        code, label, prefecture = (row[each]["value"] for each in ("code", "label", "prefectureLabel"))
        for name in (label, prefecture + label):
            named.setdefault(fold(name), {})[code] = None
        if row["told"]["value"] == "true":
            told.add(code)
        language = row["label"]["xml:lang"]
        if language in LANGUAGES:
            called.setdefault(code, {})[language] = f"{prefecture} {label}"
    return Register(version, called, sorted(told), {name: tuple(codes) for name, codes in named.items()})
