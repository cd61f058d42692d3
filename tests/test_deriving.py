"""When a city's documents change, the rules run over what these bear upon, and derive what the whole would give."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sasaeai.repository import GraphFile, QueryFile, Repository
from sasaeai.store.deriving import city_of, is_of_one_city
from sasaeai.store.loading import Holdings
from sasaeai.vocabulary import ID, SAS

from .conftest import ROOT

pytestmark = pytest.mark.slow

ORG = ID + "org/sample-dairy"
DATE = "http://www.w3.org/2001/XMLSchema#date"


class Nation(Repository):
    """A repository some of whose documents are others than its files (None: there is no such document)."""

    def __init__(self, root: Path, documents: Mapping[str, bytes | None] | None = None) -> None:
        super().__init__(root)
        self.documents = dict(documents or {})

    def graphs(self, *folders: str) -> Iterator[GraphFile]:
        for each in super().graphs(*folders):
            content = self.documents.get(each.name, each.content)
            if content is not None:
                yield replace(each, content=content)


@dataclass
class Steps:
    """Publications one after another, beside what a fresh load gives."""

    root: Path
    held: Holdings = field(init=False)
    now: dict[str, bytes | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.held = Holdings.read(Nation(self.root))

    def apply(self, changes: dict[str, bytes | None]) -> None:
        # Reckoned on from here, and never counted again.
        before = self.held.size
        take_back = self.held.apply(changes)
        assert self.held.size == len(self.held.store)
        take_back()
        assert self.held.size == len(self.held.store) == before
        self.held.apply(changes)
        self.now |= changes

    def agree(self) -> bool:
        fresh = Holdings.read(Nation(self.root, self.now))
        graphs = set(self.held.store.named_graphs()) == set(fresh.store.named_graphs())
        return graphs and self.held.version == fresh.version and dump(self.held) == dump(fresh)


def dump(holdings: Holdings) -> list[bytes]:
    return sorted((holdings.store.dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines())


def triples(text: bytes) -> list[ox.Triple]:
    return [each.triple for each in ox.parse(text, ox.RdfFormat.TURTLE)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a nation of few cities, whose register holds these only and which has no shapes: it is loaded in no time."""
    folder = tmp_path_factory.mktemp("nation") / "whole"
    command = [sys.executable, str(ROOT / "bench" / "nation.py"), str(folder), "--cities", "6", "--seed", "3"]
    subprocess.run(command, check=True, capture_output=True)
    codes = {each.name[:6] for each in (folder / "data" / "cities").iterdir()}
    register = folder / "data" / "register" / "municipalities.ttl"
    kept = (each for each in triples(register.read_bytes()) if city_of(each.subject) in codes)
    register.write_bytes(ox.serialize(kept, format=ox.RdfFormat.TURTLE) or b"")
    for each in (folder / "shapes").glob("*.ttl"):
        each.unlink()
    return folder


@pytest.fixture(scope="module")
def pages(root: Path) -> dict[str, bytes]:
    """Return the documents of all cities, by their graphs."""
    return {each.name: each.content for each in Nation(root).graphs("data") if city_of(ox.NamedNode(each.name))}


def says(day: str) -> bytes:
    return f'<{ORG}> <{SAS}asOf> "{day}"^^<{DATE}> .\n'.encode()


def changed(text: bytes, kind: str, draw: Random, other: str) -> bytes | None:
    """Leave out things or statements of a document, or add what none should say: of other cities, or of anybody's."""
    said = triples(text)
    match kind:
        case "gone":
            return None
        case "things":
            things = sorted({str(each.subject) for each in said})
            kept = set(draw.sample(things, draw.randrange(len(things))))
            said = [each for each in said if str(each.subject) in kept]
        case "statements":
            said = [each for each in said if draw.random() < 0.9]
        case "no figures":
            said = [each for each in said if not str(each.predicate).endswith(("refPeriod>", "headcount>"))]
    lines = "".join(f"{each} .\n" for each in said).encode()
    own = next((str(each.subject) for each in said if city_of(each.subject)), f"<{ORG}>")
    match kind:
        case "links":
            there = f"{ID}{other}"
            lines += f"<{there}/council/tier-1> <{SAS}serves> {own} .\n".encode()
            lines += f"{own} <{SAS}tier> <{there}/tier/1> ; <{SAS}council> <{there}/council/tier-1> .\n".encode()
        case "shared":
            lines += says(f"20{draw.randrange(10, 30)}-01-01") + f"<{ORG}> a <{SAS}Council> .\n".encode()
    return lines


