"""The national register as committed: whole, right, and built from the lists it names."""

import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from sasaeai.model import check_digit, corporate_number, has_right_check_digit, is_municipality_code

FOLDER = Path(__file__).parent.parent / "data" / "register"
FILES = ("sources.ttl", "prefectures.ttl", "municipalities.ttl", "wards.ttl")
BASE = "https://w3id.org/sasaeai/"
SAS = BASE + "ns#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SCHEMA = "https://schema.org/"

Properties = dict[str, list[NamedNode | Literal]]


def read(*names: str) -> dict[str, Properties]:
    """Read files as subject → property → values, IRIs without the project's base."""
    things: dict[str, Properties] = defaultdict(lambda: defaultdict(list))
    for name in names:
        for quad in parse(path=FOLDER / name, format=RdfFormat.TURTLE):
            assert isinstance(quad.subject, NamedNode), f"{name}: {quad.subject} is no IRI"
            assert isinstance(quad.object, NamedNode | Literal), f"{name}: {quad.object} of {quad.subject}"
            things[quad.subject.value.removeprefix(BASE)][quad.predicate.value].append(quad.object)
    return things


THINGS = read(*FILES)


def of_class(name: str) -> dict[str, Properties]:
    return {iri: each for iri, each in THINGS.items() if NamedNode(SAS + name) in each[f"{RDF}type"]}


PREFECTURES, MUNICIPALITIES, WARDS = of_class("Prefecture"), of_class("Municipality"), of_class("Ward")
BODIES = PREFECTURES | MUNICIPALITIES
NORTHERN = {"id/016951", "id/016969", "id/016977", "id/016985", "id/016993", "id/017001"}


def value(thing: Properties, name: str) -> str:
    (only,) = thing[name]
    return only.value


def label(thing: Properties, language: str, name: str = SKOS + "prefLabel") -> str | None:
    found = [each.value for each in thing[name] if isinstance(each, Literal) and each.language == language]
    assert len(found) <= 1
    return found[0] if found else None


def test_there_are_47_prefectures_1747_municipalities_and_171_wards() -> None:
    assert (len(PREFECTURES), len(MUNICIPALITIES), len(WARDS)) == (47, 1747, 171)


def test_there_are_as_many_of_each_kind_as_the_official_list_says() -> None:
    kinds = Counter(value(each, SAS + "kind").rpartition("/")[2] for each in MUNICIPALITIES.values())
    assert kinds == {"designated-city": 20, "city": 772, "special-ward": 23, "town": 743, "village": 189}


def test_every_code_is_borne_once_and_is_in_the_iri_with_its_leading_zero() -> None:
    things = BODIES | WARDS
    codes = {iri: value(each, SAS + "code") for iri, each in things.items()}
    assert len(set(codes.values())) == len(things)
    assert all(iri == f"id/{codes[iri]}" for iri in MUNICIPALITIES | WARDS)
    assert all(iri == f"id/prefecture/{codes[iri][:2]}" for iri in PREFECTURES)
    assert sum(code.startswith("0") for code in codes.values()) == 505


def test_every_check_digit_is_right() -> None:
    codes = [value(each, SAS + "code") for each in (BODIES | WARDS).values()]
    assert [code for code in codes if not has_right_check_digit(code)] == []
    assert all(is_municipality_code(value(each, SAS + "code")) for each in (MUNICIPALITIES | WARDS).values())


def test_local_governments_alone_have_corporate_numbers() -> None:
    bearers = {iri for iri, each in THINGS.items() if each[SAS + "corporateNumber"]}
    assert bearers == set(BODIES) - NORTHERN
    for iri in bearers:
        assert value(THINGS[iri], SAS + "corporateNumber") == corporate_number(value(THINGS[iri], SAS + "code"))


@pytest.mark.parametrize(
    ("iri", "name", "number"),
    [
        ("id/132241", "多摩市", "3000020132241"),
        ("id/072036", "郡山市", "9000020072036"),
        ("id/131032", "港区", "8000020131032"),
        ("id/221007", "静岡市", "8000020221007"),
    ],
)
def test_known_corporate_numbers_are_right(iri: str, name: str, number: str) -> None:
    assert label(THINGS[iri], "ja") == name
    assert value(THINGS[iri], SAS + "corporateNumber") == number


def test_hamamatsu_has_the_three_wards_it_has_had_since_2024() -> None:
    wards = {
        iri: label(each, "ja") for iri, each in WARDS.items() if value(each, SAS + "partOf") == f"{BASE}id/221309/area"
    }
    assert wards == {"id/221384": "中央区", "id/221392": "浜名区", "id/221406": "天竜区"}
    assert label(WARDS["id/221392"], "ja-hira") == "はまなく"


