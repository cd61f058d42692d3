"""A city held against what all have in common, and kept: nothing else is found than where all is held against all."""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from sasaeai.repository import Repository
from sasaeai.validation import Violation, documents, ground, validate
from sasaeai.validation.checks import against_checks
from sasaeai.validation.country import SAID_OR_NOT, bare
from sasaeai.validation.documents import Document
from sasaeai.validation.said import Said
from sasaeai.validation.shapes import Shapes, against_shapes
from sasaeai.vocabulary import DERIVED, ID, SAS, city_of

from .conftest import ROOT
from .counting import opened

CITIES = ROOT / "data" / "cities"
NUMBER = "8000020132241"


def linked(root: Path) -> Path:
    """Lay out the whole graph, the files of its cities to be written anew."""
    for folder in ("ontology", "shapes", "queries"):
        (root / folder).symlink_to(ROOT / folder)
    (root / "data" / "cities").mkdir(parents=True)
    for path in (ROOT / "data").rglob("*.ttl"):
        if "cities" not in path.parts:
            there = root / path.relative_to(ROOT)
            there.parent.mkdir(exist_ok=True)
            there.symlink_to(path)
    for path in CITIES.glob("*/*.ttl"):
        there = root / "data" / "cities" / path.relative_to(CITIES)
        there.parent.mkdir(exist_ok=True)
        there.write_bytes(path.read_bytes())
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return linked(tmp_path / "root")


def read(repository: Repository) -> Iterator[Document]:
    for each in repository.graphs():
        found = documents.read(str(each.path.relative_to(repository.root)), each.content, each.name, each.folder)
        assert isinstance(found, Document), found
        yield found


def all_against_all(repository: Repository, file: str = "", *, as_one: bool = False) -> list[Violation]:
    """Hold each city, one file, or all data as if they were one city's, against one store that has everything."""
    every = list(read(repository))
    said = Said(each for each in every if each.folder != "shapes")
    store = ox.Store()
    for each in every:
        name = ox.NamedNode(each.graph)
        store.extend(ox.Quad(one.subject, one.predicate, one.object, name) for one in each.triples)
    cities: dict[str, list[Document]] = defaultdict(list)
    for each in every:
        if each.folder == "data" and file in ("", each.file):
            cities["" if as_one else city_of(each.graph)].append(each)
    shapes = Shapes.of(every)
    found: list[Violation] = []
    for spoken_of in cities.values():
        focus = {documents.text(each.subject) for one in spoken_of for each in one.triples}
        focus |= {each.graph for each in spoken_of}
        both = [
            *against_shapes(shapes, said, spoken_of, ground.quiet),
            *against_checks(repository.checks(), store, spoken_of),
        ]
        # Of a thing that others speak of it is they who are told.
        found += [each for each in both if file or each.focus in focus]
    return ordered(found)


def what(violation: Violation) -> tuple[str, str, str, str]:
    """Tell what is wrong with what, wherever it stands."""
    return violation.rule, violation.focus, violation.path, violation.value


def ordered(found: list[Violation]) -> list[Violation]:
    return sorted(found, key=lambda each: (each.file, each.line or 0, each.focus, each.rule, each.sentence("en")))


def add(root: Path, city: str, text: str) -> Path:
    (path,) = CITIES.glob(f"{city}-*")
    file = sorted((root / "data" / "cities" / path.name).glob("*.ttl"))[0]
    file.write_text(f"{file.read_text('utf-8')}\n{text}", "utf-8")
    return file


