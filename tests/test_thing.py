"""The pages of things: what is said, who says it, on which day, and what is not said."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import html5lib
import pytest
from playwright.sync_api import Browser, Page, expect

from sasaeai import thing
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.thing import Said, Wanted
from sasaeai.vocabulary import SAS
from sasaeai.web import create_app

from .conftest import Service
from .counting import CountingStore
from .test_sparql import ask

ID = "https://w3id.org/sasaeai/id/"
GRAPH = "https://w3id.org/sasaeai/graph/"
MOST = 8
"""Queries a page may ask, the one that finds the thing among them."""

ONE = """
@base <https://w3id.org/sasaeai/> .
@prefix sas: <https://w3id.org/sasaeai/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix sdmx-dimension: <http://purl.org/linked-data/sdmx/2009/dimension#> .
@prefix sdmx-measure: <http://purl.org/linked-data/sdmx/2009/measure#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<graph/011002/one> dct:source <id/source/011002/one> .
<id/source/011002/one> a sas:Source ; dct:title "一の資料"@ja ; sas:quote "一の資料"@ja .
<id/011002/programme> a sas:Programme ; sas:runBy <id/011002> ; skos:prefLabel "事業"@ja ; sas:quote "事業の行"@ja .
<id/011002/tier/1> a sas:Tier ; sas:programme <id/011002/programme> ; sas:tierNumber 1 ; sas:position 1 ;
  skos:prefLabel "第1層"@ja , "Tier 1"@en ; sas:quote "第1層の行"@ja ; sas:startedIn <id/fiscal-year/2017> ;
  sas:asOf "2020-06-01"^^xsd:date .
<id/011002/figure/one> a sas:Figure ; sas:indicator <concept/indicator/area-count> ; sas:subject <id/011002/tier/1> ;
  sdmx-dimension:refPeriod <id/fiscal-year/2019> ; sdmx-measure:obsValue 5 ; sas:quote "5つの圏域"@ja .
<id/011002/org/one> a org:Organization ; skos:prefLabel "<b>一の会</b>"@ja ; sas:quote "一の会です"@ja ;
  sas:sector <concept/sector/other> .
"""
TWO = (
    ONE[: ONE.index("<graph/")]
    + """
<graph/011002/two> dct:source <id/source/011002/two> .
<id/source/011002/two> a sas:Source ; dct:title "二の資料"@ja ; sas:quote "二の資料"@ja .
<id/011002/tier/1> a sas:Tier ; sas:programme <id/011002/programme> ; sas:tierNumber 2 ;
  sas:quote "第2層と呼ぶ"@ja ; sas:areaName "学区"@ja .
<id/011002/figure/two> a sas:Figure ; sas:indicator <concept/indicator/area-count> ; sas:subject <id/011002/tier/1> ;
  sdmx-dimension:refPeriod <id/fiscal-year/2019> ; sdmx-measure:obsValue 6 ; sas:quote "6つの圏域"@ja .
<id/011002/figure/sum> a sas:Figure ; sas:indicator <concept/indicator/population> ; sas:subject <id/011002/tier/1> ;
  sas:basis <concept/basis/computed> ; prov:wasDerivedFrom <id/011002/figure/one> ; sdmx-measure:obsValue 7 ;
  sas:asOf "2020-06-01"^^xsd:date .
