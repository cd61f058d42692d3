"""The page of a municipality: what a council member reads off it, over real HTTP and in a browser."""

import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from sasaeai import charts, city
from sasaeai.city.timeline import stretches
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.statements.validity import State, Validity
from sasaeai.web import create_app

from .conftest import ROOT, Service
from .counting import CountingStore
from .test_sparql import ask

ID = "https://w3id.org/sasaeai/id/"
MADE_UP = "011002"
TEMPLATES = ROOT / "service" / "sasaeai" / "web" / "templates"
REAL = ("072036", "131032", "132241", "221007")
SVG = "{http://www.w3.org/2000/svg}"
HEAD = """
@base <https://w3id.org/sasaeai/id/> .
@prefix sas: <https://w3id.org/sasaeai/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<011002/programme> a sas:Programme ; sas:runBy <011002> ; skos:prefLabel "事業"@ja ; sas:quote "事業です"@ja .
<011002/tier/1> a sas:Tier ; sas:programme <011002/programme> ; sas:position 1 ; skos:prefLabel "第1層"@ja .
"""


def page(service: Service, code: str, **arguments: str) -> ET.Element:
    query = "&".join(f"{name}={value}" for name, value in arguments.items())
    reply = ask(f"{service.url}/doc/{code}?{query}", Accept="text/html", Accept_Language="ja")
    assert reply.status == 200
    return html5lib.parse(reply.body.decode(), namespaceHTMLElements=False)


def words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def runs(element: ET.Element) -> bool:
    """Tell whether an element is a script; data for programs are none."""
    return element.tag == "script" and element.get("type") != "application/ld+json"


def section(document: ET.Element, heading: str) -> list[ET.Element]:
    """What stands between the heading with an id and the next of its level."""
    main = document.find(".//main")
    assert main is not None
    found: list[ET.Element] = []
    here = False
    for each in main:
        if each.tag == "h2":
            here = each.get("id") == heading
        elif here:
            found.append(each)
    return found


def operators(document: ET.Element, tier: str) -> list[ET.Element]:
    (of_tier,) = [each for each in document.iter("li") if each.get("id") == tier]
    return [each for each in of_tier.iter("li") if "operator" in each.get("class", "").split()]


def test_who_ran_tier_1_in_tama_in_2020_and_says_who_is_read_off_the_page(service: Service) -> None:
    document = page(service, "132241", asOf="2020-04-01", lang="ja")
    then, later = operators(document, "132241-tier-1")
    assert words(then).startswith(
        "実施者 一般社団法人 多摩マイライフ包括支援協議会 委託 第1層の委託(平成29年度~令和5年度) "
        "確か 2017年4月1日（平成29年4月1日）から2024年3月31日（令和6年3月31日）まで 根拠 "
        "平成29年度~令和5年度 一般社団法人 多摩マイライフ包括支援協議会 — "
        "日常生活を支援する体制の整備(生活支援体制整備事業) 多摩市 最終更新 2025年3月31日（令和7年3月31日）"
    )
    assert "期間外" in words(later)
    assert "not-so" in later.get("class", "")


def test_without_a_day_everything_is_shown_with_its_period_and_no_state(service: Service) -> None:
    document = page(service, "132241")
    assert len(operators(document, "132241-tier-1")) == 2
    structure = section(document, "structure")
    assert not [each for part in structure for each in part.iter("span") if "state-certain" in each.get("class", "")]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("code", REAL)
def test_each_city_s_page_has_its_sections_in_order_and_one_title(service: Service, code: str, language: str) -> None:
    document = page(service, code, lang=language)
    ids = [each.get("id") for each in document.iter("h2")]
    assert ids == [
        *("structure", "timeline", "meetings", "figures", "activities", "documents", "cases", "duties"),
        *("unknown", "sources", "about", "more"),
    ]
    contents = [each.get("href") for nav in document.iter("nav") if nav.get("class") == "toc" for each in nav.iter("a")]
    assert contents == [f"#{each}" for each in ids]
    assert len(list(document.iter("h1"))) == 1
    every = [each.get("id") for each in document.iter() if each.get("id")]
    assert len(every) == len(set(every))
    assert not [each for each in document.iter() if each.get("style") or runs(each)]
    assert all(table.find("caption") is not None for table in document.iter("table"))


