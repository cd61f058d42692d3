"""The lists: a file is a list; words, facets, order, pages and files leave nothing out and count each thing once."""

import csv
import html
import io
import json
import re
import shutil
import threading
import urllib.parse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sasaeai.errors import ServiceError
from sasaeai.lists import Listing, choosing, listings, read
from sasaeai.lists.entries import Entries
from sasaeai.lists.shelf import Shelf
from sasaeai.lists.wishes import STATE, Wish
from sasaeai.repository import QueryFile, Repository
from sasaeai.statements.validity import UNDATED, validities
from sasaeai.store.local import LocalStore
from sasaeai.vocabulary import LANGUAGES

from .conftest import ROOT, Service, start_service, stop_service
from .counting import CountingStore
from .test_sparql import Reply, ask

NAMES = [path.stem for path in sorted((ROOT / "queries" / "lists").glob("*.rq"))]
TINY = """#+ title: {ja: 都道府県, en: Prefectures}
#+ summary: {ja: 都道府県だけの一覧。, en: Prefectures only.}
#+ position: 99
#+ columns:
#+   prefecture: {ja: 都道府県, en: Prefecture}
#+   code: {ja: コード, en: Code}
#+ facets: []
#+ sortable: [code]
#+ order: [-code]
PREFIX sas: <https://w3id.org/sasaeai/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?prefecture ?prefectureLabel ?code WHERE {
  VALUES ?lang { "ja" }
  ?prefecture a sas:Prefecture ; sas:code ?code ; skos:prefLabel ?prefectureLabel .
  FILTER(LANG(?prefectureLabel) = ?lang)
}
"""


@pytest.fixture(scope="module")
def store(repository: Repository) -> CountingStore:
    return CountingStore(repository)


@pytest.fixture(scope="module")
def shelf(store: CountingStore, repository: Repository) -> Shelf:
    return Shelf(store, listings(repository))


def page(service: Service, path: str, **arguments: str | list[str]) -> Reply:
    return ask(f"{service.url}/lists/{path}?{urllib.parse.urlencode(arguments, doseq=True)}", Accept="text/html")


def rows(service: Service, name: str, **arguments: str | list[str]) -> list[dict[str, str]]:
    reply = page(service, f"{name}.csv", **arguments)
    assert (reply.status, reply.type) == (200, "text/csv"), reply.body.decode()
    return list(csv.DictReader(io.StringIO(reply.body.decode())))


def of(shelf: Shelf, name: str, language: str = "ja") -> tuple[Listing, Entries]:
    return shelf.listings[name], shelf.take(shelf.listings[name], language)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_thing_of_a_list_has_a_name_and_is_in_it_once(shelf: Shelf, name: str, language: str) -> None:
    listing, entries = of(shelf, name, language)
    assert len({entry.iri for entry in entries.entries}) == len(entries.entries) > 0
    for entry in entries.entries:
        (named,) = entry.cells[listing.subject]
        assert named.label, f"{entry.iri} has no name"
        for values in entry.cells.values():
            assert len({value.key for value in values}) == len(values), f"{entry.iri}: {values}"


def test_the_list_of_cities_is_the_register(service: Service) -> None:
    cities = rows(service, "cities")
    assert len(cities) == 1747
    assert {row["data"] for row in cities} == {"true", "false"}
    with_data = [row for row in cities if row["data"] == "true"]
    assert {row["municipalityLabel"]: row["documents"] for row in with_data} == {
        "郡山市": "1",
        "港区": "1",
        "多摩市": "2",
        "静岡市": "1",
    }
    assert {row["documents"] for row in cities if row["data"] == "false"} == {"0"}
    assert next(row for row in cities if row["code"] == "132241")["updated"] == "2025-03-31"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_of_a_list_shows_its_columns_in_the_language_of_the_reader(
    service: Service, repository: Repository, name: str, language: str
) -> None:
    reply = page(service, name, lang=language)
    assert (reply.status, reply.headers["Content-Language"]) == (200, language)
    shown = html.unescape(reply.body.decode())
    listing = listings(repository)[name]
    assert listing.title[language] in shown
    for words in listing.columns.values():
        assert words[language] in shown


@pytest.mark.parametrize("name", NAMES)
def test_the_pages_of_a_list_cover_each_thing_once(service: Service, name: str) -> None:
    whole = rows(service, name)
    seen: list[str] = []
    address: str | None = f"/lists/{name}?limit=200"
    while address:
        reply = ask(service.url + address, Accept="text/html")
        body = reply.body.decode()
        seen += re.findall(r'<th scope="row"><a href="([^"?]*)', body)
        links = dict(
            reversed(each)
            for each in re.findall(r'<([^>]*)>; rel="(\w+)"', ", ".join(reply.headers.get_all("Link", [])))
        )
        address = links.get("next")
    first = next(iter(whole[0]))
    assert [urllib.parse.unquote(each) for each in seen] == [
        row[first].removeprefix("https://w3id.org/sasaeai") for row in whole
    ]