def spoil(root: Path, seed: int) -> None:
    """Spoil the documents of all cities, with things of one in those of another, and what all share."""
    chance = random.Random(seed)
    files = sorted((root / "data" / "cities").glob("*/*.ttl"))
    quads = {path: list(ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE)) for path in files}
    every = sorted({each for said in quads.values() for each in said}, key=str)
    shared = [ox.NamedNode(f"{ID}org/{each}") for each in ("one", "two")]
    for path, said in quads.items():
        spoilt = []
        for each in said:
            other, another = chance.choice(every), chance.choice(shared)
            thing, pred, value = each.subject, each.predicate, each.object
            choices = [
                (other.subject, pred, value),
                (thing, other.predicate, value),
                (thing, pred, other.object),
                (thing, pred, other.subject),
                (other.subject, other.predicate, other.object),
                (another, pred, value),
                (thing, pred, another),
                (thing, ox.NamedNode(f"{SAS}corporateNumber"), ox.Literal(NUMBER)),
            ]
            spoilt.append(ox.Triple(thing, pred, value))
            if chance.random() < 0.02:
                spoilt[-1] = ox.Triple(*chance.choice(choices))
            if chance.random() < 0.02:
                spoilt.append(ox.Triple(*chance.choice(choices)))
        path.write_bytes(ox.serialize(spoilt, format=ox.RdfFormat.N_TRIPLES) or b"")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_spoilt_cities_break_by_themselves_what_they_break_together(root: Path, seed: int) -> None:
    spoil(root, seed)
    repository = Repository(root)
    found = validate(repository)
    assert found == all_against_all(repository)
    assert {*map(what, found)} == {*map(what, all_against_all(repository, as_one=True))}
    assert {each.rule.split(":")[0] for each in found} == {"shapes", "checks"}
    one = next(path for path in sorted((root / "data" / "cities").glob("*/*.ttl")))
    alone = validate(repository, {str(one): one.read_bytes()})
    name = str(one.relative_to(root))
    assert [replace(each, file=name) for each in alone] == all_against_all(repository, name)


def test_bodies_of_one_name_are_found_in_whichever_cities_they_stand(root: Path) -> None:
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    add(root, "131032", f"<{ID}131032/org/a> {label} '社会福祉法人 緑の会'@ja . <{ID}org/one> {label} '緑の会'@ja .")
    add(root, "132241", f"<{ID}132241/org/b> {label} '緑の・会(社会福祉法人)'@ja .")
    add(root, "221007", f"<{ID}org/two> {label} '緑の会 '@ja . <{ID}221007/org/c> {label} '緑の合'@ja .")
    found = validate(Repository(root))
    assert found == all_against_all(Repository(root))
    assert {(each.focus, each.value) for each in found if each.rule == "checks:organisations-twice"} == {
        (f"{ID}131032/org/a", f"{ID}org/one"),
        (f"{ID}132241/org/b", f"{ID}org/one"),
        (f"{ID}org/one", f"{ID}org/two"),
    }
    for path in sorted((root / "data" / "cities").glob("*/*.ttl")):
        alone = validate(Repository(root), {str(path): path.read_bytes()})
        name = str(path.relative_to(root))
        assert [replace(each, file=name) for each in alone] == all_against_all(Repository(root), name)


def test_a_name_given_in_files_of_two_cities_is_found_in_both(root: Path) -> None:
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    add(root, "131032", f"<{ID}org/one> {label} '緑の会'@ja .")
    add(root, "221007", f"<{ID}org/one> {label} '緑の会'@ja .")
    found = validate(Repository(root))
    assert found == all_against_all(Repository(root))
    twice = [each for each in found if each.rule == "checks:names-in-two-files"]
    assert {city_of(each.graph) for each in twice} == {"131032", "221007"}
    assert len({each.sentence("ja").split(": ", 1)[1] for each in twice}) == 1


def test_checks_look_into_the_documents_of_other_cities_for_names_only() -> None:
    for check in Repository(ROOT).checks():
        looked_into = re.findall(r"GRAPH (\?\w+|<\S+>)", check.text)
        others = {each for each in looked_into if each not in ("?graph", f"<{DERIVED}>")}
        assert others == ({"?value"} if check.name == "names-in-two-files" else set()), check.path
        if others:
            assert re.findall(r"GRAPH \?value { \?\w+ (\S+) \?\w+ }", check.text) == ["skos:prefLabel"]


def test_names_are_one_whatever_words_the_check_takes_out_of_them() -> None:
    text = (ROOT / "queries" / "checks" / "organisations-twice.rq").read_text("utf-8")
    patterns = set(re.findall(r'REPLACE\(STR\(\?label\), "([^"]+)", ""\)', text))
    assert len(patterns) == 1
    letters = set(patterns.pop().replace(r"\\s", "")) - set("[]|?")
    assert {each for each in letters if not each.isspace()} == SAID_OR_NOT
    assert bare("特定非営利活動法人 港（みなと）・の会") == bare("港みなとの 会") == "港みなとの"


def test_in_several_processes_the_same_is_found(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(root, 9)
    told: list[tuple[int, int]] = []
    alone = validate(Repository(root), progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 5) for done in range(6)]
    monkeypatch.setattr(ground, "_ALONE", 0)
    assert validate(Repository(root)) == alone


