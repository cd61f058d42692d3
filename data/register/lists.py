"""Read the published lists of local governments, and refuse them where they do not agree."""

import csv
import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from names import hiragana, same_place, same_reading, split_title

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

_ADDRESS = re.compile(r"https?://[!#-;=?-Z_a-z~]+")

Row = dict[str, Any]


class ListError(ValueError):
    """Say everything that is wrong with the lists, one line each."""


@dataclass(frozen=True)
class Prefecture:
    """Hold a 都道府県; `number` has two digits, `code` six."""

    number: str
    code: str
    name: str
    kana: str
    english: str
    iso: str
    url: str


@dataclass(frozen=True)
class Municipality:
    """Hold a 市区町村. `place` is empty for the villages of the Northern Territories, `title` where no list has one."""

    code: str
    kind: str
    name: str
    kana: str
    english: str
    title: str
    other_name: str
    place: tuple[str, str, str] | None
    northern: bool


@dataclass(frozen=True)
class Ward:
    """Hold a designated city's 行政区; `name` is its own, `full_name` begins with the city's."""

    code: str
    city: str
    name: str
    full_name: str
    kana: str
    english: str
    title: str


@dataclass(frozen=True)
class Register:
    """Hold everything the lists say together, in the order of the codes."""

    prefectures: list[Prefecture]
    municipalities: list[Municipality]
    wards: list[Ward]


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


def read_register(folder: Path) -> Register:
    """Read and verify the four lists in a folder; raise ListError with every disagreement found."""
    findings = Findings()
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

    by_code = {item["c"]: item for item in sorted(items, key=lambda item: item["c"])}
    prefectures = [
        _prefecture(findings, item, heads[code]) for code, item in by_code.items() if item["t"] == "prefecture"
    ]
    english = {prefecture.number: prefecture.english for prefecture in prefectures}
    municipalities = [
        _municipality(findings, item, offices.get(code), titles[item["s"]], english[code[:2]])
        for code, item in by_code.items()
        if item["t"] not in ("prefecture", "designated_ward")
    ]
    cities = {city.code: city for city in municipalities if city.kind == "designated-city"}
    wards = [
        _ward(findings, item, cities[item["r"]], offices.get(code), titles[item["s"]])
        for code, item in by_code.items()
        if item["t"] == "designated_ward"
    ]
    findings.settle()
    return Register(prefectures, municipalities, wards)


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


def _prefecture(findings: Findings, item: Row, head: Row) -> Prefecture:
    code, where = item["c"], f"{PREFECTURES} {item['c']} {item['n']}"
    findings.expect(head["pref"] == item["n"], where, f"the name {head['pref']} differs")
    findings.expect(head["ISO3166-2"] == f"JP-{code[:2]}", where, f"{head['ISO3166-2']} is not of this prefecture")
    findings.expect(bool(_ADDRESS.fullmatch(head["url"])), where, f"{head['url']!r} is no web address")
    kana = _listed_kana(findings, where, head["prefkana"], item)
    return Prefecture(code[:2], code, item["n"], kana, head["pref_en"], head["ISO3166-2"], head["url"])


def _municipality(findings: Findings, item: Row, office: Row | None, row: Row, prefecture_english: str) -> Municipality:
    code, name = item["c"], item["n"]
    where = f"{ENGLISH} {row['id']} {name}"
    findings.expect(row["city_ja"] == name and not row["special_district_ja"], where, "the Japanese name differs")
    english = _short(findings, where, row["city_en"], prefecture_english)
    kind = item["t"].replace("_", "-")
    if office is None:
        kana = hiragana(item["k"])
        return Municipality(code, kind, name, kana, english, row["city_en"], "", None, item["u"])
    where = f"{OFFICES} {code} {name}"
    findings.expect(office["pref"] == item["p"], where, f"it stands in {office['pref']} here")
    findings.expect(bool(_ADDRESS.fullmatch(office["url"])), where, f"{office['url']!r} is no web address")
    kana = _listed_kana(findings, where, office["citykana"], item)
    place = (office["lat"], office["lng"], office["url"])
    other_name = "" if office["city"] == name else office["city"]
    return Municipality(code, kind, name, kana, english, row["city_en"], other_name, place, item["u"])


def _ward(findings: Findings, item: Row, city: Municipality, office: Row | None, row: Row) -> Ward:
    full_name, where = item["n"], f"{ENGLISH} {row['id']} {item['n']}"
    name = full_name.removeprefix(city.name)
    findings.expect((row["city_ja"], row["special_district_ja"]) == (city.name, name), where, "the name differs")
    english = _short(findings, where, row["city_en"], city.english)
    kana = hiragana(item["k"])
    if office is not None:
        where = f"{OFFICES} {item['c']} {full_name}"
        findings.expect(office["city"] == f"{city.name} {name}", where, f"the name {office['city']} differs")
        kana = _listed_kana(findings, where, office["citykana"].replace(" ", ""), item)
    findings.expect(kana.startswith(city.kana), where, f"the kana {kana} do not begin with {city.kana}")
    return Ward(item["c"], city.code, name, full_name, kana.removeprefix(city.kana), english, row["city_en"])


def _listed_kana(findings: Findings, where: str, kana: str, item: Row) -> str:
    """Take the reading of another list, which has its small letters, if it is else that of the official one."""
    official = hiragana(item["k"])
    findings.expect(same_reading(kana, official), where, f"the kana {kana} are not {official}")
    return kana


def _short(findings: Findings, where: str, title: str, place: str) -> str:
    """Strip from a title what tells it apart from others: ", Tokyo", "(city)", the name of the city of a ward."""
    if not title:
        return ""
    try:
        name, stated = split_title(title)
    except ValueError as error:
        findings.expect(False, where, str(error))
        return ""
    findings.expect(not stated or same_place(stated, place), where, f"{title!r} is not in {place}")
    return name
