"""Lists and search find, count and order what a plain walk through the rows of the queries does."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sasaeai.lists import Listing, choosing, listings
from sasaeai.lists.facets import NOTHING
from sasaeai.lists.search import Match, search
from sasaeai.lists.shelf import Shelf
from sasaeai.lists.values import Value
from sasaeai.lists.wishes import STATE, Wish
from sasaeai.repository import Repository
from sasaeai.statements import Row, select, validity
from sasaeai.statements.finding import fold, words_of
from sasaeai.store.local import LocalStore
from sasaeai.store.parameters import iri, literal

WORDS = st.lists(
    st.sampled_from(
        [
            "市",
            "a",
            "協議",
            "第1層",
            "Tier 1",
            "council",
            "社会福祉",
            "さ",
            "ﾀﾏ",
            "多摩市",
            "港区",
            "132241",
            "2020",
            "ー",
            "zz",
        ]
    ),
    max_size=2,
).map(" ".join)


@dataclass
class Thing:
    iri: str
    names: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    cells: dict[str, set[Value]] = field(default_factory=lambda: defaultdict(set))
    times: list[Row] = field(default_factory=list)

    def keys(self, column: str, day: date | None) -> set[str]:
        if column == STATE and day:
            return {validity.of(self.times).state(day).value}
        return {value.key for value in self.cells[column]} or {NOTHING}


Country = dict[str, dict[str, Thing]]


@pytest.fixture(scope="module")
def shelf(repository: Repository) -> Shelf:
    return Shelf(LocalStore(repository), listings(repository))


@pytest.fixture(scope="module")
def country(repository: Repository) -> Country:
    store = LocalStore(repository)
    return {name: walked(store, listing) for name, listing in listings(repository).items()}


def walked(store: LocalStore, listing: Listing) -> dict[str, Thing]:
    asked = [{place: iri(each)} for place, classes in listing.parts.items() for each in classes] or [{}]
    things: dict[str, Thing] = {}
    for values in asked:
        for row in select(store, listing.query, lang=literal("ja"), **values).rows:
            about = row[listing.subject]["value"]
            take(things.setdefault(about, Thing(about)), row, listing)
    for thing in things.values():
        if not any(value.label for value in thing.cells[listing.subject]):
            thing.names.add(fold(Value("uri", thing.iri).shown))
        thing.texts |= thing.names
    return things


def take(thing: Thing, row: Row, listing: Listing) -> None:
    for column in listing.columns:
        if column in row:
            term, label = row[column], row.get(f"{column}Label", {}).get("value")
            value = Value(term["type"], term["value"], term.get("datatype"), term.get("xml:lang"), label)
            if column != listing.subject:
                thing.cells[column].add(value)
                thing.texts |= {fold(value.shown)} if value.truth is None else set()
            elif label:
                thing.cells[column].add(value)
                thing.names.add(fold(label))
    for column in row.keys() - listing.columns.keys() - {f"{each}Label" for each in listing.columns}:
        if column == "words":
            thing.names.add(fold(row[column]["value"]))
        elif column not in {"property", "value"}:
            thing.texts.add(fold(row[column]["value"]))
    if "property" in row:
        thing.times.append(row)


def holds(texts: set[str], words: list[str]) -> bool:
    return all(any(word in text for text in texts) for word in words)


@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_what_is_chosen_is_what_a_plain_walk_leaves_in_its_order_with_its_counts(
    shelf: Shelf, country: Country, data: st.DataObject
) -> None:
    listing = data.draw(st.sampled_from(list(shelf.listings.values())))
    entries = shelf.take(listing, "ja")
    day = data.draw(st.sampled_from([None, None, date(2019, 4, 1), date(2022, 3, 31)]))
    everything = choosing.choose(listing, entries, Wish(day=day))
    chosen = {
        column: data.draw(st.lists(st.sampled_from([*(each.key for each in offered), "none-such"]), max_size=2))
        for column, offered in everything.facets.items()
    }
    words = data.draw(WORDS)
    order = data.draw(st.sampled_from([None, *(sign + each for each in listing.sortable for sign in ("", "-"))]))
    found = choosing.choose(listing, entries, Wish(words, chosen, order, day))

    things = [country[listing.name][entry.iri] for entry in everything.entries]
    assert len(things) == len(country[listing.name])
    things = [thing for thing in things if holds(thing.texts, words_of(words))]

    def left(of: dict[str, list[str]]) -> list[Thing]:
        return [
            thing
            for thing in things
            if all(not keys or thing.keys(column, day) & {*keys} for column, keys in of.items())
        ]

    assert [entry.iri for entry in found.entries] == [thing.iri for thing in sorted_by(left(chosen), order)]
    for column, offered in found.facets.items():
        others = {name: keys for name, keys in chosen.items() if name != column}
        counts = Counter(key for thing in left(others) for key in thing.keys(column, day))
        assert {each.key: each.count for each in offered} == counts | dict.fromkeys({*chosen[column]} - {*counts}, 0)
        assert {each.key for each in offered if each.chosen} == {*chosen[column]}
        numbers = {v.key: v.rank[0] for thing in country[listing.name].values() for v in thing.cells.get(column, ())}
        places = [(e.key == NOTHING, numbers.get(e.key, float("inf")), -e.count, e.key) for e in offered]
        assert places == sorted(places)


def sorted_by(things: list[Thing], order: str | None) -> list[Thing]:
    if order is None:
        return things
    column, best = order.removeprefix("-"), max if order.startswith("-") else min
    ranks = {thing.iri: best(value.rank for value in thing.cells[column]) for thing in things if thing.cells[column]}
    with_one = sorted(
        (thing for thing in things if thing.iri in ranks), key=lambda thing: ranks[thing.iri], reverse=best is max
    )
    return [*with_one, *(thing for thing in things if thing.iri not in ranks)]


@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_a_search_finds_what_a_plain_walk_through_all_names_finds_the_best_first(
    shelf: Shelf, country: Country, data: st.DataObject
) -> None:
    named = data.draw(
        st.sampled_from(
            sorted({name for things in country.values() for each in things.values() for name in each.names})
        )
    )
    text = data.draw(st.one_of(WORDS, st.just(named), st.just(named[: len(named) // 2]), st.just(named[1:])))
    groups, _ = search(shelf, text, "ja")
    words, whole = words_of(text), fold(text)

    def match(thing: Thing) -> Match | None:
        if not words or not holds(thing.names, words):
            return None
        if whole in thing.names:
            return Match.EXACT
        if any(name.startswith(whole) for name in thing.names):
            return Match.BEGINS
        return Match.HOLDS if any(whole in name for name in thing.names) else Match.APART

    plain = {}
    for listing in shelf.listings.values():
        things = [country[listing.name][entry.iri] for entry in shelf.take(listing, "ja").entries]
        hits = [(found, thing) for thing in things if (found := match(thing))]
        heard = [any(value.truth is False for value in thing.cells.get("data", ())) for _, thing in hits]
        rank = [([*Match].index(found), unheard) for (found, _), unheard in zip(hits, heard, strict=True)]
        plain[listing.name] = [(hits[n][0], hits[n][1].iri) for n in sorted(range(len(hits)), key=rank.__getitem__)]
    assert {group.listing.name: [(hit.match, hit.entry.iri) for hit in group.hits] for group in groups} == {
        name: hits for name, hits in plain.items() if hits
    }
    for group in groups:
        place = data.draw(st.integers(0, len(group.hits) - 1))
        assert [each.entry.iri for each in group.hits[place : place + 3]] == [
            iri for _, iri in plain[group.listing.name]
        ][place : place + 3]
        assert group.hits[place - len(group.hits)].entry.iri == plain[group.listing.name][place][1]
