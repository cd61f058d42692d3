"""A report on a workbook in the forms people and programs take it in."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rdflib import RDF, SH, BNode, Literal, URIRef

from sasaeai import workbook
from sasaeai.fields import Statement, written_as_turtle
from sasaeai.intake.examining import Report
from sasaeai.intake.findings import REPAIR, SEVERITIES, VIOLATION, Finding
from sasaeai.intake.layout import FINDINGS
from sasaeai.vocabulary import GRAPH, ID, SHAPES, XSD
from sasaeai.workbook import Note

HEAD = {
    "ja": ["場所", "列", "書かれた値", "区分", "内容と直し方", "書くとよい値", "規則"],
    "en": ["Place", "Column", "Value", "Gravity", "What is wrong and how to mend it", "Suggested value", "Rule"],
}


def rows(report: Report, language: str) -> list[list[str]]:
    """Lay the findings out as a table, its head first."""
    return [HEAD[language], *(_row(each, language) for each in report.findings)]


def _row(finding: Finding, language: str) -> list[str]:
    return [
        finding.place.cell,
        finding.place.heading,
        finding.value,
        SEVERITIES[finding.severity][language],
        finding.messages[language],
        finding.suggestion,
        finding.rules,
    ]


def as_csv(report: Report, language: str) -> bytes:
    """Write the findings as CSV with the byte order mark that Excel needs."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows(report, language))
    return written.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    """Keep a spreadsheet program from taking a text for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def as_json(report: Report) -> bytes:
    """Write the findings with their words in both languages."""
    said: dict[str, Any] = {
        "file": report.name,
        "municipality": report.city or None,
        "conforms": report.conforms,
        "counts": {each: report.count(each) for each in SEVERITIES},
        "findings": [
            {
                "cell": each.place.cell,
                "sheet": each.place.sheet,
                "row": each.place.row or None,
                "column": each.place.column or None,
                "line": each.place.line or None,
                "heading": each.place.heading,
                "value": each.value,
                "severity": each.severity,
                "rule": each.rule,
                "readability": list(each.readability),
                "message": dict(each.messages),
                "suggestion": each.suggestion or None,
            }
            for each in report.findings
        ],
    }
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def as_turtle(report: Report) -> bytes:
    """Write the report as SHACL does, each message beginning with its cell; what was mended in reading is no result."""
    return written_as_turtle(_results(report), {"sh": str(SH), "shapes": SHAPES})


def _results(report: Report) -> Iterator[Statement]:
    root = BNode("report")
    yield root, str(RDF.type), SH.ValidationReport
    yield root, str(SH.conforms), Literal(str(report.conforms).lower(), datatype=URIRef(XSD + "boolean"))
    for number, each in enumerate(each for each in report.findings if each.severity != REPAIR):
        result = BNode(f"result{number}")
        kind, _, name = each.rule.partition(":")
        yield root, str(SH.result), result
        yield result, str(RDF.type), SH.ValidationResult
        yield result, str(SH.focusNode), _node(each.focus or (ID + report.city if report.city else GRAPH + "submitted"))
        yield result, str(SH.resultSeverity), SH[each.severity.capitalize()]
        component = SH.SPARQLConstraintComponent if kind == "checks" else URIRef(f"{SHAPES}{kind}-{name}")
        if kind == "shapes":
            shape, _, constraint = name.rpartition("-")
            yield result, str(SH.sourceShape), URIRef(SHAPES + shape)
            component = SH[f"{constraint[0].upper()}{constraint[1:]}ConstraintComponent"]
        yield result, str(SH.sourceConstraintComponent), component
        for language, words in each.messages.items():
            yield result, str(SH.resultMessage), Literal(f"{each.place.cell}: {words}", lang=language)


def _node(name: str) -> URIRef | BNode:
    return BNode(name.removeprefix("_:")) if name.startswith("_:") else URIRef(name)


def as_workbook(report: Report, content: bytes, language: str) -> bytes:
    """Give the sender's own workbook back, with comments at the cells and the findings as its first sheet."""
    notes: defaultdict[str, list[Note]] = defaultdict(list)
    for each in report.findings:
        if each.severity != REPAIR and each.place.row:
            words = each.messages[language] + (f"\n→ {each.suggestion}" if each.suggestion else "")
            notes[each.place.sheet].append(Note(each.place.row, each.place.column, words, each.severity == VIOLATION))
    return workbook.annotated(content, report.grids, notes, (FINDINGS[language], rows(report, language)))
