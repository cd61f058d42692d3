"""What is asked of a list, read from the arguments of an address."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sasaeai.errors import ServiceError
from sasaeai.lists import Listing
from sasaeai.lists.entries import MUNICIPALITY
from sasaeai.lists.facets import NOTHING
from sasaeai.model import is_municipality_code

STATE = "state"
"""The facet of a list on a day; where no day is asked about it means nothing."""

LONGEST = 200
"""Characters of what is searched for: nobody means more, and each word is a walk through all texts."""


@dataclass(frozen=True)
class Wish:
    """Hold what is asked of a list; `chosen` maps a column to the keys of which a thing needs one."""

    words: str = ""
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str | None = None
    day: date | None = None


def parameter_of(column: str) -> str:
    """Return the name that the choices of a column have in an address."""
    return "m" if column == MUNICIPALITY else column


def read(listing: Listing, arguments: Mapping[str, Sequence[str]], day: date | None) -> Wish:
    """Read a wish from arguments by name.

    Raises ServiceError 400 naming the parameter that is unknown, repeated, or has no such value.
    """
    columns = [*listing.facets, STATE, *({MUNICIPALITY} & listing.columns.keys())]
    by_parameter = {parameter_of(column): column for column in columns}
    known = ["q", "sort", *by_parameter]
    if unknown := sorted(arguments.keys() - set(known)):
        raise ServiceError("unknown-parameter", 400, parameter=unknown[0], known=", ".join(known))
    chosen = {column: list(arguments[name]) for name, column in by_parameter.items() if name in arguments}
    if MUNICIPALITY in chosen:
        chosen[MUNICIPALITY] = [_code(text) for text in chosen[MUNICIPALITY]]
    return Wish(words_in(arguments), chosen, _sort(listing, single(arguments, "sort")), day)


def words_in(arguments: Mapping[str, Sequence[str]]) -> str:
    """Return what is searched for; ServiceError 400 if it is longer than anything that is meant."""
    words = single(arguments, "q") or ""
    if len(words) > LONGEST:
        wanted = {"ja": f"{LONGEST}文字までにしてください", "en": f"Give at most {LONGEST} characters"}
        raise ServiceError("bad-parameter", 400, parameter="q", value=words[:20] + "…", wanted=wanted, example="協議体")
    return words


def single(arguments: Mapping[str, Sequence[str]], name: str) -> str | None:
    """Return the one value of a parameter, if it is given; ServiceError 400 if it is given more than once."""
    values = arguments.get(name, ())
    if len(values) > 1:
        raise ServiceError("repeated-parameter", 400, parameter=name)
    return values[0] if values else None


def _code(text: str) -> str:
    code = unicodedata.normalize("NFKC", text).strip()
    if code != NOTHING and not is_municipality_code(code):
        wanted = {
            "ja": "全国地方公共団体コード（6桁、検査数字を含む）を指定してください",
            "en": "Give the 6-digit code of a municipality, check digit included",
        }
        raise ServiceError("bad-parameter", 400, parameter="m", value=text[:100], wanted=wanted, example="011002")
    return code


def _sort(listing: Listing, text: str | None) -> str | None:
    if text is None:
        return None
    if text.removeprefix("-") not in listing.sortable:
        wanted = {"ja": "並べ替えられる列：", "en": "It can be sorted by "}
        wanted = {language: words + ", ".join(listing.sortable) for language, words in wanted.items()}
        example = "-" + listing.sortable[0]
        raise ServiceError("bad-parameter", 400, parameter="sort", value=text[:100], wanted=wanted, example=example)
    return text