def test_an_empty_cell_of_a_monthly_table_is_a_dash_and_no_zero(service: Service) -> None:
    (table,) = [
        each for part in section(page(service, "131032"), "figures") for each in part.iter("table")
        if "月別の数値" in words(each)
    ]  # fmt: skip
    rows = {words(row.findall("th")[0]): [words(cell) for cell in row.findall("td")] for row in table.iter("tr")}
    (workshops,) = [cells for name, cells in rows.items() if name.startswith("ワークショップ")]
    assert workshops[:6] == ["—", "—", "—", "—", "—", "2"]
    assert not [cells for cells in rows.values() if "0" in cells[:12]]


def test_a_chart_of_months_breaks_its_line_at_an_empty_cell(service: Service) -> None:
    drawing = charts.panels([("回数", [("4", 2.0), ("5", None), ("6", 0.0), ("7", 3.0)])])
    assert [each.text for each in drawing.gaps] == ["—"]
    assert [each.text for each in drawing.points] == ["2", "0", "3"]
    assert len(drawing.lines) == 1  # from June to July only
    reply = ask(f"{service.url}/charts/monthly.svg?m=131032&lang=ja")
    assert reply.type == "image/svg+xml"
    texts = ["".join(each.itertext()) for each in ET.fromstring(reply.body).iter(f"{SVG}text")]
    assert any(each.startswith("ワークショップ") for each in texts)
    assert "—" in texts


def test_the_timeline_draws_the_rows_of_the_table_beside_it_and_the_day_asked(service: Service) -> None:
    document = page(service, "132241", asOf="2018-04-01")
    parts = section(document, "timeline")
    (image,) = [each for part in parts for each in part.iter("img")]
    assert image.get("alt")
    (table,) = [each for part in parts for each in part.iter("table")]
    rows = [row for body in table.iter("tbody") for row in body.iter("tr")]
    reply = ask(service.url + str(image.get("src")))
    root = ET.fromstring(reply.body)
    labels = ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]
    assert len(rows) == len([each for each in labels if ": " in each]) == 11
    assert "第1層: 一般社団法人 多摩マイライフ包括支援協議会" in labels
    assert "基準日" in labels
    fills = {each.get("fill") for each in root.iter(f"{SVG}rect")}
    dotted = [each for each in root.iter(f"{SVG}rect") if each.get("stroke-dasharray")]
    assert {"#115a36", "url(#presumed)"} <= fills
    assert dotted
    assert not [each for each in root.iter() if each.get("style") or each.tag == f"{SVG}script"]


days = st.dates(date(2014, 1, 1), date(2027, 12, 31))
maybe = st.none() | days


@given(st.builds(Validity, maybe, maybe, maybe, maybe, maybe, maybe, st.booleans()), days, st.integers(0, 3000))
def test_every_day_of_the_chart_has_the_state_that_the_thing_has_on_it(when: Validity, first: date, more: int) -> None:
    last = first + timedelta(more)
    parts = stretches(when, first, last)
    told = {one.first + timedelta(n): one.state for one in parts for n in range((one.last - one.first).days + 1)}
    every = [first + timedelta(n) for n in range(more + 1)]
    assert [told.get(day, State.NOT_SO) for day in every] == [when.state(day) for day in every]


def test_a_municipality_that_only_the_register_knows_says_so_and_how_to_add_it(service: Service) -> None:
    document = page(service, "473618")
    text = words(document)
    for expected in (
        "久米島町",
        "くめじまちょう",
        "Kumejima",
        "沖縄県",
        "473618",
        "まだ何も記録されていません",
        "CONTRIBUTING.md",
    ):
        assert expected in text
    assert [each.get("id") for each in document.iter("h2") if each.get("id")] == []


def test_a_prefecture_lists_its_municipalities_with_and_without_data(service: Service) -> None:
    document = page(service, "prefecture/13", lang="ja")
    assert words(next(document.iter("h1"))) == "東京都"
    known, other = [each for each in document.iter("ul") if each.get("class") in {"cards", "columns plain"}]
    assert {words(each).split()[0] for each in known.iter("li")} == {"多摩市", "港区"}
    assert len(list(known.iter("li"))) + len(list(other.iter("li"))) == 62
    assert ask(f"{service.url}/doc/prefecture/99", Accept="text/html").status == 404


