"""The search: a thing is found by what it is called, in every list, and the best fit stands first."""

import csv
import html
import io
import json
import re
import urllib.parse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sasaeai.lists import listings
from sasaeai.lists.search import Match, search
from sasaeai.lists.shelf import Shelf
from sasaeai.repository import Repository
from sasaeai.statements.finding import fold
from sasaeai.store.local import LocalStore

from .conftest import Service
from .counting import CountingStore
from .test_sparql import Reply, ask


@pytest.fixture(scope="module")
def shelf(repository: Repository) -> Shelf:
    return Shelf(LocalStore(repository), listings(repository))


def found(service: Service, text: str, **arguments: str) -> list[dict[str, str]]:
    query = urllib.parse.urlencode({"q": text, **arguments})
    return list(csv.DictReader(io.StringIO(ask(f"{service.url}/search.csv?{query}").body.decode())))


def page(service: Service, text: str, **arguments: str) -> Reply:
    return ask(f"{service.url}/search?{urllib.parse.urlencode({'q': text, **arguments})}", Accept="text/html")


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("多摩市", "多摩市"),
        ("たまし", "多摩市"),
        ("タマシ", "多摩市"),
        ("ﾀﾏｼ", "多摩市"),
        ("132241", "多摩市"),
        ("１３２２４１", "多摩市"),
        ("072036", "郡山市"),
        ("Koriyama", "郡山市"),
        ("kōriyama", "郡山市"),
        ("tier-1 council of koriyama", "第1層協議体"),
        ("Tier-1 council of Kōriyama", "第1層協議体"),
        ("ＳＨＩＺＵＯＫＡ", "静岡市"),
        ("まるっと 協議体", "多摩市まるっと協議体"),
        ("ＮＰＯ法人　福祉亭", "NPO法人 福祉亭"),
    ],
)
def test_the_best_fit_stands_first(service: Service, asked: str, first: str) -> None:
    assert found(service, asked)[0]["thingLabel"] == first


def test_one_kanji_is_enough(service: Service) -> None:
    names = [row["thingLabel"] for row in found(service, "摩", limit="200")]
    assert "多摩市" in names
    assert all(row["match"] in {"begins", "holds", "exact"} for row in found(service, "摩"))


def test_exact_comes_before_what_begins_so_and_that_before_what_holds_it(service: Service) -> None:
    cities = [row for row in found(service, "港", limit="200") if row["list"] == "cities"]
    assert [row["match"] for row in cities] == sorted(
        (row["match"] for row in cities), key=["exact", "begins", "holds", "apart"].index
    )
    assert cities[0]["thing"].endswith("/131032")


def test_what_documents_speak_of_comes_before_what_only_the_register_knows(shelf: Shelf) -> None:
    groups, _ = search(shelf, "港区", "ja")
    (cities,) = [group for group in groups if group.listing.name == "cities"]
    same = [hit for hit in cities.hits if hit.match == cities.hits[0].match]
    known = [hit.entry.cells["data"][0].truth for hit in same]
    assert known == sorted(known, key=lambda each: not each)
    assert known[0] is True


def test_several_words_are_all_wanted_in_whatever_order(service: Service) -> None:
    one, other = found(service, "社会福祉 静岡"), found(service, "静岡　社会福祉")
    assert {row["thing"] for row in one} == {row["thing"] for row in other} != set()
    assert all("静岡" in row["thingLabel"] and "社会福祉" in row["thingLabel"] for row in one)


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_every_name_is_found_by_any_part_of_it(shelf: Shelf, data: st.DataObject) -> None:
    listing = data.draw(st.sampled_from(list(shelf.listings.values())))
    entry = data.draw(st.sampled_from(list(shelf.take(listing, "ja").entries)))
    name = entry.cells[listing.subject][0].shown
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    groups, _ = search(shelf, part, "ja")
    hits = {hit.entry.iri: hit for group in groups for hit in group.hits}
    if fold(part):
        assert entry.iri in hits
    if fold(part) == fold(name):
        assert hits[entry.iri].match is Match.EXACT


def test_the_counts_of_the_groups_add_up_to_all(service: Service) -> None:
    shown = page(service, "協議", lang="ja").body.decode()
    total = int(re.search(r'role="status">([\d,]+)件', shown)[1].replace(",", ""))  # type: ignore[index]
    groups = [int(each.replace(",", "")) for each in re.findall(r"<h2>[^<]*<small>([\d,]+)件", shown)]
    assert sum(groups) == total > 40
    seen: list[str] = []
    for number in range(1, 100):
        rows = found(service, "協議", page=str(number), limit="20")
        seen += [row["thing"] for row in rows]
        if len(seen) >= total:
            break
    assert len(seen) == len(set(seen)) == total


def test_a_list_of_the_result_can_be_gone_through_page_by_page(service: Service) -> None:
    first = page(service, "町", list="cities", limit="100")
    assert 'rel="next"' in ", ".join(first.headers.get_all("Link", []))
    body = html.unescape(first.body.decode())
    assert body.count('<li><a href="/id/') == 100
    assert "/search?" in body
    assert page(service, "町", list="cities", limit="100", page="99").status == 404


def test_who_finds_nothing_is_told_what_to_try(service: Service) -> None:
    assert "見付かりませんでした" in page(service, "ぬるぽがっ", lang="ja").body.decode()
    assert "Try a shorter word" in page(service, "zzzzqqq", lang="en").body.decode()
    assert page(service, "", lang="ja").status == 200
    assert found(service, "　") == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "'; DROP",
        "{{7*7}}",
        "%s%n",
        "\u202e\u0301",
        "\\u0041",
        "%",
    ],
)
def test_what_is_typed_comes_back_as_text_only(service: Service, text: str) -> None:
    reply = page(service, text)
    assert reply.status == 200
    body = reply.body.decode()
    assert "<script" not in body
    assert "<img" not in body
    assert "{{7*7}}" in body or "7*7" not in text
    assert ask(f"{service.url}/search.json?{urllib.parse.urlencode({'q': text})}").status == 200


def test_words_too_long_and_parameters_unknown_are_refused(service: Service) -> None:
    assert page(service, "多" * 201).status == 400
    assert page(service, "多", colour="red").status == 400
    assert page(service, "多", list="nothing").status == 404


def test_a_program_gets_the_same_as_json(service: Service) -> None:
    reply = ask(f"{service.url}/search?q=132241", Accept="application/json")
    (row,) = [row for row in json.loads(reply.body)["results"]["bindings"] if row["list"]["value"] == "cities"]
    assert row["thing"] == {"type": "uri", "value": "https://w3id.org/sasaeai/id/132241"}
    assert reply.body == ask(f"{service.url}/search.json?q=132241").body


def test_a_search_asks_nothing_of_the_store_once_the_lists_are_read(repository: Repository) -> None:
    store = CountingStore(repository)
    shelf = Shelf(store, listings(repository))
    search(shelf, "多摩", "ja")
    first = len(store.asked)
    search(shelf, "市", "ja")
    search(shelf, "第1層", "ja")
    assert len(store.asked) == first
    assert first == sum(max(1, sum(map(len, each.parts.values()))) for each in shelf.listings.values())


def test_every_page_has_a_search_box_that_keeps_the_language(service: Service) -> None:
    for path in ("/", "/queries/", "/sparql", "/lists/councils", "/doc/132241", "/about", "/nowhere"):
        body = ask(f"{service.url}{path}?lang=en", Accept="text/html").body.decode()
        (form,) = re.findall(r'<form[^>]* action="/search".*?</form>', body, re.DOTALL)
        assert 'name="lang" value="en"' in form
        assert 'name="q"' in form
