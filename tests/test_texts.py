"""The start page and the pages of text: live numbers, the same whole in both languages, and nothing invented."""

import html
import re
import urllib.parse
from html.parser import HTMLParser

import pytest

from sasaeai.web import texts

from .conftest import ROOT, Service, start_service, stop_service
from .test_sparql import ask

TEXTS = ["about", "accessibility", "ask", "cite", "privacy"]


class Outline(HTMLParser):
    """The elements of a page in their order, without their words."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.append(tag)


def body(service: Service, path: str, language: str) -> str:
    reply = ask(f"{service.url}{path}?lang={language}", Accept="text/html")
    assert (reply.status, reply.headers["Content-Language"]) == (200, language)
    return reply.body.decode()


def main(page: str) -> str:
    (found,) = re.findall(r'<main id="main">(.*?)</main>', page, re.DOTALL)
    return str(found)


@pytest.mark.parametrize("path", ["/", *(f"/{name}" for name in TEXTS)])
def test_a_page_says_the_same_in_both_languages(service: Service, path: str) -> None:
    outlines = []
    for language in ("ja", "en"):
        outline = Outline()
        outline.feed(main(body(service, path, language)))
        outlines.append([tag for tag in outline.tags if tag not in {"input"}])
    assert outlines[0] == outlines[1]
    japanese = re.sub(r"<[^>]*>", "", main(body(service, path, "ja")))
    assert len(re.findall(r"[ぁ-ん]", japanese)) > 100


def test_a_file_is_a_page_and_every_page_leads_to_it(service: Service) -> None:
    assert texts.NAMES == TEXTS
    footer = body(service, "/queries/", "ja").rpartition("<footer>")[2]
    for name in TEXTS:
        assert f'href="/{name}"' in footer


def test_every_link_of_the_start_and_of_the_texts_leads_somewhere(service: Service) -> None:
    for path in ("/", *(f"/{name}" for name in TEXTS)):
        for link in set(re.findall(r'href="(/[^"]*)"', body(service, path, "en"))):
            assert ask(service.url + html.unescape(link), Accept="text/html").status == 200, (path, link)


def test_the_start_page_counts_what_there_is(service: Service) -> None:
    japanese = body(service, "/", "ja")
    quotes = """PREFIX sas: <https://w3id.org/sasaeai/ns#>
        SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?x sas:quote ?q } FILTER EXISTS { GRAPH ?g { ?p a sas:Programme } } }"""
    counted = (
        ask(f"{service.url}/sparql?query={urllib.parse.quote(quotes)}", Accept="text/csv").body.decode().split()[1]
    )
    assert f"4市区町村の5資料から、{int(counted):,}箇所の引用" in japanese
    assert "全国1,747市区町村" in japanese
    for name in ("郡山市", "港区", "多摩市", "静岡市"):
        assert f">{name}</a>" in japanese
    assert "2025年3月31日<wbr>（令和7年3月31日）" in japanese


def test_a_citation_has_the_version_that_answers_have(service: Service) -> None:
    version = ask(f"{service.url}/queries/local-names.csv").headers["X-Dataset-Version"]
    shown = html.unescape(main(body(service, "/cite", "en")))
    assert f"@misc{{sasaeai-{version}," in shown
    assert f'"version": "{version}"' in shown
    assert shown.count("{") == shown.count("}")


def test_what_the_page_on_asking_shows_is_answered(service: Service) -> None:
    shown = html.unescape(main(body(service, "/ask", "en")))
    addresses = re.findall(r'"(http[^"]*)"', shown)
    assert len(addresses) >= 2
    for address in addresses:
        reply = ask(address)
        assert reply.status == 200
        head = reply.body.decode().splitlines()[0].split(",")
        assert {"tierLabel", "operatorLabel", "from", "through", "evidence"} <= set(head)


def test_the_page_on_privacy_names_every_field_of_the_journal(service: Service) -> None:
    shown = main(body(service, "/privacy", "en"))
    operating = (ROOT / "docs" / "operating.md").read_text("utf-8")
    table = operating[operating.index("| field | is |") :].split("\n\n")[0]
    fields = {name for line in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert set(re.findall(r"<code>(\w+)</code>", shown)) == fields - {"query"}
    assert "Set-Cookie" not in ask(f"{service.url}/").headers


@pytest.mark.slow
def test_where_queries_are_recorded_the_page_on_privacy_says_so() -> None:
    running = start_service(log_queries="1")
    try:
        assert "<code>query</code>" in body(running, "/privacy", "ja")
    finally:
        stop_service(running)


def test_no_address_of_people_is_invented(service: Service) -> None:
    for name in TEXTS:
        for language in ("ja", "en"):
            page = main(body(service, f"/{name}", language))
            assert "@" not in page.replace("@misc", "")
            assert "mailto:" not in page
