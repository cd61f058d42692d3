"""The pages of the catalogue, for readers who know neither RDF nor codes: list, form, answer, chart."""

import re
import urllib.parse
import xml.etree.ElementTree as ET
from typing import Any

import html5lib
import pytest
from playwright.sync_api import Browser, expect

from sasaeai import catalogue
from sasaeai.catalogue import Chart
from sasaeai.errors import ServiceError
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.statements import Row
from sasaeai.statements.municipalities import municipalities
from sasaeai.store import Answer
from sasaeai.store.local import LocalStore
from sasaeai.web import create_app

from .conftest import ROOT, Service
from .test_entity import raw
from .test_questions import store
from .test_sparql import Reply, ask

Tree = ET.Element


def page(service: Service, path: str, language: str = "ja") -> Reply:
    quoted = urllib.parse.quote(path, safe="/?=&%")
    return ask(f"{service.url}/queries/{quoted}", Accept="text/html", Accept_Language=language)


def tree(reply: Reply) -> Tree:
    parsed: Tree = html5lib.parse(reply.body.decode(), namespaceHTMLElements=False)
    return parsed


def words(element: Tree) -> str:
    return " ".join("".join(element.itertext()).split())


def listed(reply: Reply) -> list[str]:
    """Name the questions that a list leads to, in its order."""
    return [
        str(link.get("href")).partition("?")[0].rpartition("/")[2]
        for term in tree(reply).iter("dt")
        for link in term.iter("a")
    ]


def chosen(reply: Reply, name: str) -> set[str | None]:
    return {
        each.get("value")
        for each in tree(reply).iter("input")
        if each.get("name") == name and each.get("checked") is not None
    }


class TiredStore(LocalStore):
    """Give up at a question; all else it answers."""

    question = ""

    def query(self, text: str, **how: Any) -> Answer:
        if self.question in text:
            raise ServiceError("deadline", 503, retry_after=5, seconds="5")
        return super().query(text, **how)


def test_a_question_that_takes_too_long_of_all_cities_can_be_asked_of_some(repository: Repository) -> None:
    tired = TiredStore(repository)
    tired.question = "GROUP_CONCAT(DISTINCT STR(?quoted)"
    client = create_app(Settings(root=ROOT), tired).test_client()
    reply = client.get("/queries/council-members", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert (reply.status_code, reply.headers["Retry-After"], reply.headers["Cache-Control"]) == (503, "5", "no-store")
    assert "The query was stopped at its deadline of 5 s. Narrow it down." in reply.text
    assert 'name="m"' in reply.text


def test_every_question_is_listed_once_under_its_theme_in_the_order_of_the_themes(
    service: Service, repository: Repository
) -> None:
    reply, known = page(service, ""), catalogue.questions(repository)
    assert sorted(listed(reply)) == sorted(known)
    themes = list(repository.themes())
    places = [themes.index(known[name].tags[0]) for name in listed(reply)]
    assert places == sorted(places)
    headings = [words(each) for each in tree(reply).iter("h2")]
    assert headings[: len(themes)] == [repository.themes()[theme]["ja"] for theme in themes]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("受託", {"contractor-history", "members-who-are-contractors"}),
        ("コーディネーター", {"coordinators", "local-names"}),
        ("ｺｰﾃﾞｨﾈｰﾀｰ", {"coordinators", "local-names"}),
        ("こーでぃねーたー 人数", {"coordinators"}),
        ("CONTRACTOR", {"members-who-are-contractors"}),
        ("monthly-figures", {"monthly-figures"}),
    ],
)
def test_questions_are_found_by_words_of_either_language_and_any_width(
    service: Service, query: str, found: set[str]
) -> None:
    reply = page(service, f"?q={query}")
    assert found <= set(listed(reply))
    assert len(listed(reply)) < 10


def test_what_is_not_found_is_said_and_what_is_too_long_is_refused(service: Service) -> None:
    nothing = page(service, "?q=zzzz", "en")
    assert (listed(nothing), "“zzzz”: 0" in nothing.body.decode()) == ([], True)
    assert page(service, "?q=" + "x" * 201).status == 400


def test_every_question_is_a_question_in_plain_words(repository: Repository) -> None:
    for each in catalogue.questions(repository).values():
        assert each.title["ja"].endswith("か"), each.name
        assert each.title["en"].endswith("?"), each.name
        assert not re.search("SPARQL|RDF|IRI|URI", each.title["ja"] + each.title["en"])
        assert each.caveat, each.name
        assert each.summary["ja"].count("。") == 1, f"{each.name}: what is answered is one sentence, the rest a caveat"


@pytest.mark.parametrize(
    "typed",
    ["多摩市", "東京都多摩市", "たまし", "Tama", "tama", "ＴＡＭＡ", "13224", "１３２２４１", " 132241 "],
)
def test_a_city_is_known_by_its_name_or_code_however_it_is_typed(service: Service, typed: str) -> None:
    query = urllib.parse.urlencode([("m", typed), ("asOf", "")])
    status, headers = raw(service, f"/queries/tier-structure?{query}", Accept="text/html")
    assert (status, headers["Location"]) == (303, "/queries/tier-structure?m=132241")
    direct, named = (
        ask(f"{service.url}/queries/tier-structure.csv?{urllib.parse.urlencode({'m': m})}").body
        for m in ("132241", typed)
    )
    assert direct == named


