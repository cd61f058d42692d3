"""Cities side by side: what the page of a comparison says, and that its other forms say the same."""

import csv
import io
import json
import shutil
import urllib.parse
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import html5lib
import pytest
from openpyxl import load_workbook
from pyoxigraph import RdfFormat, Triple, parse
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import PROV

from sasaeai import calendar
from sasaeai.compare.sheets import TITLES
from sasaeai.formats import BY_NAME

from .conftest import ROOT, Service, start_service, stop_service
from .test_entity import raw
from .test_sparql import Reply, ask

BASE = "https://w3id.org/sasaeai/"
SAS = f"{BASE}ns#"
STATE = f"{BASE}concept/state/"
HERE = Path(__file__).parent / "compare"
TAMA_AND_KORIYAMA = "m=132241&m=072036"
TWO_DAYS = "m=132241&asOf=2017-04-01&asOf=2024-04-01"
FOUR = f"{TAMA_AND_KORIYAMA}&m=131032&m=221007"


@dataclass(frozen=True)
class Shown:
    """A value as the page shows it."""

    of: str
    said: str
    number: str
    states: tuple[str, ...]
    quotes: int


@dataclass(frozen=True)
class Row:
    """A row of the matrix: the words about its difference, whether it is marked, and its cells."""

    difference: str
    marked: bool
    cells: list[list[Shown]]
    texts: list[str]


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service over the repository and a city more, whose labels are hostile, and a topic more."""
    root = tmp_path_factory.mktemp("made-up")
    for folder in ("data", "ontology", "shapes", "queries"):
        shutil.copytree(ROOT / folder, root / folder)
    (root / "data" / "cities" / "011002-sapporo").mkdir()
    shutil.copy(HERE / "made-up.ttl", root / "data" / "cities" / "011002-sapporo" / "page.ttl")
    shutil.copy(HERE / "05-made-up.rq", root / "queries" / "topics")
    running = start_service(root=str(root))
    yield running
    stop_service(running)


def page(service: Service, query: str, accept: str = "text/html", language: str = "ja") -> Reply:
    return ask(f"{service.url}/compare?{query}", Accept=accept, Accept_Language=language)


def parsed(reply: Reply) -> ET.Element:
    assert reply.status == 200
    tree: ET.Element = html5lib.parse(reply.body.decode(), namespaceHTMLElements=False)
    return tree


def classed(element: ET.Element, name: str) -> list[ET.Element]:
    return [each for each in element.iter() if name in (each.get("class") or "").split()]


def words(element: ET.Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def rows(reply: Reply) -> dict[str, Row]:
    """Read the matrix, by the key of the topic."""
    (matrix,) = classed(parsed(reply), "matrix")
    return {str(row.get("id")): read(row) for row in matrix.findall("tbody/tr") if row.get("id")}


def read(row: ET.Element) -> Row:
    (difference,) = classed(row, "difference")
    cells = row.findall("td")
    return Row(
        words(difference), row.get("class") == "differs", [values(each) for each in cells], list(map(words, cells))
    )


def values(cell: ET.Element) -> list[Shown]:
    return [shown(item) for each in classed(cell, "values") for item in each.findall("li")]


def shown(item: ET.Element) -> Shown:
    first = {name: words(next(iter(classed(item, name)), None)) for name in ("of", "said", "number")}
    states = tuple(words(each) for each in classed(item, "state"))
    return Shown(first["of"], first["said"], first["number"], states, len(list(item.iter("q"))))


def told(cell: list[Shown]) -> list[tuple[str, str, str]]:
    return [(each.of, each.said, each.number) for each in cell]


def table(service: Service, query: str, language: str = "ja") -> list[dict[str, str]]:
    reply = ask(f"{service.url}/compare.csv?{query}", Accept_Language=language)
    assert (reply.status, reply.type) == (200, "text/csv")
    return list(csv.DictReader(io.StringIO(reply.body.decode(), newline="")))


def test_how_the_councils_of_two_cities_differ_is_read_off_the_page(service: Service) -> None:
    found = rows(page(service, TAMA_AND_KORIYAMA))
    councils = found["councils"]
    assert (councils.difference, councils.marked) == ("違いあり", True)
    assert [told(each) for each in councils.cells] == [
        [("第1層", "", "1")],
        [("第1層", "", "1"), ("第2層", "", "36")],
    ]
    founding = found["council-founding"]
    assert founding.marked
    assert told(founding.cells[0]) == [("第1層", "平成27年度", "1")]
    assert told(founding.cells[1]) == [
        ("第1層", "2017年3月30日（平成29年3月30日）", "1"),
        ("第2層", "平成30年度", "5"),
        ("第2層", "令和元年度", "13"),
        ("第2層", "令和2年度", "7"),
        ("第2層", "令和3年度", "8"),
        ("第2層", "令和4年度", "3"),
    ]
    areas = found["tier-area-count"]
    assert areas.marked
    assert [(each.number, each.states) for each in areas.cells[0]] == [("", ("該当しない",)), ("5区域", ())]
    assert [(each.number, each.states) for each in areas.cells[1]] == [("", ("該当しない",)), ("38区域", ())]
    assert [each.said for each in found["member-kinds"].cells[0]] == [
        "企業", "NPO", "老人クラブ", "社会福祉法人", "民生委員・児童委員",
    ]  # fmt: skip
    assert {each.said for each in found["member-kinds"].cells[1] if each.of == "第1層協議体"} == {
        "介護関係者", "地域づくり関係者", "医療関係者", "福祉関係者",
    }  # fmt: skip
    coverage = found["council-coverage"]  # of one, nothing is said beyond the tier that has no areas
    assert (coverage.difference, [[each.number for each in cell] for cell in coverage.cells]) == (
        "比べられない",
        [[""], ["", "94.7%"]],
    )
    assert {key for key, row in found.items() if not row.marked and row.difference == "同じ"} == {
        "tiers", "tier-count", "tier-number",
    }  # fmt: skip


def test_what_one_city_s_documents_do_not_say_is_no_difference_and_is_not_the_same(service: Service) -> None:
    members = rows(page(service, TAMA_AND_KORIYAMA))["council-members"]
    assert (members.difference, members.marked) == ("比べられない", False)
    assert told(members.cells[0]) == [("多摩市まるっと協議体", "", "24")]
    assert members.cells[1] == []
    assert "記載なし" in members.texts[1]
    assert "生活支援体制整備事業(協議体、生活支援コーディネーター)" in members.texts[1]  # the document that was read


def test_a_state_a_share_and_evidence_stand_beside_a_value(service: Service) -> None:
    found = rows(page(service, TAMA_AND_KORIYAMA))
    assert [(each.said, each.number, each.states) for each in found["meeting-format"].cells[1]] == [
        ("対面とオンラインの併用", "2", ()),
        ("書面", "4", ()),
        ("", "5", ("記載なし",)),
    ]
    assert "36%" in found["meeting-format"].texts[1]
    assert {each.states for each in found["member-sectors"].cells[0]} == {("推論",)}
    assert [each.states for each in found["council-coverage"].cells[1]] == [("該当しない",), ("計算",)]
    for row in found.values():
        assert all(each.quotes for cell in row.cells for each in cell)


def test_one_city_is_compared_on_two_days(service: Service) -> None:
    found = rows(page(service, TWO_DAYS))
    operators = found["operators"]
    assert operators.marked
    then, now = ([(each.of, each.said, each.states) for each in cell] for cell in operators.cells)
    mylife, kawakita = "一般社団法人 多摩マイライフ包括支援協議会", "社会医療法人 河北医療財団"
    welfare, centres = "社会福祉法人 多摩市社会福祉協議会", "多摩市地域包括支援センター"
    former, present = [("第1層", mylife), ("第2層", welfare)], [("第1層", kawakita), ("第2層", centres)]
    certain, not_so = ("確か",), ("期間外",)
    assert then == [(*each, certain) for each in former] + [(*each, not_so) for each in present]
    assert now == [(*each, certain) for each in present] + [(*each, not_so) for each in former]
    # The list of members is of 2025: on neither day is it known.
    assert found["council-members"].difference == "比べられない"
    assert {each.states for cell in found["council-members"].cells for each in cell} == {("不明",)}


def test_days_are_also_fiscal_years_and_each_makes_one_column(service: Service) -> None:
    days = [("asOf", "平成29年度"), ("asOf", "2018-03-31"), ("asOf", "FY2024")]
    (matrix,) = classed(parsed(page(service, urllib.parse.urlencode([("m", "132241"), *days]))), "matrix")
    heads = [words(each) for each in matrix.findall("thead/tr/th")]
    assert len(heads) == 3
    assert "2018年3月31日（平成30年3月31日）" in heads[1]
    assert "2025年3月31日（令和7年3月31日）" in heads[2]


@pytest.mark.parametrize("query", [TAMA_AND_KORIYAMA, TWO_DAYS, f"{FOUR}&only=differs"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_page_csv_workbook_and_rdf_have_the_same_cells(service: Service, query: str, language: str) -> None:
    written = table(service, query, language)
    seen = [
        each for row in rows(page(service, query, language=language)).values() for cell in row.cells for each in cell
    ]
    said = [row for row in written if row["things"]]
    assert len(said) == len(seen) > 10
    for row, value in zip(said, seen, strict=True):
        amount = "".join((row["boundLabel"] + row["number"] + row["unitLabel"]).split())
        known = [] if row["state"] == f"{STATE}stated" else [row["stateLabel"]]
        states = known + ([row["onDayLabel"]] if row["onDay"] else [])
        # The page parts number and unit as its language does.
        assert (row["ofLabel"], amount, states) == (value.of, "".join(value.number.split()), list(value.states))
        assert page_words(row["valueLabel"], language) == value.said
    reply = ask(f"{service.url}/compare.xlsx?{query}", Accept_Language=language)
    book = load_workbook(io.BytesIO(reply.body))
    matrix, _, values, _ = book.worksheets
    assert tuple(book.sheetnames) == TITLES[language]
    head, *sheet = values.iter_rows(values_only=True)
    assert [
        {str(key): str(cell if cell is not None else "") for key, cell in zip(head, row, strict=True)} for row in sheet
    ] == written
    assert len(list(matrix.iter_rows())) == len({row["topic"] for row in written}) + 1
    assert graph_rows(service, query, language) == sorted(csv_row(row) for row in written)


def numbers(service: Service, query: str, language: str = "ja") -> list[dict[str, object]]:
    reply = ask(f"{service.url}/compare.xlsx?{query}", Accept_Language=language)
    head, *sheet = load_workbook(io.BytesIO(reply.body)).worksheets[1].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in sheet]


def test_a_workbook_has_numbers_to_calculate_with_and_words_where_none_is_stated(service: Service) -> None:
    found = [each for each in numbers(service, TAMA_AND_KORIYAMA) if each["論点"] in {"層の区域の数", "協議体の設置率"}]
    assert [[each[name] for name in ("論点", "対象", "単位", "多摩市", "郡山市")] for each in found] == [
        ["層の区域の数", "第2層", "区域", 5, 38],
        ["協議体の設置率", "第2層", "%", "記載なし", 94.7],
    ]
    formats = [each for each in numbers(service, TAMA_AND_KORIYAMA, "en") if each["Topic"] == "Formats of meetings"]
    assert {(each["What"], each["Tama"], each["Kōriyama"]) for each in formats} == {
        ("Hybrid", "Not stated", 2), ("In writing", "Not stated", 4), ("Not stated", "Not stated", 5),
    }  # fmt: skip
    assert all(isinstance(each["Kōriyama"], int) for each in formats)


def test_what_is_not_known_of_the_day_asked_about_is_no_number_to_calculate_with(service: Service) -> None:
    members = [each for each in numbers(service, TWO_DAYS) if each["論点"] == "協議体の構成員"]
    assert [[value for name, value in each.items() if "多摩市" in name] for each in members] == [["不明", "不明"]]


def page_words(text: str, language: str) -> str:
    """Write a literal as a page does: a date with its era, yes and no in words."""
    spoken = {"true": {"ja": "はい", "en": "yes"}, "false": {"ja": "いいえ", "en": "no"}}
    return spoken[text][language] if text in spoken else calendar.reading(text, language)


def csv_row(row: dict[str, str]) -> tuple[object, ...]:
    one = tuple(row[each] for each in ("topic", "difference", "municipality", "asOf", "of", "value", "state", "onDay"))
    return (*one, float(row["number"]) if row["number"] else -1.0, tuple(row["evidence"].split()))


def graph_rows(service: Service, query: str, language: str) -> list[tuple[object, ...]]:
    reply = ask(f"{service.url}/compare.ttl?{query}", Accept_Language=language)
    graph = Graph().parse(data=reply.body, format="turtle")
    links = [f"{SAS}topic", f"{SAS}difference", f"{SAS}municipality", f"{SAS}day", "http://purl.org/dc/terms/subject"]
    links += [str(RDF.value), f"{SAS}state", f"{SAS}stateOnDay"]
    found = []
    for each in graph.subjects(RDF.type, URIRef(f"{SAS}Finding")):
        one = tuple(str(graph.value(each, URIRef(link)) or "") for link in links)
        number = graph.value(each, URIRef("http://purl.org/linked-data/sdmx/2009/measure#obsValue"))
        evidence = tuple(sorted(str(quoted) for quoted in graph.objects(each, PROV.wasDerivedFrom)))
        found.append((*one, -1.0 if number is None else float(str(number)), evidence))
    return sorted(found)


@pytest.mark.parametrize("extension", ["ttl", "nt", "rdf", "jsonld", "trig", "nq"])
def test_the_graph_is_the_same_in_every_syntax(service: Service, extension: str) -> None:
    media_type = BY_NAME[extension].media_type
    by_name = ask(f"{service.url}/compare.{extension}?{TAMA_AND_KORIYAMA}")
    by_accept = page(service, TAMA_AND_KORIYAMA, media_type)
    assert by_name.type == by_accept.type == media_type
    turtle = ask(f"{service.url}/compare.ttl?{TAMA_AND_KORIYAMA}", Accept_Language="ja")
    assert triples(by_name) == triples(by_accept) == triples(turtle)
    assert len(triples(turtle)) > 500


def triples(reply: Reply) -> set[Triple]:
    syntax = RdfFormat.from_media_type(reply.type)
    assert syntax is not None
    return {each.triple for each in parse(reply.body, syntax)}


def test_the_answer_is_negotiated_versioned_and_repeats_byte_for_byte(service: Service) -> None:
    for accept in ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/html"):
        first, second = (page(service, TAMA_AND_KORIYAMA, accept) for _ in range(2))
        assert first.type == accept
        assert first.headers["ETag"] == second.headers["ETag"]
        assert first.headers["X-Dataset-Version"]
        assert f'</compare.csv?{TAMA_AND_KORIYAMA}>; rel="alternate"; type="text/csv"' in first.headers["Link"]
    assert ask(f"{service.url}/compare.csv?{TAMA_AND_KORIYAMA}&_format=csv-bom").body.startswith(b"\xef\xbb\xbf")
    assert page(service, TAMA_AND_KORIYAMA, "image/png").status == 406


def test_only_what_differs_is_shown_where_that_is_asked_for(service: Service) -> None:
    every = rows(page(service, TAMA_AND_KORIYAMA))
    differing = rows(page(service, f"{TAMA_AND_KORIYAMA}&only=differs"))
    assert list(differing) == [key for key, row in every.items() if row.difference == "違いあり"]
    assert {row["topic"] for row in table(service, f"{TAMA_AND_KORIYAMA}&only=same")} == {
        f"{BASE}concept/topic/tiers", f"{BASE}compare/tier-count", f"{BASE}concept/topic/tier-number",
    }  # fmt: skip


def test_the_structures_stand_beside_each_other(service: Service) -> None:
    trees = classed(parsed(page(service, TAMA_AND_KORIYAMA)), "tree")
    assert len(trees) == 2
    tier = next(each for each in trees[0].findall("li") if "第1層" in words(each.find("a")))
    council = next(each for each in tier.findall("ul/li") if "多摩市まるっと協議体" in words(each.find("a")))
    assert {words(each.find("a")) for each in council.findall("ul/li")} >= {"啓発分科会", "移動分科会"}
    assert "協議体 36" in words(trees[1])


def test_the_sparql_of_a_topic_is_given_filled_in(service: Service) -> None:
    reply = ask(f"{service.url}/compare/operators?{TAMA_AND_KORIYAMA}")
    assert reply.type == "application/sparql-query"
    assert 'VALUES ?m { "132241" "072036" }' in reply.body.decode()
    assert ask(f"{service.url}/compare/nothing").status == 404


def test_a_form_asks_for_cities_and_days_and_needs_no_script(service: Service) -> None:
    tree = parsed(page(service, ""))
    choices = [each.get("value") for each in tree.iter("input") if each.get("type") == "checkbox"]
    assert choices == ["072036", "131032", "132241", "221007"]
    assert [each.get("name") for each in tree.iter("input") if each.get("type") is None] == ["m", "asOf", "asOf"]
    assert list(tree.iter("script")) == []


@pytest.mark.parametrize("typed", ["郡山市", "福島県郡山市", "こおりやまし", "Kōriyama", "０７２０３６", " 072036 "])
def test_a_city_is_found_by_its_name_or_code_and_gets_an_address_to_share(service: Service, typed: str) -> None:
    query = urllib.parse.urlencode([("m", "132241"), ("m", typed), ("asOf", ""), ("asOf", "")])
    status, headers = raw(service, f"/compare?{query}", Accept="text/html")
    assert (status, headers["Location"]) == (303, f"/compare?{TAMA_AND_KORIYAMA}")


@pytest.mark.parametrize(
    ("query", "ja", "en"),
    [
        ("m=132241", "2列以上", "needs two columns"),
        ("m=132241&asOf=2019-04-01", "2列以上", "needs two columns"),
        ("asOf=2019-04-01&asOf=2020-04-01", "2列以上", "needs two columns"),
        (f"{FOUR}&asOf=2018-04-01&asOf=2019-04-01&asOf=2020-04-01", "12列", "12 columns"),
        ("m=132241&m=132240", "「132240」という市区町村は見付かりません", "no municipality '132240'"),
        ("m=132241&m=141003x", "見付かりません", "no municipality"),
        ("m=132241&m=" + urllib.parse.quote("府中市"), "132063（東京都 府中市）", "342084 (Hiroshima Fuchū)"),
        ("m=132241&m=072036&asOf=2019-02-30", "という日はありません", "no such day"),
        ("m=132241&m=072036&asOf=" + urllib.parse.quote("令和元年"), "暦年とも年度とも", "calendar year or"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_both_languages_and_the_form_kept(service: Service, query: str, ja: str, en: str) -> None:
    reply = page(service, query)
    assert reply.status == 400
    tree = html5lib.parse(reply.body.decode(), namespaceHTMLElements=False)
    assert ja in words(classed(tree, "problem")[0])
    chosen = [each.get("value") for each in tree.iter("input") if each.get("checked") is not None]
    assert ("132241" in chosen) == ("132241" in query)
    problem = page(service, query, "text/csv", "en")
    assert (problem.status, problem.type) == (400, "application/problem+json")
    assert en in json.loads(problem.body)["detail"]


def test_a_city_without_documents_has_a_column_that_says_so(service: Service) -> None:
    reply = page(service, "m=132241&m=131041")
    assert "新宿区の資料はまだありません。" in words(parsed(reply))
    assert {row.difference for row in rows(reply).values()} == {"比べられない"}
    assert {row["state"] for row in table(service, "m=132241&m=131041") if row["municipalityLabel"] == "新宿区"} == {
        f"{STATE}not-stated"
    }


def test_zero_is_not_the_same_as_not_stated_or_as_does_not_apply(made_up: Service) -> None:
    found = rows(page(made_up, "m=011002&m=132241"))
    assert [each.number for each in found["meetings-a-year"].cells[0]] == ["0回"]
    assert "記載なし" in found["meetings-a-year"].texts[1]
    assert found["meetings-a-year"].difference == "比べられない"
    assert [each.states for each in found["tier-area-count"].cells[0]] == [("該当しない",)]
    assert found["tier-area-count"].difference == "比べられない"
    written = [row for row in table(made_up, "m=011002&m=132241") if row["topic"].endswith("meetings-a-year")]
    assert [(row["number"], row["state"].rpartition("/")[2]) for row in written] == [
        ("0", "stated"),
        ("", "not-stated"),
    ]


def test_what_is_planned_stays_planned_and_what_has_ended_is_kept_apart(made_up: Service) -> None:
    kinds = rows(page(made_up, "m=011002&asOf=2019-04-01&asOf=2021-04-01"))["kind-of-operation"]
    assert kinds.marked
    assert [[(each.said, each.states) for each in cell] for cell in kinds.cells] == [
        [("直営", ("確か",)), ("委託", ("期間外",))],
        [("委託", ("予定",)), ("直営", ("期間外",))],
    ]


def test_what_a_stranger_wrote_is_text_wherever_it_stands(made_up: Service) -> None:
    reply = page(made_up, "m=011002&m=132241")
    tree = parsed(reply)
    assert list(tree.iter("script")) == []
    assert list(tree.iter("img")) == []
    assert told(rows(reply)["tiers"].cells[0]) == [("", "<script>alert(1)</script>", "")]
    assert "script-src" not in reply.headers["Content-Security-Policy"]
    formula = '=HYPERLINK("https://example.org/","協定")'
    book = load_workbook(io.BytesIO(ask(f"{made_up.url}/compare.xlsx?m=011002&m=132241").body))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert formula in [cell.value for cell in cells]
    assert "+81 \ufffd の協定" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert all(cell.quotePrefix for cell in cells if str(cell.value)[:1] in "=+-@")
    assert formula in [row["valueLabel"] for row in table(made_up, "m=011002&m=132241")]


def test_a_new_topic_is_a_new_file(service: Service, made_up: Service) -> None:
    assert "made-up" not in rows(page(service, TAMA_AND_KORIYAMA))
    row = rows(page(made_up, TAMA_AND_KORIYAMA))["made-up"]
    assert row.marked
    assert [told(each) for each in row.cells] == [
        [("", "多摩市生活支援体制整備事業", "")],
        [("", "生活支援体制整備事業", "")],
    ]
