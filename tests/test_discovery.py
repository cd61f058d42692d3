"""What search engines and browsers are told: the sitemaps, the description of the search, and who reads robots.txt."""

import urllib.parse
import xml.etree.ElementTree as ET

import pytest
from flask.testing import FlaskClient

from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.web import create_app, discovery

from .conftest import ROOT
from .counting import CountingStore

PUBLIC = "https://sasaeai.example/"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
HREF_LANG = "{http://www.w3.org/1999/xhtml}link"


@pytest.fixture(scope="module")
def store() -> CountingStore:
    return CountingStore(Repository(ROOT))


@pytest.fixture
def client(store: CountingStore) -> FlaskClient:
    return create_app(Settings(root=ROOT, public_base=PUBLIC), store).test_client()


def read(client: FlaskClient, address: str) -> ET.Element:
    reply = client.get(address.replace(PUBLIC, "/"))
    assert (reply.status_code, reply.mimetype) == (200, "application/xml")
    return ET.fromstring(reply.data)


def places(document: ET.Element) -> dict[str, str | None]:
    return {str(each.findtext(f"{MAP}loc")): each.findtext(f"{MAP}lastmod") for each in document}


def test_the_index_leads_to_every_municipality_with_the_day_its_documents_changed(client: FlaskClient) -> None:
    files = places(read(client, "/sitemap.xml"))
    assert {f"{PUBLIC}sitemaps/pages.xml", f"{PUBLIC}sitemaps/cities-1.xml"} <= files.keys()
    cities = places(read(client, f"{PUBLIC}sitemaps/cities-1.xml"))
    assert len(cities) == 1747
    assert cities[f"{PUBLIC}doc/132241"] == "2025-03-31"
    assert cities[f"{PUBLIC}doc/473618"] is None, "no document tells of it"
    assert files[f"{PUBLIC}sitemaps/cities-1.xml"] == max(filter(None, cities.values()))


def test_every_address_of_a_sitemap_is_absolute_and_comes_in_both_languages(client: FlaskClient) -> None:
    for file in places(read(client, "/sitemap.xml")):
        found = read(client, file)
        assert len(found)
        for each in found:
            address = str(each.findtext(f"{MAP}loc"))
            assert address.startswith(PUBLIC)
            assert address.isascii()
            assert "#" not in address
            spoken = {link.get("hreflang"): link.get("href") for link in each.iter(HREF_LANG)}
            assert spoken == {"ja": f"{address}?lang=ja", "en": f"{address}?lang=en"}


def test_what_a_sitemap_names_is_there(client: FlaskClient) -> None:
    for file in places(read(client, "/sitemap.xml")):
        addresses = list(places(read(client, file)))
        few = addresses if file.endswith("pages.xml") else [addresses[0], addresses[-1]]
        for address in few:
            reply = client.get(address.replace(PUBLIC, "/"), headers={"Accept": "text/html"})
            assert reply.status_code == 200, address


def test_a_long_list_is_told_in_parts(
    client: FlaskClient, store: CountingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What one application has answered it keeps.
    another = create_app(Settings(root=ROOT, public_base=PUBLIC), store).test_client()
    whole = places(read(another, "/sitemaps/cities-1.xml"))
    monkeypatch.setattr(discovery, "MOST", 500)
    files = [each for each in places(read(client, "/sitemap.xml")) if "/cities-" in each]
    parts = [places(read(client, each)) for each in files]
    assert [len(each) for each in parts] == [500, 500, 500, 247]
    assert {address: day for each in parts for address, day in each.items()} == whole
    assert client.get("/sitemaps/cities-5.xml").status_code == 404
    assert client.get("/sitemaps/nothing-1.xml").status_code == 404


def test_crawlers_are_told_of_the_sitemap_where_the_service_knows_its_address(
    client: FlaskClient, store: CountingStore
) -> None:
    assert f"Sitemap: {PUBLIC}sitemap.xml\n" in client.get("/robots.txt").text
    nowhere = create_app(Settings(root=ROOT, public_base=""), store).test_client()
    assert "Sitemap" not in nowhere.get("/robots.txt").text


@pytest.mark.parametrize(("language", "typed", "name"), [("ja", "多摩市", "支え合い"), ("en", "Tama & co", "Sasaeai")])
def test_a_browser_can_search_by_what_a_page_leads_to(
    client: FlaskClient, language: str, typed: str, name: str
) -> None:
    page = client.get(f"/about?lang={language}", headers={"Accept": "text/html"}).text
    address = page.split('type="application/opensearchdescription+xml"')[1].split('href="')[1].split('"')[0]
    reply = client.get(address, headers={"Accept-Language": language})
    assert reply.mimetype == "application/opensearchdescription+xml"
    described = ET.fromstring(reply.data)
    short = str(described.findtext(f"{SEARCH}ShortName"))
    assert short == name
    assert len(short) <= 16
    templates = {each.get("type"): str(each.get("template")) for each in described.iter(f"{SEARCH}Url")}
    asked = templates["text/html"].replace("{searchTerms}", urllib.parse.quote(typed))
    assert asked.startswith(PUBLIC)
    shown = client.get(asked.replace(PUBLIC, "/"), headers={"Accept": "text/html"})
    assert shown.status_code == 200
    assert f'value="{typed.replace("&", "&amp;")}"' in shown.text
    picture = str(described.findtext(f"{SEARCH}Image")).replace(PUBLIC, "/")
    assert client.get(picture).mimetype == "image/svg+xml"