KINDS = ("gone", "things", "statements", "no figures", "links", "shared", "back")
CHANGES = some.lists(
    some.tuples(some.integers(0, 30), some.sampled_from(KINDS), some.integers(0, 10**6)), min_size=2, max_size=4
)


@settings(max_examples=8, deadline=None)
@given(CHANGES)
def test_publications_one_after_another_derive_what_a_fresh_load_does(
    root: Path, pages: dict[str, bytes], changes: list[tuple[int, str, int]]
) -> None:
    steps, names = Steps(root), sorted(pages)
    for place, kind, seed in changes:
        name, draw = names[place % len(names)], Random(seed)
        others = sorted({city_of(ox.NamedNode(each)) for each in names} - {city_of(ox.NamedNode(name))})
        text = pages[name]
        steps.apply({name: text if kind == "back" else changed(text, kind, draw, draw.choice(others))})
    assert steps.agree()


def test_what_two_cities_say_of_a_body_of_nobodys_is_seen_together(root: Path, pages: dict[str, bytes]) -> None:
    steps, (one, two, *_) = Steps(root), sorted(each for each in pages if each.endswith("city-page"))
    for name, day in ((one, "2017-01-01"), (two, "2022-01-01"), (two, "2025-01-01"), (one, "2026-01-01")):
        steps.apply({name: pages[name] + says(day)})
        assert steps.agree()


def test_what_follows_from_two_cities_documents_stays_when_one_of_them_goes(
    root: Path, pages: dict[str, bytes]
) -> None:
    steps = Steps(root)
    day = f"<{ID}day/2031-02-03>".encode()
    for name in sorted(pages)[:2]:
        code = city_of(ox.NamedNode(name))
        figure = f"<{ID}{code}/figure/new> <http://purl.org/linked-data/sdmx/2009/dimension#refPeriod> ".encode()
        steps.apply({name: pages[name] + figure + day + b" .\n"})
        assert steps.agree()
    for name in sorted(pages)[:2]:
        steps.apply({name: pages[name]})
        assert steps.agree()


def test_for_one_city_no_rule_runs_over_the_whole_graph(
    root: Path, pages: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, name = Steps(root), min(pages)

    def derive(_: Holdings) -> None:
        raise AssertionError("the rules run over everything")

    with monkeypatch.context() as patched:
        patched.setattr(Holdings, "_derive", derive)
        held = steps.held.size
        take_back = steps.held.apply({name: b""})
        patched.setattr(steps.held, "store", None)
        assert 0 < steps.held.size < held
    before = dump(steps.held)
    take_back()
    assert dump(steps.held) != before
    assert steps.agree()


def test_a_rule_that_does_not_say_it_is_of_one_city_runs_over_the_whole_graph(
    root: Path, pages: dict[str, bytes]
) -> None:
    text = f"CONSTRUCT {{ <{ID}japan> <{SAS}position> ?n }} WHERE {{ SELECT (COUNT(*) AS ?n) {{ ?s a <{SAS}Tier> }} }}"
    steps = Steps(root)
    steps.held.apply({}, [*steps.held.rules, QueryFile("99-count", Path("99-count.rq"), text)])
    count = f"SELECT ?n {{ <{ID}japan> <{SAS}position> ?n }}"

    def counted() -> int:
        (row,) = steps.held.store.query(count)  # type: ignore[misc]
        return int(row["n"].value)

    before = counted()
    steps.held.apply({min(pages): None})
    assert 0 < counted() < before


def test_every_rule_of_the_project_is_of_one_city() -> None:
    assert [each.name for each in Repository(ROOT).rules() if not is_of_one_city(each)] == []