def test_what_no_document_says_is_named_and_every_document_is_counted(service: Service) -> None:
    document = page(service, "221007")
    unknown = " ".join(words(each) for each in section(document, "unknown"))
    assert "構成員" in unknown
    assert "ない」という意味ではありません" in unknown
    (table,) = [each for part in section(document, "sources") for each in part.iter("table")]
    assert len([row for body in table.iter("tbody") for row in body.iter("tr")]) == 1


@pytest.mark.parametrize(
    ("path", "status"), [("?m=132241&asOf=x", 400), ("?m=abc", 400), ("", 400), ("?m=473618", 200)]
)
def test_a_chart_of_what_is_no_code_is_refused_and_one_of_nothing_is_empty(
    service: Service, path: str, status: int
) -> None:
    assert ask(f"{service.url}/charts/timeline.svg{path}").status == status


@pytest.fixture
def store(repository: Repository) -> CountingStore:
    return CountingStore(repository)


def enlarge(store: CountingStore, lines: str) -> None:
    store.publish({"https://w3id.org/sasaeai/graph/011002/page": (HEAD + lines).encode()})


def test_the_number_of_queries_does_not_grow_with_what_is_known(store: CountingStore, repository: Repository) -> None:
    asked = {}
    for code in REAL:
        store.asked.clear()
        assert city.city(store, repository, ID + code, "ja")
        asked[code] = len(store.asked)
    assert max(asked.values()) <= 7  # with the names that all pages share, which are read once for each version
    kinds = ("Activity", "Publication", "Case", "RoleDefinition", "Deployment", "Council", "Agreement")
    enlarge(
        store,
        "\n".join(
            f'<011002/{kind}/{n}> a sas:{kind} ; sas:programme <011002/programme> ; skos:prefLabel "物{n}"@ja ; '
            f'sas:quote "物{n}です"@ja ; sas:asOf "2020-01-01"^^xsd:date .'
            for kind in kinds
            for n in range(600)
        ),
    )
    store.asked.clear()
    known = city.city(store, repository, ID + MADE_UP, "ja")
    assert known is not None
    assert len(store.asked) <= 7
    assert known.counts["Activity"] == 600
    assert len(known.things["Activity"]) == 30
    assert known.programme is not None
    assert [branch.tier.name.text for branch in known.branches if branch.tier] == ["第1層"]


HOSTILE = r"<script>alert(1)</script>\"&\u0001\u0000\uFFFE]]>" + "長" * 500


def test_a_stranger_s_label_is_only_text_in_page_and_chart(store: CountingStore) -> None:
    enlarge(
        store,
        '<011002/org/x> skos:prefLabel "' + HOSTILE + '"@ja ; sas:quote "それです"@ja .\n'
        '<011002/commission/x> a sas:Commission ; sas:operates <011002/tier/1> ; sas:operator <011002/org/x> ; '
        'sas:asOf "2020-01-01"^^xsd:date ; sas:quote "委託です"@ja .',
    )  # fmt: skip
    client = create_app(Settings(root=ROOT), store).test_client()
    drawn = client.get(f"/charts/timeline.svg?m={MADE_UP}&lang=ja")
    root = ET.fromstring(drawn.data)
    assert not list(root.iter(f"{SVG}script")) + list(root.iter("script"))
    (label,) = [text for each in root.iter(f"{SVG}text") if "alert" in (text := "".join(each.itertext()))]
    assert label.startswith("第1層: <script>alert(1)</script>")
    assert len(label) < 100
    shown = client.get(f"/doc/{MADE_UP}.html?lang=ja").get_data(as_text=True)
    assert shown.count("<script") == shown.count('<script type="application/ld+json">') == 1
    assert "&lt;script&gt;alert(1)" in shown


def test_no_template_of_the_page_trusts_data() -> None:
    for path in [*TEMPLATES.glob("city*.html"), *TEMPLATES.glob("*.svg")]:
        assert not re.search(r"\|\s*safe\b", path.read_text("utf-8")), path.name


@pytest.mark.slow
def test_evidence_is_one_key_away_from_the_operator(browser: Browser, service: Service) -> None:
    opened = browser.new_page(locale="ja-JP")
    opened.goto(f"{service.url}/doc/132241?asOf=2020-04-01")
    operator = opened.locator("#\\31 32241-tier-1 li.operator").first
    operator.locator("a").nth(1).focus()
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.textContent").startswith("根拠")
    opened.keyboard.press("Enter")
    assert operator.locator("q").is_visible()
    assert "多摩マイライフ包括支援協議会" in operator.locator("q").inner_text()
    opened.close()