def test_the_head_of_a_page_names_the_others(service: Service) -> None:
    links = ", ".join(page(service, "cities", kind="town", page="2", limit="100").headers.get_all("Link", []))
    relations = {
        relation: urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)
        for address, relation in re.findall(r'<([^>]*)>; rel="(first|prev|next|last)"', links)
    }
    assert {relation: found["page"] for relation, found in relations.items()} == {
        "first": ["1"],
        "prev": ["1"],
        "next": ["3"],
        "last": ["8"],
    }
    assert all(found["kind"] == ["town"] and found["limit"] == ["100"] for found in relations.values())


def test_the_file_of_a_list_has_all_that_the_conditions_leave_not_only_the_page(service: Service) -> None:
    assert len(rows(service, "cities", kind="town")) == 743
    assert rows(service, "cities", kind="town", page="3", limit="10") == rows(service, "cities", kind="town")
    both = rows(service, "cities", kind=["town", "village"], prefecture="13")
    assert {row["kindLabel"] for row in both} == {"町", "村"}
    assert {row["prefectureLabel"] for row in both} == {"東京都"}
    body = ask(f"{service.url}/lists/cities?prefecture=13", Accept="application/json")
    assert body.type == "application/sparql-results+json"
    answer = json.loads(body.body)
    assert answer["head"]["vars"] == list(rows(service, "cities", prefecture="13")[0])
    assert len(answer["results"]["bindings"]) == len(rows(service, "cities", prefecture="13")) > 40
    assert page(service, "cities.csv", _format="csv").body == ask(f"{service.url}/lists/cities", Accept="text/csv").body
    assert page(service, "cities.json", data="true").body == page(service, "cities.srj", data="true").body


def test_a_file_for_excel_begins_with_a_byte_order_mark(service: Service) -> None:
    assert ask(f"{service.url}/lists/councils?_format=csv-bom").body.startswith(b"\xef\xbb\xbfcouncil,")


@pytest.mark.parametrize("name", NAMES)
def test_what_each_facet_offers_adds_up_and_is_what_choosing_it_leaves(shelf: Shelf, name: str) -> None:
    listing, entries = of(shelf, name)
    offered = choosing.choose(listing, entries, Wish()).facets
    for column, choices in offered.items():
        single = all(len(entry.cells.get(column, ())) <= 1 for entry in entries.entries)
        total = sum(choice.count for choice in choices)
        assert total == len(entries.entries) if single else total > len(entries.entries)
        for choice in choices[:12]:
            left = choosing.choose(listing, entries, Wish(chosen={column: [choice.key]}))
            assert len(left.entries) == choice.count
            assert [each.count for each in left.facets[column]] == [each.count for each in choices]


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_conditions_leave_what_a_look_at_each_thing_leaves(shelf: Shelf, data: st.DataObject) -> None:
    listing, entries = of(shelf, data.draw(st.sampled_from(["councils", "activities", "organisations", "cities"])))
    offered = choosing.choose(listing, entries, Wish()).facets
    chosen = {
        column: data.draw(st.lists(st.sampled_from([choice.key for choice in choices]), max_size=2))
        for column, choices in offered.items()
    }
    word = data.draw(st.sampled_from(["", "市", "社会", "tama", "第2層", "さ"]))
    found = choosing.choose(listing, entries, Wish(word, chosen))
    plain = [
        entry
        for entry in choosing.choose(listing, entries, Wish(word)).entries
        if all(
            not keys
            or {v.key for v in entry.cells.get(column, ())} & set(keys)
            or ("-" in keys and column not in entry.cells)
            for column, keys in chosen.items()
        )
    ]
    assert list(found.entries) == plain


@pytest.mark.parametrize("name", NAMES)
def test_sorting_loses_nothing_and_puts_what_has_no_value_last(shelf: Shelf, name: str) -> None:
    listing, entries = of(shelf, name)
    for column in listing.sortable:
        for wished in (column, f"-{column}"):
            found = choosing.choose(listing, entries, Wish(sort=wished)).entries
            assert {entry.iri for entry in found} == {entry.iri for entry in entries.entries}
            has = [column in entry.cells for entry in found]
            assert has == sorted(has, reverse=True)
            ranks = [
                entry.cells[column][-1 if wished[0] == "-" else 0].rank for entry in found if column in entry.cells
            ]
            assert ranks == sorted(ranks, reverse=wished[0] == "-")


def test_readings_sort_by_the_syllabary_and_numbers_as_numbers(service: Service) -> None:
    assert rows(service, "cities", sort="reading", prefecture="13")[0]["municipalityLabel"] == "青ヶ島村"
    quotes = [int(row["quotes"]) for row in rows(service, "documents", sort="-quotes") if row["quotes"]]
    assert quotes == sorted(quotes, reverse=True)


