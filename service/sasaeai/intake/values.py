"""What a cell holds and what it means, as values: the ground on which cells, days and names are read."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time

from rdflib import RDF, BNode, Literal, URIRef

from sasaeai.intake.findings import Remark
from sasaeai.vocabulary import XSD
from sasaeai.workbook import Raw

Term = URIRef | Literal | BNode

LANG_STRING = str(RDF.langString)
STRING, URI, INTEGER, DECIMAL, BOOLEAN, DATE, MONTH, MOMENT = (
    XSD + each for each in ("string", "anyURI", "integer", "decimal", "boolean", "date", "gYearMonth", "dateTime")
)
TEXTS = {LANG_STRING, STRING, URI}

NOTHING = {
    "-",
    "—",
    "―",
    "‐",
    "–",
    "ー",
    "なし",
    "無し",
    "無",
    "不明",
    "未定",
    "未記入",
    "該当なし",
    "n/a",
    "na",
    "?",
}
"""What people write where there is nothing to write."""


@dataclass(frozen=True)
class Understood:
    """Hold what a cell means, and what there is to say of it."""

    values: tuple[Term, ...] = ()
    remarks: tuple[Remark, ...] = ()


def digits(raw: Raw) -> str:
    """Write a cell's value as text: a whole number without the .0 that spreadsheets give it, a day as ISO does."""
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, datetime) and raw.time() == time():
        return raw.date().isoformat()
    return raw.isoformat() if isinstance(raw, date) else "" if raw is None else str(raw)


def plain(raw: Raw) -> str:
    """Fold a value to what it is compared by: width, case, white space around it."""
    return unicodedata.normalize("NFKC", digits(raw)).strip().casefold()