def test_a_city_and_a_town_of_one_english_name_are_told_apart_by_their_own_names(service: Service) -> None:
    reply = page(service, "tier-structure?m=Kushiro", "en")
    assert reply.status == 400
    told = words(tree(reply))
    assert "Hokkaido Kushiro, 北海道 釧路市 012068" in told
    assert "Hokkaido Kushiro, 北海道 釧路町 016616" in told


def test_several_cities_stand_in_one_field_and_a_first_zero_may_be_lost(service: Service) -> None:
    query = urllib.parse.urlencode({"m": "多摩市、72036, Minato, Tokyo Minato"})
    _, headers = raw(service, f"/queries/cases?{query}&lang=en", Accept="text/html")
    assert headers["Location"] == "/queries/cases?m=132241&m=072036&m=131032&lang=en"


def test_a_name_that_several_cities_bear_offers_them_to_choose_from(service: Service) -> None:
    reply = page(service, "tier-structure?m=府中市&m=多摩市")
    assert reply.status == 400
    offered = {each.get("value") for each in tree(reply).iter("input") if each.get("type") == "checkbox"}
    assert {"132063", "342084"} <= offered
    assert "「府中市」はどの市区町村ですか" in reply.body.decode()
    (typed,) = [each.get("value") for each in tree(reply).iter("input") if each.get("id") == "p-m"]
    assert typed == "多摩市"
    problem = ask(f"{service.url}/queries/tier-structure.csv?{urllib.parse.urlencode({'m': '府中市'})}")
    assert (problem.status, b"132063" in problem.body, b"342084" in problem.body) == (400, True, True)


def test_every_municipality_is_known_by_its_name_unless_several_bear_it_which_are_all_offered(
    repository: Repository,
) -> None:
    register = municipalities(store(True), repository)
    bearers: dict[str, set[str]] = {}
    for code, called in register.called.items():
        for name in (called["ja"], called["ja"].partition(" ")[2]):
            bearers.setdefault(name, set()).add(code)
    shared = {name for name, codes in bearers.items() if len(codes) > 1}
    # Two villages of Hokkaidō are called 泊村, one of them in the Northern Territories.
    assert {name for name in shared if " " in name} == {"北海道 泊村"}
    assert len(shared) - 1 >= 26
    for name, codes in bearers.items():
        if name not in shared:
            assert set(register.codes([name])) == codes
        else:
            with pytest.raises(ServiceError) as ambiguous:
                register.codes([name])
            assert set(ambiguous.value.parameters["choices"]) == codes


@pytest.mark.parametrize(
    ("query", "ja", "en"),
    [
        ("tier-structure?m=存在しない市", "例：132241", "for example 132241"),
        ("tier-structure?m=132240", "「132240」という市区町村は見付かりません", "no municipality '132240'"),
        ("tier-structure?asOf=令和元年", "令和元年度", "FY2019"),
        ("tier-structure?asOf=2019-02-30", "という日はありません", "no such day"),
        ("meetings?fiscalYear=2019-04-01", "年度を指定してください（例：FY2019）", "fiscal year (for example FY2019)"),
        ("duties-compared?type=nothing", "matching", "(for example matching)"),
        ("evidence-of?iri=x", "絶対IRIを指定してください", "Give an absolute IRI (for example https://"),
        ("tier-structure?x=1", "使えるもの：m, asOf, lang", "There are: m, asOf, lang"),
        ("tier-structure?asOf=FY2019&asOf=FY2020", "1個だけ", "only once"),
    ],
)  # fmt: skip
def test_a_mistake_stands_above_the_form_and_says_what_was_wanted(
    service: Service, query: str, ja: str, en: str
) -> None:
    for language, wanted in (("ja", ja), ("en", en)):
        reply = page(service, query, language)
        assert reply.status == 400
        (told,) = [words(each) for each in tree(reply).iter("p") if each.get("class") == "problem"]
        assert wanted in told
        name = query.partition("?")[2].partition("=")[0]
        assert name in told
        value = urllib.parse.parse_qs(query.partition("?")[2])[name][0]
        if name in {"asOf", "fiscalYear", "iri"}:
            assert value in [each.get("value") for each in tree(reply).iter("input") if each.get("name") == name]


@pytest.mark.parametrize(
    "given", ["matching", "ニーズとサービスのマッチング", "https://w3id.org/sasaeai/concept/duty/matching"]
)
def test_a_concept_is_chosen_by_its_key_or_label(service: Service, given: str) -> None:
    query = urllib.parse.urlencode({"type": given})
    status, headers = raw(service, f"/queries/duties-compared?{query}", Accept="text/html")
    if given == "matching":
        assert status == 200
        assert chosen(page(service, "duties-compared?type=matching"), "type") == {"matching"}
    else:
        assert (status, headers["Location"]) == (303, "/queries/duties-compared?type=matching")