@pytest.mark.parametrize("name", ["councils", "activities", "publications"])
@pytest.mark.parametrize("day", [date(2016, 5, 1), date(2022, 3, 31), date(2030, 1, 1)])
def test_the_states_of_a_list_are_those_of_the_things(
    shelf: Shelf, store: CountingStore, repository: Repository, name: str, day: date
) -> None:
    listing, entries = of(shelf, name)
    found = choosing.choose(listing, entries, Wish(day=day))
    true = validities(store, repository, [entry.iri for entry in entries.entries])
    for entry in found.entries:
        assert found.state(entry) == true.get(entry.iri, UNDATED).state(day).value
    assert sum(choice.count for choice in found.facets[STATE]) == len(entries.entries)
    for choice in found.facets[STATE]:
        assert (
            len(choosing.choose(listing, entries, Wish(chosen={STATE: [choice.key]}, day=day)).entries) == choice.count
        )


def test_on_a_day_every_row_has_its_state_on_the_page_and_in_the_file(service: Service) -> None:
    shown = page(service, "councils", asOf="令和3年度", lang="ja").body.decode()
    assert shown.count('class="state ') == 43
    answered = rows(service, "councils", asOf="令和3年度")
    assert {row["stateLabel"] for row in answered} <= {"確か", "推定", "不明", "期間外", "予定"}
    assert all(row["state"].startswith("https://w3id.org/sasaeai/concept/state/") for row in answered)
    assert 'class="state ' not in page(service, "councils").body.decode()
    assert "state" not in rows(service, "councils")[0]
    assert page(service, "councils", state="certain").status == 200


@pytest.mark.parametrize("name", NAMES)
def test_a_list_is_read_once_and_then_asks_nothing(repository: Repository, name: str) -> None:
    store = CountingStore(repository) if name == "others" else None
    shared = store or _shared(repository)
    shelf = Shelf(shared, listings(repository))
    listing = shelf.listings[name]
    shared.asked.clear()
    entries = shelf.take(listing, "ja")
    parts = max(1, *(len(classes) for classes in listing.parts.values()), 1)
    assert len(shared.asked) == parts
    for wish in (Wish(), Wish("市"), Wish(sort=listing.sortable[0]), Wish(day=date(2020, 1, 1))):
        choosing.choose(listing, shelf.take(listing, "ja"), wish)
    assert (len(shared.asked), shelf.take(listing, "ja")) == (parts, entries)


_STORES: dict[Path, CountingStore] = {}


def _shared(repository: Repository) -> CountingStore:
    return _STORES.setdefault(repository.root, CountingStore(repository))


def test_new_data_are_read_anew_and_no_answer_mixes_two_versions(repository: Repository) -> None:
    store = LocalStore(repository)
    shelf = Shelf(store, listings(repository))
    listing = shelf.listings["councils"]
    before = shelf.take(listing, "ja")
    turtle = """<https://w3id.org/sasaeai/id/132241/council/more> a <https://w3id.org/sasaeai/ns#Council> ;
        <http://www.w3.org/2004/02/skos/core#prefLabel> "別の協議体"@ja ."""
    store.publish({"https://w3id.org/sasaeai/graph/132241/more": turtle.encode()})
    after = shelf.take(listing, "ja")
    assert (len(after.entries), after.version) == (len(before.entries) + 1, store.version())
    assert before.version != after.version
    assert {entries.version for entries in shelf.take_all("ja").values()} == {store.version()}
    assert len(choosing.choose(listing, before, Wish()).entries) == len(before.entries)


def test_readers_at_once_wait_for_one_reading(repository: Repository) -> None:
    store = CountingStore(repository)
    shelf = Shelf(store, listings(repository))
    readers = [threading.Thread(target=shelf.take, args=(shelf.listings["meetings"], "ja")) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(store.asked) == 1


@pytest.fixture(scope="module")
def with_one_more(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    root = tmp_path_factory.mktemp("lists")
    for folder in ("ontology", "shapes", "data", "queries"):
        shutil.copytree(ROOT / folder, root / folder)
    (root / "queries" / "lists" / "prefectures.rq").write_text(TINY, "utf-8")
    running = start_service(root=str(root))
    yield running
    stop_service(running)


@pytest.mark.slow
def test_a_new_file_is_a_new_list_in_the_index_and_in_the_search(with_one_more: Service) -> None:
    assert "/lists/prefectures" in page(with_one_more, "").body.decode()
    found = rows(with_one_more, "prefectures")
    assert (len(found), found[0]["prefectureLabel"]) == (47, "沖縄県")
    assert rows(with_one_more, "prefectures", q="おき", lang="ja") == []
    assert [row["code"] for row in rows(with_one_more, "prefectures", q="沖縄")] == ["470007"]
    searched = ask(f"{with_one_more.url}/search.csv?q={urllib.parse.quote('沖縄県')}").body.decode()
    assert ",prefectures," in searched


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (("position: 99", "posision: 99"), "position"),
        (("order: [-code]", "order: [size]"), "no such column: size"),
        (("ja: 都道府県だけの一覧。, en: Prefectures only.", "ja: 都道府県だけの一覧。"), "words are needed"),
        (("facets: []", "facets: [q]"), "no such column: q"),
        (("code: {", "data: {ja: データ, en: Data}\n#+   code: {"), "the order begins with -data"),
    ],
)
def test_a_header_that_does_not_hold_is_named_with_its_file(spoilt: tuple[str, str], why: str) -> None:
    text = TINY.replace(*spoilt)
    assert text != TINY
    with pytest.raises(ValueError, match=rf"tiny\.rq.*{re.escape(why)}"):
        read(QueryFile("tiny", Path("tiny.rq"), text))


