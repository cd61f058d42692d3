"""What a question can be told: parameters of a type, which decides what is read and which term is made of it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sasaeai import calendar
from sasaeai.errors import ServiceError
from sasaeai.model import is_municipality_code
from sasaeai.repository import Repository
from sasaeai.statements.concepts import scheme
from sasaeai.statements.municipalities import municipalities
from sasaeai.store import Store
from sasaeai.store.parameters import Term, iri, literal
from sasaeai.vocabulary import BASE, CONCEPT, LANGUAGES, Words

LONGEST = 2000
"""Characters of a value: no name, day or IRI that is meant is longer."""


@dataclass(frozen=True)
class Parameter:
    """Describe one thing a question can be told: its type decides what is read and which term is made of it."""

    name: str
    type: str
    label: Words
    example: str
    repeatable: bool = False
    required: bool = False
    default: str | None = None
    scheme: str | None = None


def resolved(parameter: Parameter, given: Sequence[str], store: Store, repository: Repository) -> list[str]:
    """Return values as a query takes them: of municipalities their codes, of concepts their keys, others as they are.

    Raises ServiceError 400 naming the parameter where nothing, or more than one thing, is called so.
    """
    for text in given:
        _check_text(parameter, text)
    if parameter.type == "municipality":
        return municipalities(store, repository).codes(given, parameter.name, parameter.example)
    if parameter.type != "concept":
        return list(given)
    known = scheme(store, repository, str(parameter.scheme))
    keys = []
    for text in given:
        if (key := known.key(text.strip())) is None:
            words = {each: f"{WANTED['concept'][each]}: {_keys(known.concepts)}" for each in LANGUAGES}
            raise ServiceError("bad-parameter", 400, value=_shown(text), **_wanted(parameter) | {"wanted": words})
        keys.append(key)
    return list(dict.fromkeys(keys))


def _keys(concepts: Iterable[str]) -> str:
    return ", ".join(sorted(key for key in concepts if not key.startswith(BASE)))


def terms(parameter: Parameter, arguments: Mapping[str, Sequence[str]]) -> list[Term]:
    """Read the values given for a parameter, or else its default.

    Raises ServiceError 400 naming the parameter that is missing, repeated, too long or not of its type.
    """
    given = list(arguments.get(parameter.name, ()))
    if not given and parameter.default is not None:
        given = [parameter.default]
    if not given and parameter.required:
        raise ServiceError("missing-parameter", 400, **_wanted(parameter))
    if len(given) > 1 and not parameter.repeatable:
        raise ServiceError("repeated-parameter", 400, parameter=parameter.name)
    return [term(parameter, text) for text in given]


def term(parameter: Parameter, text: str) -> Term:
    """Read one value of a parameter; ServiceError 400 naming the parameter."""
    _check_text(parameter, text)
    try:
        return READERS[parameter.type](parameter, text)
    except calendar.CalendarError as error:
        why = {language: error.message(language) for language in LANGUAGES}
        raise ServiceError("bad-day", 400, parameter=parameter.name, why=why) from None
    except ValueError:
        raise ServiceError("bad-parameter", 400, value=_shown(text), **_wanted(parameter)) from None


def _check_text(parameter: Parameter, text: str) -> None:
    """Refuse what is too long to be meant, and what is no text: half a surrogate pair has no bytes in UTF-8."""
    if len(text) > LONGEST:
        wanted = {"ja": f"{LONGEST:,}文字までにしてください", "en": f"Give at most {LONGEST:,} characters"}
        raise ServiceError("bad-parameter", 400, value=_shown(text), **_wanted(parameter) | {"wanted": wanted})
    if text != _shown(text, LONGEST):
        raise ServiceError("bad-parameter", 400, value=_shown(text), **_wanted(parameter))


def _shown(text: str, length: int = 100) -> str:
    """Return the beginning of a value as a message can hold it."""
    return text[:length].encode("utf-8", "replace").decode()


def _wanted(parameter: Parameter) -> dict[str, Any]:
    return {"parameter": parameter.name, "wanted": WANTED[parameter.type], "example": parameter.example}


def _code(_: Parameter, text: str) -> Term:
    code = unicodedata.normalize("NFKC", text).strip()
    if not is_municipality_code(code):
        raise ValueError(text)
    return literal(code)


def _day(_: Parameter, text: str) -> Term:
    return literal(calendar.asked_day(text).day)


def _year(_: Parameter, text: str) -> Term:
    year = calendar.parse_day(text).fiscal_year
    if year is None:
        raise ValueError(text)
    return literal(year)


def _language(_: Parameter, text: str) -> Term:
    if (known := text.lower()) not in LANGUAGES:
        raise ValueError(text)
    return literal(known)


def _concept(parameter: Parameter, text: str) -> Term:
    if text.startswith(BASE):
        return iri(text)  # only a city has it
    if not re.fullmatch(r"[a-z0-9-]{1,60}", text):
        raise ValueError(text)
    return iri(f"{CONCEPT}{parameter.scheme}/{text}")


def _iri(_: Parameter, text: str) -> Term:
    return iri(text)


def _text(_: Parameter, text: str) -> Term:
    return literal(text)


READERS = {
    "municipality": _code,
    "day": _day,
    "fiscal-year": _year,
    "language": _language,
    "concept": _concept,
    "iri": _iri,
    "text": _text,
}

WANTED: Mapping[str, Words] = {
    "municipality": {
        "ja": "市区町村の名称か、全国地方公共団体コード（6桁、検査数字を含む）を指定してください",
        "en": "Give the name of a municipality, or its 6-digit code, check digit included",
    },
    "day": {
        "ja": "日付又は年度を指定してください。西暦でも和暦でもかまいません",
        "en": "Give a day or a fiscal year, in western or era notation",
    },
    "fiscal-year": {"ja": "年度を指定してください", "en": "Give a fiscal year"},
    "language": {"ja": "ja又はenを指定してください", "en": "Give ja or en"},
    "concept": {"ja": "用語の鍵（英小文字）か名称を指定してください", "en": "Give the key of a concept, or its label"},
    "iri": {"ja": "絶対IRIを指定してください", "en": "Give an absolute IRI"},
    "text": {"ja": "文字列を指定してください", "en": "Give a text"},
}
"""What a parameter of each type wants, in words."""