"""
)


@pytest.fixture(scope="module", params=[True, False], ids=["merged", "union"])
def store(request: pytest.FixtureRequest, repository: Repository) -> CountingStore:
    made_up = CountingStore(repository, merged=request.param)
    made_up.publish({GRAPH + "011002/one": ONE.encode(), GRAPH + "011002/two": TWO.encode()})
    return made_up


def read(store: CountingStore, repository: Repository, key: str, wanted: Wanted | None = None) -> thing.Page:
    about = thing.about(store, repository, ID + key, "ja")
    return thing.page(store, repository, about, wanted or Wanted())


def fields(page: thing.Page) -> dict[str, Said]:
    return {each.property: each for section in page.sections for each in section.fields}


def test_fields_stand_in_the_order_and_words_of_the_shapes(store: CountingStore, repository: Repository) -> None:
    page = read(store, repository, "011002/tier/1")
    assert [section.name for section in page.sections][:3] == ["名称・番号", "位置づけ", "区域・場所"]
    assert [said.name for said in page.sections[0].fields] == ["名称", "層の番号"]
    assert page.about.kind == "層"


def test_what_two_documents_say_differently_stands_side_by_side(store: CountingStore, repository: Repository) -> None:
    number = fields(read(store, repository, "011002/tier/1"))[SAS + "tierNumber"]
    assert number.differs
    assert number.apart
    told = {value.term["value"]: [(each.quote, each.title) for each in value.evidence] for value in number.values}
    assert told == {"1": [("第1層の行", "一の資料")], "2": [("第2層と呼ぶ", "二の資料")]}


def test_what_two_documents_agree_on_is_one_value_with_both(store: CountingStore, repository: Repository) -> None:
    programme = fields(read(store, repository, "011002/tier/1"))[SAS + "programme"]
    assert not programme.differs
    assert [[each.quote for each in value.evidence] for value in programme.values] == [["第1層の行", "第2層と呼ぶ"]]


def test_figures_that_count_the_same_and_do_not_agree_are_marked(store: CountingStore, repository: Repository) -> None:
    (part,) = [each for each in read(store, repository, "011002/tier/1").parts if each.group.name == "数値"]
    assert [(row.iri.rpartition("/")[2], row.differs) for row in part.rows] == [
        ("sum", False),
        ("one", True),
        ("two", True),
    ]


def test_what_was_worked_out_shows_the_words_it_rests_on(store: CountingStore, repository: Repository) -> None:
    (part,) = [each for each in read(store, repository, "011002/tier/1").parts if each.group.name == "数値"]
    (row,) = [each for each in part.rows if each.iri.endswith("/sum")]
    assert [each.quote for each in row.evidence] == ["5つの圏域"]


def test_what_nobody_states_is_not_stated_and_what_needs_no_saying_is_left_out(
    store: CountingStore, repository: Repository
) -> None:
    tier = fields(read(store, repository, "011002/tier/1"))
    assert tier[SAS + "areaType"].values == ()
    assert SAS + "quote" not in tier
    figure = fields(read(store, repository, "011002/figure/one"))
    assert figure[SAS + "asWritten"].values == ()
    assert SAS + "bound" not in figure


def test_what_a_rule_made_says_so_and_rests_on_what_is_quoted(store: CountingStore, repository: Repository) -> None:
    page = read(store, repository, "011002/tier/1")
    (begins,) = [each for each in page.others if each.property == SAS + "validFrom"]
    assert [value.derived for value in begins.values] == [True]
    assert {each.quote for each in begins.values[0].evidence} == {"第1層の行", "第2層と呼ぶ"}


def test_a_document_tells_what_it_says_itself_and_nothing_of_another(
    store: CountingStore, repository: Repository
) -> None:
    about = thing.about(store, repository, ID + "source/011002/two", "ja")
    page = thing.document(store, repository, about, Wanted())
    assert [(part.group.name, part.group.count) for part in page.parts] == [("層", 1), ("数値", 2)]
    (tier,) = page.parts[0].rows
    assert tier.label["value"] == "第1層"  # named elsewhere
    assert [each.quote for each in tier.evidence] == ["第2層と呼ぶ"]
    assert [each.term["value"] for each in tier.cells[SAS + "tierNumber"]] == ["2"]
    assert SAS + "startedIn" not in tier.cells


def test_a_thing_leads_up_to_its_city(store: CountingStore, repository: Repository) -> None:
    trail = [label["value"] for _, label in read(store, repository, "011002/figure/one").trail]
    assert trail == ["札幌市", "事業"]


def grown(number: int) -> bytes:
    """Write a city whose first tier is spoken of by as many activities."""
    activity = (
        '<id/011002/activity/{n}> a sas:Activity ; sas:tier <id/011002/tier/1> ; skos:prefLabel "活動{n}"@ja ;\n'
        '  sas:quote "活動の行{n}"@ja ;\n'
        "  sas:activityType <concept/activity-type/forum> ; sas:asOf '2020-06-01'^^xsd:date .\n"
    )
    return (ONE + "".join(activity.replace("{n}", f"{each:04}") for each in range(number))).encode()


def test_the_queries_of_a_page_do_not_grow_with_the_data_nor_does_the_page(repository: Repository) -> None:
    store = CountingStore(repository)
    counted, rows = [], []
    for number in (1, 10, 400):
        store.publish({GRAPH + "011002/one": grown(number)})
        read(store, repository, "011002/tier/1")  # the shapes of a version are read once
        store.asked.clear()
        page = read(store, repository, "011002/tier/1")
        counted.append(len(store.asked))
        rows.append(sum(len(part.rows) for part in page.parts))
    assert counted[0] == counted[1] == counted[2] <= MOST - 1
    assert rows == [2, 11, 50]


def test_the_pages_of_a_document_are_what_was_taken_from_it_in_the_order_of_the_iris_also_when_it_is_new(
    repository: Repository,
) -> None:
    store = CountingStore(repository)
    for number in (120, 7):
        store.publish({GRAPH + "011002/one": grown(number)})
        about = thing.about(store, repository, ID + "source/011002/one", "ja")
        first = thing.document(store, repository, about, Wanted(kind="Activity"))
        pages = [
            thing.document(store, repository, about, Wanted(each, kind="Activity"))
            for each in range(1, first.pages + 1)
        ]
        assert [row.iri.rpartition("/")[2] for page in pages for part in page.parts for row in part.rows] == [
            f"{each:04}" for each in range(number)
        ]


def test_a_long_list_is_paged_whole_and_can_be_narrowed_down(repository: Repository) -> None:
    store = CountingStore(repository)
    store.publish({GRAPH + "011002/one": grown(120)})
    first = read(store, repository, "011002/tier/1")
    assert (first.pages, [(each.name, each.count) for each in first.groups]) == (3, [("活動", 120), ("数値", 1)])
    seen = [
        row.iri
        for number in (1, 2, 3)
        for part in read(store, repository, "011002/tier/1", Wanted(number)).parts
        for row in part.rows
    ]
    assert len(seen) == len(set(seen)) == 121
    figures = read(store, repository, "011002/tier/1", Wanted(kind="Figure", via="subject"))
    assert [row.iri for part in figures.parts for row in part.rows] == [ID + "011002/figure/one"]


def test_what_classes_of_one_shape_and_two_links_point_here_by_stands_on_one_page_each(repository: Repository) -> None:
    store = CountingStore(repository)
    year = "sas:fromFiscalYear <id/fiscal-year/2016> ; sas:throughFiscalYear <id/fiscal-year/2016>"
    run = '<id/011002/operation/{n:02}> a sas:{kind} ; {year} ; sas:quote "運営の行"@ja .\n'
    ways = [run.format(n=each, kind=("Commission", "DirectOperation")[each % 2], year=year) for each in range(60)]
    store.publish({GRAPH + "011002/one": (ONE + "".join(ways)).encode()})
    first = read(store, repository, "fiscal-year/2016")
    pages = [first, *(read(store, repository, "fiscal-year/2016", Wanted(each)) for each in range(2, first.pages + 1))]
    seen = [(row.group.anchor, row.iri) for page in pages for part in page.parts for row in part.rows]
    assert len(pages) == 3
    assert len(seen) == len(set(seen))
    assert Counter(group for group, _ in seen) == {each.anchor: each.count for each in first.groups}


def test_bodies_of_two_classes_are_one_list_to_a_reader(store: CountingStore, repository: Repository) -> None:
    about = thing.about(store, repository, ID + "source/132241/city-page", "ja")
    page = thing.document(store, repository, about, Wanted())
    names = Counter(each.name for each in page.groups)
    assert set(names.values()) == {1}
    (bodies,) = (each for each in page.groups if each.name == "団体")
    assert len(bodies.classes) == 2
    for kind in bodies.classes:
        narrowed = thing.document(store, repository, about, Wanted(kind=kind))
        assert [each.group for each in narrowed.parts] == [bodies]
        assert sum(len(each.rows) for each in narrowed.parts) == bodies.count


def test_the_shapes_are_read_anew_when_they_change(repository: Repository) -> None:
    store = CountingStore(repository)
    store.publish({GRAPH + "011002/one": ONE.encode()})
    (shape,) = [each for each in repository.graphs("shapes") if each.path.name == "tier.ttl"]
    assert fields(read(store, repository, "011002/tier/1"))[SAS + "areaType"].name == "区域の種類"
    store.publish({shape.name: shape.content.replace("区域の種類".encode(), "圏域の種類".encode())})
    assert fields(read(store, repository, "011002/tier/1"))[SAS + "areaType"].name == "圏域の種類"


def test_what_strangers_wrote_is_text_on_the_page(repository: Repository) -> None:
    store = CountingStore(repository)
    store.publish({GRAPH + "011002/one": ONE.encode()})
    client = create_app(Settings(), store).test_client()
    lists = ("/lists/organisations?m=011002", "/search?q=一の会")
    for address in ("/doc/011002/org/one.html", "/doc/source/011002/one.html", *lists):
        body = client.get(address, headers={"Accept": "text/html"}).get_data(as_text=True)
        assert "&lt;b&gt;一の会&lt;/b&gt;" in body
        assert "<b>" not in body
    assert client.get('/doc/011002/tier/1.html?kind="><b>').status_code == 404
    chosen = client.get('/lists/organisations?sector="><b>', headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "&gt;&lt;b&gt; <small>0</small>" in chosen
    assert "<b>" not in chosen


@dataclass(frozen=True)
class Document:
    """A page as it came, parsed."""

    tree: Element

    def texts(self, path: str) -> list[str]:
        return [" ".join("".join(each.itertext()).split()) for each in self.tree.iterfind(path)]


def shown(service: Service, address: str) -> Document:
    reply = ask(f"{service.url}/doc/{address}", Accept="text/html")
    assert reply.status == 200, address
    return Document(html5lib.parse(reply.body.decode(), namespaceHTMLElements=False))


def test_who_ran_tier_1_in_2020_and_who_says_so_is_read_off_its_page(service: Service) -> None:
    page = shown(service, "132241/tier/1.html?asOf=2020-10-01&lang=en")
    rows = [row for row in page.texts(".//tr") if row.startswith("Commission of tier 1")]
    ran, came_later = rows
    assert "Tama Mylife Comprehensive Support Association" in ran
    assert "Certain" in ran
    assert "平成29年度~令和5年度 一般社団法人 多摩マイライフ包括支援協議会" in ran
    assert "日常生活を支援する体制の整備(生活支援体制整備事業)" in ran
    assert "Not so" in came_later


def test_who_runs_a_tier_stands_before_what_else_is_said_of_it(service: Service) -> None:
    page = shown(service, "132241/tier/1.html?lang=ja")
    assert page.texts(".//h2")[:2] == ["誰が担っているか", "述べられていること"]
    first = page.texts(".//table")[0]
    assert "多摩マイライフ包括支援協議会" in first
    assert page.texts(".//table").count(first) == 1
    narrowed = shown(service, "132241/tier/1.html?lang=ja&kind=Commission")
    assert "誰が担っているか" not in narrowed.texts(".//h2")


def test_what_a_document_writes_in_japanese_is_marked_so_on_an_english_page(service: Service) -> None:
    address = "131032/figure/council-meetings-total-fy2017.html"
    marked = ".//dd/span[@lang='ja']"
    assert "計12回" in shown(service, f"{address}?lang=en").texts(marked)
    assert "計12回" not in shown(service, f"{address}?lang=ja").texts(marked)


def test_without_a_day_nothing_has_a_state(service: Service) -> None:
    assert shown(service, "132241/tier/1.html").texts(".//span[@class='state state-certain']") == []
    assert shown(service, "132241/tier/1.html?asOf=2020-10-01").texts(".//span[@class='state state-certain']") != []


def test_the_names_a_council_has_borne_are_a_section_of_their_own(service: Service) -> None:
    page = shown(service, "132241/council/marutto.html?lang=ja")
    assert "名称の移り変わり" in page.texts(".//h2")
    assert page.texts(".//ol/li") == ["多摩市", "多摩市生活支援体制整備事業", "第1層", "多摩市まるっと協議体"]


def test_an_organisation_tells_what_it_does_city_by_city(service: Service) -> None:
    page = shown(service, "132241/org/member-06.html?lang=ja")
    assert "多摩市" in page.texts(".//h3")
    rows = page.texts(".//tbody/tr")
    assert [row.split()[0] for row in rows] == ["構成員", "実施者", "配置先"]
    assert all("根拠" in row for row in rows)


def test_a_document_tells_what_was_taken_from_it_with_its_words(service: Service) -> None:
    page = shown(service, "source/132241/city-page.html?lang=ja")
    assert page.texts(".//h3[@id='Tier']") == ["層"]
    assert any("「" not in q and "第1層生活支援体制整備事業(平成29年度より実施)" in q for q in page.texts(".//td/q"))
    assert page.texts(".//h3").index("層") < page.texts(".//h3").index("協議体")


def test_a_ward_leads_to_its_city_and_to_the_wards_beside_it(service: Service) -> None:
    page = shown(service, "221015.html?lang=ja")
    assert page.texts(".//title") == ["葵区（静岡市） — Sasaeai 支え合い"]
    assert page.texts(".//ol/li") == ["静岡市", "葵区"]
    (belongs,) = [text for text in page.texts(".//p") if text.startswith("静岡市の行政区。")]
    assert "記録は、市のページにあります" in belongs
    assert "ほかの区：駿河区、清水区" in page.texts(".//p")


def test_a_ward_of_a_city_without_data_says_that_nothing_is_recorded_yet(service: Service) -> None:
    page = shown(service, "011011.html?lang=en")
    assert page.texts(".//title") == ["Chūō-ku (Sapporo) — Sasaeai 支え合い"]
    assert any("A ward of Sapporo" in text and "Nothing is recorded yet" in text for text in page.texts(".//p"))


def test_a_long_list_leads_to_its_next_page_and_back(service: Service) -> None:
    address = f"{service.url}/doc/concept/municipality-kind/town.html?lang=en"
    page = ask(address).body.decode()
    following = re.search(r'<a rel="next" href="([^"]+)"', page)
    assert following
    second = ask(service.url + html.unescape(following[1])).body.decode()
    assert 'rel="prev"' in second
    assert "2 / 15" in second
    assert ask(f"{address}&page=16").status == 404
    assert ask(f"{address}&kind=Nothing").status == 404


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    opened = browser.new_page(locale="ja-JP", java_script_enabled=False)
    opened.goto(f"{service.url}/doc/132241/tier/1.html")
    yield opened
    opened.close()


@pytest.mark.slow
def test_the_evidence_of_a_value_is_one_keypress_away(page: Page) -> None:
    value = page.locator("dt:text-is('区域の呼び方') + dd")
    expect(value).to_contain_text("市全域")
    quote = value.locator("q", has_text="第1層生活支援体制整備事業(平成29年度より実施)")
    expect(quote).to_be_hidden()
    summary = value.locator("summary")
    for _ in range(200):  # from the top of the page, by the keyboard alone
        page.keyboard.press("Tab")
        if summary.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(quote).to_be_visible()
    expect(value.get_by_role("link", name="日常生活を支援する体制の整備").first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/doc/source/132241/"))