def test_no_facet_takes_the_name_of_a_parameter_of_all_lists() -> None:
    text = (
        TINY.replace("code:", "q:")
        .replace("[code]", "[q]")
        .replace("[-code]", "[-q]")
        .replace("facets: []", "facets: [q]")
    )
    with pytest.raises(ValueError, match="no facet can be called q"):
        read(QueryFile("tiny", Path("tiny.rq"), text))


@pytest.mark.parametrize(
    ("arguments", "status", "key"),
    [
        ({"kind": "zzz"}, 200, None),
        ({"q": "<script>alert(1)</script>"}, 200, None),
        ({"q": "\u0000 \ud7ff ') } ?x ?y { "}, 200, None),
        ({"q": "多" * 201}, 400, "bad-parameter"),
        ({"q": ["a", "b"]}, 400, "repeated-parameter"),
        ({"m": "132240"}, 400, "bad-parameter"),
        ({"m": "１３２２４１"}, 200, None),
        ({"sort": "summary"}, 400, "bad-parameter"),
        ({"sort": "--code"}, 400, "bad-parameter"),
        ({"page": "0"}, 400, "bad-parameter"),
        ({"page": "９"}, 400, "bad-parameter"),
        ({"page": "9" * 5000}, 400, "bad-parameter"),
        ({"page": "9999"}, 404, "no-such-page"),
        ({"limit": "201"}, 400, "bad-parameter"),
        ({"colour": "red"}, 400, "unknown-parameter"),
        ({"asOf": "昭和65年"}, 400, "bad-day"),
        ({"_format": "xlsx"}, 406, "not-acceptable"),
    ],
)
def test_what_a_stranger_asks_is_answered_or_refused_in_words(
    service: Service, arguments: dict[str, str | list[str]], status: int, key: str | None
) -> None:
    query = urllib.parse.urlencode(arguments, doseq=True)
    reply = ask(f"{service.url}/lists/cities?{query}", Accept="text/html")
    assert reply.status == status
    assert b"<script" not in reply.body
    if key and not {"page", "limit"} & arguments.keys():  # a file is whole, whatever page is asked for
        problem = ask(f"{service.url}/lists/cities?{query}", Accept="application/json")
        assert json.loads(problem.body)["type"].endswith(f"#{key}")


def test_a_list_that_there_is_not_is_not_found(service: Service) -> None:
    assert page(service, "nothing").status == 404
    assert page(service, "nothing.csv").status == 404
    assert page(service, "cities.exe").status == 404


def test_every_link_of_a_list_leads_somewhere(service: Service) -> None:
    for path in ("", "councils?asOf=FY2019&lang=en", "cities?q=%E5%A4%9A&limit=5", "others?limit=5"):
        body = ask(f"{service.url}/lists/{path}", Accept="text/html").body.decode()
        for link in sorted(set(re.findall(r'href="(/[^"]*)"', body)))[:80]:
            assert ask(service.url + html.unescape(link), Accept="text/html").status == 200, link


def test_a_choice_is_taken_back_by_the_same_link(service: Service) -> None:
    body = page(service, "cities", kind=["town", "village"], q="山").body.decode()
    links = [
        html.unescape(each)
        for each in re.findall(r'<a href="([^"]*)" aria-current="true"', body)
        if "lists/cities" in each
    ]
    assert sorted(urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["kind"] for link in links) == [
        ["town"],
        ["village"],
    ]
    assert all("q=" in link for link in links)


def test_the_rows_of_a_version_that_goes_on_changing_are_refused(repository: Repository) -> None:
    class Restless(LocalStore):
        count = 0

        def version(self) -> str:
            self.count += 1
            return str(self.count)

    shelf = Shelf(Restless(repository), listings(repository))
    with pytest.raises(ServiceError, match="busy"):
        shelf.take_all("ja")