def test_a_ground_that_reads_one_city_anew_finds_what_one_that_reads_all_finds(root: Path) -> None:
    repository = Repository(root)
    held = ground.Ground(repository)
    spoil(root, 11)
    (root / "data" / "cities" / "131032-minato" / "more.ttl").write_text("no Turtle", "utf-8")
    for code in ("131032", "132241"):
        with opened() as files:
            held.renew(code)
        assert {each.parent.name[:6] for each in files} == {code}
    (root / "data" / "cities" / "131032-minato" / "more.ttl").unlink()
    for code in ("072036", "131032", "221007"):
        held.renew(code)
    found = held.validate()
    assert found == validate(repository)
    assert found
    fresh = ground.Ground(repository)._country
    looked_up = {name for name, led in (*fresh._back.items(), *held._country._back.items()) if led} | {*fresh.said}
    assert {name: fresh.digest(name) for name in looked_up} == {name: held._country.digest(name) for name in looked_up}


COUNCIL = f"<{ID}131032/council/odd> a <{SAS}Council> ."
MEETING = f"<{ID}132241/meeting/odd> <{SAS}council> <{ID}131032/council/odd> ."


def looked_at(root: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[Violation]]:
    """Name the cities that are looked at, in spite of what is kept; and what is found."""
    seen: list[str] = []

    class Watched(ground.Ground):
        def _found(self, shapes: Shapes, spoken_of: list[Document], *more: object) -> object:  # type: ignore[override]
            seen.append(spoken_of[0].graph.split("/graph/")[1].split("/")[0][:6])
            return super()._found(shapes, spoken_of, *more)  # type: ignore[arg-type]

    monkeypatch.setattr("sasaeai.validation.Ground", Watched)
    return seen, validate(Repository(root), kept=kept)


def test_only_what_has_changed_and_what_refers_to_it_is_looked_at_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    assert len(looked_at(root, kept, monkeypatch)[0]) == 5
    assert looked_at(root, kept, monkeypatch) == ([], [])
    add(root, "131032", COUNCIL)
    seen, found = looked_at(root, kept, monkeypatch)
    assert seen == ["131032"]
    assert found
    assert looked_at(root, kept, monkeypatch) == ([], found)
    add(root, "132241", MEETING)
    seen, found = looked_at(root, kept, monkeypatch)
    assert seen == ["131032", "132241"]
    assert found == all_against_all(Repository(root))
    # What it now points to is another's.
    add(root, "131032", f"<{ID}131032/council/odd> <{SAS}note> 'a'@ja .")
    assert looked_at(root, kept, monkeypatch)[0] == ["131032", "132241"]
    add(root, "072036", f"<{ID}org/odd> <{SAS}corporateNumber> '{NUMBER}' .")
    add(root, "221007", f"<{ID}221007/org/odd> <{SAS}corporateNumber> '{NUMBER}' .")
    _, found = looked_at(root, kept, monkeypatch)
    assert found == all_against_all(Repository(root))


def test_who_speaks_of_a_shared_body_is_looked_at_again_when_another_city_says_something_new_of_it(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    for city in ("072036", "221007"):
        add(root, city, f"<{ID}org/one> <{SAS}validFrom> '2020-04-01'^^<http://www.w3.org/2001/XMLSchema#date> .")
    looked_at(root, kept, monkeypatch)
    add(root, "221007", f"<{ID}org/one> <{SAS}validThrough> '2019-04-01'^^<http://www.w3.org/2001/XMLSchema#date> .")
    seen, found = looked_at(root, kept, monkeypatch)
    assert {"072036", "221007"} <= set(seen)
    assert found == all_against_all(Repository(root))


def test_what_is_kept_and_cannot_be_read_is_not_believed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    add(root, "131032", COUNCIL)
    _, found = looked_at(root, kept, monkeypatch)
    for number, path in enumerate(sorted(kept.iterdir())):
        whole = json.loads(path.read_bytes())
        wrong = [b"", b"\xff", b"[]", b'{"key": 1}', json.dumps(whole | {"key": "other", "found": []}).encode()]
        path.write_bytes(wrong[number])
    seen, again = looked_at(root, kept, monkeypatch)
    assert (len(seen), again) == (5, found)


def test_other_rules_are_applied_anew(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"
    looked_at(root, kept, monkeypatch)
    (root / "queries").unlink()
    (root / "queries" / "checks").mkdir(parents=True)
    check = ROOT / "queries" / "checks" / "types-missing.rq"
    (root / "queries" / "checks" / check.name).write_bytes(check.read_bytes())
    assert len(looked_at(root, kept, monkeypatch)[0]) == 5
