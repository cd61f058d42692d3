"""Rows that were made here, written as the store writes those that it finds."""

import csv
import io
import json
from collections.abc import Iterable, Sequence

from sasaeai.formats import BY_NAME, Format
from sasaeai.statements import Row
from sasaeai.store import Answer

FORMATS = (BY_NAME["srj"], BY_NAME["csv"])
"""What rows can be written as, in the order of our preference."""


def write(columns: Sequence[str], rows: Iterable[Row], version: str, results: Format) -> Answer:
    """Write rows as SPARQL 1.1 Query Results in JSON or CSV, whole."""
    written = _csv(columns, rows) if results.name == "csv" else _json(columns, rows)
    return Answer(written.encode(), results, version, "solutions")


def _json(columns: Sequence[str], rows: Iterable[Row]) -> str:
    answer = {"head": {"vars": list(columns)}, "results": {"bindings": list(rows)}}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(columns)
    lines.writerows([row[column]["value"] if column in row else "" for column in columns] for row in rows)
    return written.getvalue()