def test_every_ward_is_part_of_a_designated_city_that_its_full_name_begins_with() -> None:
    for iri, ward in WARDS.items():
        area = value(ward, SAS + "partOf")
        city = MUNICIPALITIES[area.removeprefix(BASE).removesuffix("/area")]
        assert value(city, SAS + "kind") == f"{BASE}concept/municipality-kind/designated-city", iri
        assert label(ward, "ja", SKOS + "altLabel") == f"{label(city, 'ja')}{label(ward, 'ja')}", iri


def test_every_body_has_a_territory_that_lies_within_the_next_wider_one() -> None:
    for iri, body in BODIES.items():
        area = THINGS[f"{iri}/area"]
        assert value(body, SAS + "territory") == f"{BASE}{iri}/area"
        kind = "prefecture" if iri in PREFECTURES else "municipality"
        assert value(area, SAS + "areaType") == f"{BASE}concept/area-type/{kind}"
        whole = "id/japan" if iri in PREFECTURES else value(body, SAS + "prefecture").removeprefix(BASE) + "/area"
        assert value(area, SAS + "partOf") == BASE + whole
        assert whole in THINGS


def test_a_municipality_is_in_the_prefecture_its_code_begins_with() -> None:
    for iri, each in MUNICIPALITIES.items():
        assert value(each, SAS + "prefecture") == f"{BASE}id/prefecture/{iri[3:5]}"


def test_all_have_a_japanese_name_and_a_reading_in_hiragana() -> None:
    for iri, each in (BODIES | WARDS).items():
        assert label(each, "ja"), iri
        assert re.fullmatch("[ぁ-ゖー]+", label(each, "ja-hira") or ""), iri


def test_readings_have_their_small_letters() -> None:
    assert label(MUNICIPALITIES["id/064289"], "ja-hira") == "しょうないまち"
    assert label(MUNICIPALITIES["id/473260"], "ja-hira") == "ちゃたんちょう"


def test_english_names_the_list_leaves_empty_are_absent_and_all_others_present() -> None:
    nameless = {iri for iri, each in (BODIES | WARDS).items() if label(each, "en") is None}
    assert nameless == {"id/016977", "id/017001"}
    assert all(label(THINGS[f"{iri}/area"], "en") is None for iri in nameless)


def test_english_labels_are_without_what_tells_titles_apart() -> None:
    assert [iri for iri, each in (BODIES | WARDS).items() if re.search("[,()]", label(each, "en") or "")] == []
    titles = {iri: label(THINGS[iri], "en", SKOS + "altLabel") for iri in ("id/132241", "id/204323", "id/221015")}
    assert titles == {
        "id/132241": "Tama, Tokyo",
        "id/204323": "Kiso, Nagano (town)",
        "id/221015": "Aoi-ku, Shizuoka",
    }
    assert label(THINGS["id/012033"], "en", SKOS + "altLabel") is None, "Otaru is listed by its name alone"


def test_names_are_not_keys() -> None:
    borne = Counter(label(each, "ja") for each in MUNICIPALITIES.values())
    assert sum(times > 1 for times in borne.values()) == 26
    assert borne["池田町"] == 4


def test_another_spelling_of_a_name_is_a_second_label() -> None:
    spellings = {iri: label(each, "ja", SKOS + "altLabel") for iri, each in MUNICIPALITIES.items()}
    assert {iri: name for iri, name in spellings.items() if name} == {"id/394050": "檮原町"}


def test_offices_lie_in_japan_and_only_the_northern_villages_have_none() -> None:
    placed = {iri for iri, each in THINGS.items() if each[SCHEMA + "latitude"]}
    assert placed == set(MUNICIPALITIES) - NORTHERN
    for iri in placed:
        assert 24 < float(value(THINGS[iri], SCHEMA + "latitude")) < 46, iri
        assert 122 < float(value(THINGS[iri], SCHEMA + "longitude")) < 146, iri
        assert value(THINGS[iri], SCHEMA + "url").startswith("http"), iri


def test_the_northern_villages_say_in_both_languages_what_they_lack() -> None:
    noted = {iri for iri, each in MUNICIPALITIES.items() if each[SKOS + "note"]}
    assert noted == NORTHERN
    assert all(label(THINGS[iri], language, SKOS + "note") for iri in NORTHERN for language in ("ja", "en"))


