"""The published lists of local governments: read, and refused where they are not those of the same places."""

import csv
import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sasaeai.model import check_digit

CODES = "soumu-local-government-codes.json"
OFFICES = "localgovjp-utf8.csv"
PREFECTURES = "prefjp-utf8.csv"
ENGLISH = "cities_in_japan_2024.csv"

VERSIONS = {
    CODES: "c4afe99b6f5a0b03c34de1919fef4f253aa0aea023028c042dac310936fb2aa8",
    OFFICES: "95d38f18f6b550a0c01f724cd55408966f2b0f433c1dd66666b4711f58984867",
    PREFECTURES: "912b3dcd120038b8ab1a1991134cd8d1ac32b4d51ed6dbe69ae11fbb90e8649a",
    ENGLISH: "bb551a70070c3b70016a5bff299fc1baaf7b97a561ff3758911be2dd40fbd7a6",
}
"""The SHA-256 of each list. Dates, counts and known faults below are those of these very versions."""

COUNTS = {
    "prefecture": 47,
    "designated_city": 20,
    "city": 772,
    "special_ward": 23,
    "town": 743,
    "village": 189,
    "designated_ward": 171,
}
NORTHERN_TERRITORIES = 6

REDIVIDED_CITY = "浜松市"
"""Its wards were drawn anew on 2024-01-01; OFFICES still has the old ones, so nothing is taken from there for them."""

Row = dict[str, Any]


class ListError(ValueError):
    """Say everything that is wrong with the lists, one line each."""


class Findings:
    """Collect what is wrong, so that one run shows all of it."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def expect(self, holds: bool, where: str, what: str) -> None:
        """Note what is wrong and where, unless it holds."""
        if not holds:
            self.lines.append(f"{where}: {what}")

    def settle(self) -> None:
        """Stop here if anything was wrong so far."""
        if self.lines:
            raise ListError("\n".join(self.lines))


@dataclass(frozen=True)
class Lists:
    """Hold the rows of the four lists: the codes in their order, the others by the code that each goes by."""

    codes: list[Row]
    offices: dict[str, Row]
    titles: dict[str, Row]
    heads: dict[str, Row]


def read_lists(folder: Path, findings: Findings) -> Lists:
    """Read the four lists in a folder; raise ListError where they are of other versions, or of other codes."""
    for name, version in VERSIONS.items():
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        findings.expect(digest == version, name, f"another version (sha256 {digest}); review what lists.py says of it")
    findings.settle()
    items: list[Row] = json.loads((folder / CODES).read_text("utf-8"))["items"]
    offices = _keyed(findings, OFFICES, _rows(folder / OFFICES), "lgcode")
    titles = _keyed(findings, ENGLISH, _rows(folder / ENGLISH), "id")
    # The spreadsheet behind this list took the codes for numbers and lost the zeros before them.
    heads = _keyed(findings, PREFECTURES, _rows(folder / PREFECTURES), "lgcode", width=6)
    _verify_codes(findings, items)
    _verify_same_codes(findings, items, offices, titles, heads)
    findings.settle()
    return Lists(sorted(items, key=lambda item: item["c"]), offices, titles, heads)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _keyed(findings: Findings, name: str, rows: Iterable[Row], key: str, width: int = 0) -> dict[str, Row]:
    keyed: dict[str, Row] = {}
    for line, row in enumerate(rows, start=2):
        code = row[key].zfill(width)
        findings.expect(code not in keyed, f"{name} line {line}", f"{code} stands here a second time")
        keyed[code] = row
    return keyed


def _verify_codes(findings: Findings, items: list[Row]) -> None:
    seen: set[str] = set()
    kinds = {item["c"]: item["t"] for item in items}
    for item in items:
        code, where = item["c"], f"{CODES} {item['c']} {item['n']}"
        findings.expect(code not in seen, where, "this code stands here a second time")
        seen.add(code)
        findings.expect(code == item["s"] + check_digit(item["s"]), where, "its check digit is wrong")
        findings.expect(item["n"] == unicodedata.normalize("NFC", item["n"]), where, "its name is not in NFC")
        parent = kinds.get(item["r"]) if item["t"] == "designated_ward" else None
        if item["t"] == "designated_ward":
            findings.expect(parent == "designated_city", where, f"its parent {item['r']!r} is no designated city")
        else:
            findings.expect(not item["r"], where, f"it is no ward, and has the parent {item['r']!r}")
    counts = dict(Counter(item["t"] for item in items))
    findings.expect(counts == COUNTS, CODES, f"it holds {counts}, expected were {COUNTS}")
    northern = sum(item["u"] for item in items)
    findings.expect(northern == NORTHERN_TERRITORIES, CODES, f"{northern} villages in the Northern Territories")


def _verify_same_codes(
    findings: Findings, items: list[Row], offices: dict[str, Row], titles: dict[str, Row], heads: dict[str, Row]
) -> None:
    redivided = {item["c"] for item in items if item["t"] == "designated_ward" and item["n"].startswith(REDIVIDED_CITY)}
    old_wards = {code for code, row in offices.items() if row["city"].startswith(REDIVIDED_CITY + " ")}
    lower = [item for item in items if item["t"] != "prefecture"]
    for name, here, expected in (
        (PREFECTURES, set(heads), {item["c"] for item in items if item["t"] == "prefecture"}),
        (ENGLISH, set(titles), {item["s"] for item in lower}),
        (OFFICES, set(offices) - old_wards, {item["c"] for item in lower if not item["u"]} - redivided),
    ):
        for code in sorted(here ^ expected):
            findings.expect(False, name, f"{code} {'is not in' if code in here else 'is here missing, but in'} {CODES}")