@pytest.mark.parametrize(
    ("given", "day", "more"),
    [
        ("2019-04-01", "2019年4月1日（平成31年4月1日）", ""),
        ("FY2019", "2020年3月31日（令和2年3月31日）", "年度の末日"),
        ("令和元年度", "2020年3月31日（令和2年3月31日）", "年度の末日"),
        ("平成31年5月1日", "2019年5月1日（令和元年5月1日）", "改元"),
    ],
)
def test_the_page_says_which_day_the_answer_is_of(service: Service, given: str, day: str, more: str) -> None:
    told = words(tree(page(service, f"tier-structure?asOf={given}")))
    assert f"基準日：{day}" in told
    assert more in told


def test_a_day_that_comes_along_to_a_question_that_knows_none_is_told_and_left_out(service: Service) -> None:
    reply = page(service, "contractor-history?m=132241&asOf=FY2019")
    assert reply.status == 200
    assert "基準日によって変わりません" in reply.body.decode()
    files = [str(each.get("href")) for each in tree(reply).iter("a") if each.get("class") == "button"]
    assert {ask(service.url + each, Accept="*/*").status for each in files if "/queries/" in each} == {200}


def test_an_answer_is_shown_in_words_with_links_and_its_evidence_one_keypress_away(
    service: Service, browser: Browser
) -> None:
    tab = browser.new_page(java_script_enabled=False, locale="ja-JP")
    try:
        tab.goto(f"{service.url}/queries/")
        tab.get_by_role("link", name="協議体には、どの団体が入っていますか").click()
        tab.get_by_label("多摩市").check()
        tab.get_by_label("基準日").fill("令和6年度")
        tab.get_by_role("button", name="答えを見る").click()
        expect(tab).to_have_url(re.compile(r"council-members\?m=132241&asOf=[^&]+$"))
        row = tab.get_by_role("row").filter(has_text="麻の葉")
        expect(row.get_by_role("link", name="NPO法人 麻の葉")).to_have_attribute("href", re.compile("^/id/132241/org/"))
        assert "https://" not in row.inner_text()
        summary = row.locator("summary")
        summary.focus()
        tab.keyboard.press("Enter")
        expect(row.locator("q").first).to_be_visible()
        tab.get_by_text("この答えを出したSPARQL").click()
        tab.get_by_role("link", name="エディターで開く").click()
        text = tab.locator("textarea").input_value()
        assert 'VALUES ?m { "132241" }' in text
        assert '"2025-03-31"^^' in text
        assert "麻の葉" in tab.content()
    finally:
        tab.close()


def test_a_long_answer_is_shown_in_pages_that_the_head_names_too(service: Service) -> None:
    reply = page(service, "figures?m=221007&m=131032&m=132241&limit=20&page=2")
    assert len(list(next(tree(reply).iter("tbody")))) == 20
    assert 'rel="prev"' in reply.headers["Link"]
    assert "&page=3" in reply.headers["Link"]
    assert "21行目から40行目まで" in reply.body.decode()
    assert page(service, "figures?limit=20&page=1000").status == 404


def test_an_answer_without_rows_says_that_this_is_not_zero(service: Service) -> None:
    assert "0であることを意味しません" in page(service, "cases?m=011002").body.decode()


def charted(rows: list[tuple[str, str | None]]) -> list[catalogue.Line]:
    told: list[Row] = []
    for year, number in rows:
        over = {"type": "uri", "value": f"https://w3id.org/sasaeai/id/fiscal-year/{year}"}
        of = {} if number is None else {"number": {"type": "literal", "value": number}}
        told.append({"year": over, "who": {"type": "literal", "value": "甲"}, **of})
    return catalogue.lines(Chart("number", "year", ("who",)), told, "en")


def test_a_chart_leaves_open_what_nobody_tells_and_draws_no_zero_for_it() -> None:
    (line,) = charted([("2019", "3"), ("2016", "5"), ("2018", None)])
    assert line.title == "甲"
    assert list(line.points) == [("FY2016", 5.0), ("FY2017", None), ("FY2018", None), ("FY2019", 3.0)]


def test_a_chart_keeps_two_values_of_one_time_apart_and_draws_no_line_of_a_single_value() -> None:
    (line,) = charted([("2016", "5"), ("2016", "7")])
    assert list(line.points) == [("FY2016", 5.0), ("FY2016", 7.0)]
    assert charted([("2016", "5"), ("2017", None)]) == []


def test_a_question_whose_header_says_so_has_a_chart_beside_its_table(service: Service, repository: Repository) -> None:
    for each in catalogue.questions(repository).values():
        reply = ask(f"{service.url}/queries/{each.name}.svg?lang=ja", Accept="*/*")
        if each.chart is None:
            assert reply.status in {400, 404}, each.name
            continue
        assert (reply.status, reply.type) == (200, "image/svg+xml")
        svg = ET.fromstring(reply.body.decode())
        texts = ["".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")]
        assert len(texts) > 5
        shown = tree(page(service, each.name))
        (source,) = [str(image.get("src")) for image in shown.iter("img")]
        assert source.startswith(f"/queries/{each.name}.svg?")
        assert list(shown.iter("table"))