def test_each_file_names_its_sources_and_each_source_its_terms_and_version() -> None:
    for name in FILES:
        graph = THINGS[f"graph/register/{Path(name).stem}"]
        assert graph["http://purl.org/dc/terms/title"], name
        for source in graph["http://purl.org/dc/terms/source"]:
            listed = THINGS[source.value.removeprefix(BASE)]
            assert listed["http://purl.org/dc/terms/license"], source
            assert re.fullmatch("[0-9a-f]{64}", value(listed, SAS + "sha256")), source
    assert len(of_class("Source")) == 4


def test_the_example_in_the_readme_is_what_the_file_says() -> None:
    (example,) = re.findall("```turtle\n(.+?)```", (FOLDER / "README.md").read_text("utf-8"), re.DOTALL)
    assert example in (FOLDER / "municipalities.ttl").read_text("utf-8")


@pytest.mark.parametrize("text", ["1322", "13224x", "１３２２４", ""])
def test_a_check_digit_is_computed_of_five_ascii_digits_only(text: str) -> None:
    with pytest.raises(ValueError, match="five digits"):
        check_digit(text)


@pytest.mark.parametrize("code", ["132242", "１３２２４１", "13224", "482013", "002011", " 132241", "132241\n"])
def test_what_is_no_code_is_neither_a_municipality_nor_given_a_number(code: str) -> None:
    assert not is_municipality_code(code)
    with pytest.raises(ValueError, match="check digit"):
        corporate_number(code)


def test_a_prefecture_has_a_number_and_is_no_municipality() -> None:
    assert not is_municipality_code("130001")
    assert corporate_number("130001") == "8000020130001"


@pytest.fixture(scope="module")
def lists() -> Path:
    folder = os.environ.get("SASAEAI_REFERENCE")
    if not folder:
        pytest.skip("SASAEAI_REFERENCE does not name the folder of the published lists: the register was not rebuilt")
    return Path(folder)


def build(sources: Path, output: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(FOLDER / "build.py"), str(sources), "--output", str(output)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_lists_give_the_committed_files_byte_for_byte(lists: Path, tmp_path: Path) -> None:
    outcome = build(lists, tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_another_version_of_a_list_is_refused_by_name(lists: Path, tmp_path: Path) -> None:
    changed = copied(lists, tmp_path)
    with (changed / "localgovjp-utf8.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    outcome = build(changed, tmp_path / "out")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("localgovjp-utf8.csv: another version")
    assert not (tmp_path / "out").exists()


CODES, OFFICES, ENGLISH = "soumu-local-government-codes.json", "localgovjp-utf8.csv", "cities_in_japan_2024.csv"


@pytest.mark.parametrize(
    "change",
    [
        (CODES, '"c":"132241"', '"c":"132242"', f"{CODES} 132242 多摩市: its check digit is wrong"),
        (CODES, '"c":"132241"', '"c":"132250"', f"{CODES} 132250 稲城市: this code stands here a second time"),
        (
            CODES,
            '"r":"221007"',
            '"r":"221309x"',
            f"{CODES} 221015 静岡市葵区: its parent '221309x' is no designated city",
        ),
        (CODES, '"t":"town"', '"t":"city"', f"{CODES}: it holds"),
        (OFFICES, "132241", "132242", f"{OFFICES}: 132241 is here missing, but in {CODES}"),
        (OFFICES, "多摩市,たまし", "多摩市,たまち", f"{OFFICES} 132241 多摩市: the kana たまち are not たまし"),
        (
            OFFICES,
            "https://www.city.tama.lg.jp/",
            "city.tama",
            f"{OFFICES} 132241 多摩市: 'city.tama' is no web address",
        ),
        (ENGLISH, "Tama, Tokyo", "Tama, Kyoto", f"{ENGLISH} 13224 多摩市: 'Tama, Kyoto' is not in Tokyo"),
        (ENGLISH, "多摩市", "多磨市", f"{ENGLISH} 13224 多摩市: the Japanese name differs"),
    ],
)
def test_lists_that_disagree_are_refused_with_file_and_row(
    change: tuple[str, str, str, str], lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, old, new, told = change
    monkeypatch.syspath_prepend(str(FOLDER))
    reader, places = (importlib.import_module(each) for each in ("lists", "places"))
    changed = copied(lists, tmp_path) / name
    text = changed.read_text("utf-8")
    assert old in text
    changed.write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setitem(reader.VERSIONS, name, hashlib.sha256(changed.read_bytes()).hexdigest())
    with pytest.raises(reader.ListError) as refusal:
        places.read_register(changed.parent)
    assert told in str(refusal.value)


def copied(lists: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "lists"
    folder.mkdir()
    for name in (CODES, OFFICES, ENGLISH, "prefjp-utf8.csv"):
        shutil.copyfile(lists / name, folder / name)
    return folder
