"""The prefectures, municipalities and wards, as the published lists tell of them together."""

import re
from dataclasses import dataclass
from pathlib import Path

from lists import ENGLISH, OFFICES, PREFECTURES, Findings, Row, read_lists
from names import hiragana, same_place, same_reading, split_title

_ADDRESS = re.compile(r"https?://[!#-;=?-Z_a-z~]+")


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


def read_register(folder: Path) -> Register:
    """Read and verify the four lists in a folder; raise ListError with every disagreement found."""
    findings = Findings()
    lists = read_lists(folder, findings)
    by_code = {item["c"]: item for item in lists.codes}
    prefectures = [
        _prefecture(findings, item, lists.heads[code]) for code, item in by_code.items() if item["t"] == "prefecture"
    ]
    english = {prefecture.number: prefecture.english for prefecture in prefectures}
    municipalities = [
        _municipality(findings, item, lists.offices.get(code), lists.titles[item["s"]], english[code[:2]])
        for code, item in by_code.items()
        if item["t"] not in ("prefecture", "designated_ward")
    ]
    cities = {city.code: city for city in municipalities if city.kind == "designated-city"}
    wards = [
        _ward(findings, item, cities[item["r"]], lists.offices.get(code), lists.titles[item["s"]])
        for code, item in by_code.items()
        if item["t"] == "designated_ward"
    ]
    findings.settle()
    return Register(prefectures, municipalities, wards)


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
