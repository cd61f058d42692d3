"""What a question can be told: parameters of a type, which decides what is read and which term is made of it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sasaeai import calendar
from sasaeai.errors import ServiceError
from sasaeai.model import is_municipality_code
from sasaeai.store.parameters import Term, iri, literal
from sasaeai.vocabulary import CONCEPT, LANGUAGES, Words


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


def terms(parameter: Parameter, arguments: Mapping[str, Sequence[str]]) -> list[Term]:
    """Read the values given for a parameter, or else its default.

    Raises ServiceError 400 naming the parameter that is missing, repeated or not of its type.
    """
    given = list(arguments.get(parameter.name, ()))
    if not given and parameter.default is not None:
        given = [parameter.default]
    if not given and parameter.required:
        raise ServiceError("missing-parameter", 400, **_wanted(parameter))
    if len(given) > 1 and not parameter.repeatable:
        raise ServiceError("repeated-parameter", 400, parameter=parameter.name)
    read = []
    for text in given:
        try:
            read.append(READERS[parameter.type](parameter, text))
        except calendar.CalendarError as error:
            why = {language: error.message(language) for language in LANGUAGES}
            raise ServiceError("bad-day", 400, parameter=parameter.name, why=why) from None
        except ValueError:
            raise ServiceError("bad-parameter", 400, value=text[:100], **_wanted(parameter)) from None
    return read


def _wanted(parameter: Parameter) -> dict[str, Any]:
    return {"parameter": parameter.name, "wanted": WANTED[parameter.type], "example": parameter.example}


def _code(_: Parameter, text: str) -> Term:
    code = unicodedata.normalize("NFKC", text).strip()
    if not is_municipality_code(code):
        raise ValueError(text)
    return literal(code)


def _day(_: Parameter, text: str) -> Term:
    if text == "today":
        return literal(calendar.today())
    return literal(calendar.parse_day(text).day)


def _year(_: Parameter, text: str) -> Term:
    year = calendar.parse_day(text).fiscal_year
    if year is None:
        raise ValueError(text)
    return literal(year)


def _language(_: Parameter, text: str) -> Term:
    if text not in LANGUAGES:
        raise ValueError(text)
    return literal(text)


def _concept(parameter: Parameter, text: str) -> Term:
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
        "ja": "全国地方公共団体コード(6桁、検査数字を含む)を指定してください",
        "en": "Give the 6-digit code of a municipality, check digit included",
    },
    "day": {
        "ja": "日付または年度を指定してください。西暦でも和暦でもかまいません",
        "en": "Give a day or a fiscal year, in western or era notation",
    },
    "fiscal-year": {"ja": "年度を指定してください", "en": "Give a fiscal year"},
    "language": {"ja": "ja または en を指定してください", "en": "Give ja or en"},
    "concept": {"ja": "用語の鍵(英小文字)を指定してください", "en": "Give the key of a concept"},
    "iri": {"ja": "絶対IRIを指定してください", "en": "Give an absolute IRI"},
    "text": {"ja": "文字列を指定してください", "en": "Give a text"},
}
"""What a parameter of each type wants, in words."""
