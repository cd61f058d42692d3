"""What is told without pySHACL is what pySHACL would say: of good data, of fixtures, and of data spoilt at random."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDFS, SH, XSD

from sasaeai.repository import Repository
from sasaeai.validation import documents
from sasaeai.validation.conforming import Conforming
from sasaeai.validation.documents import Document
from sasaeai.validation.said import Lookup, Said
from sasaeai.validation.shapes import Shapes, against_shapes
from sasaeai.validation.violation import Violation
from sasaeai.vocabulary import GRAPH, ID, SAS

from .conftest import ROOT

BROKEN = Path(__file__).parent / "broken"
EXAMPLES = sorted(path for path in BROKEN.glob("*.ttl") if not path.name.startswith("clean"))


def read(file: str, content: bytes, name: str = "", folder: str = "data") -> Document:
    found = documents.read(file, content, name, folder)
    assert isinstance(found, Document), found
    return found


STORED = [read(str(each.path), each.content, each.name, each.folder) for each in Repository(ROOT).graphs()]
CITIES = [each for each in STORED if "/cities/" in each.file]
CLEAN = [read(path.name, path.read_bytes()) for path in sorted(BROKEN.glob("clean*.ttl"))]


class Doubting(Conforming):
    """Doubt everything: pySHACL is asked about each thing."""

    def doubtful(self, said: Lookup, focus: Sequence[str]) -> Sequence[str]:  # noqa: ARG002 — as its parent is asked
        return list(focus)


def shapes(*more: Document) -> Shapes:
    return Shapes.of([*STORED, *more])


def doubting(*more: Document) -> Shapes:
    own = shapes(*more)
    return Shapes(own.graph, own.messages, Doubting([]))


def found(rules: Shapes, spoken_of: list[Document]) -> list[Violation]:
    names = {each.graph for each in spoken_of}
    others = [each for each in (*STORED, *CLEAN) if each.folder != "shapes" and each.graph not in names]
    said = Said([*others, *spoken_of])
    all_found = against_shapes(rules, said, spoken_of, lambda _done, _total: None)
    return sorted(all_found, key=lambda each: (each.file, each.focus, each.rule, each.path, each.value))


def doubted(rules: Shapes, spoken_of: list[Document]) -> list[str]:
    names = {each.graph for each in spoken_of}
    others = [each for each in (*STORED, *CLEAN) if each.folder != "shapes" and each.graph not in names]
    said = Said([*others, *spoken_of])
    focus = sorted({documents.text(each.subject) for one in spoken_of for each in one.triples})
    return list(rules.conforming.doubtful(said, focus))


def test_of_good_data_pyshacl_is_asked_nothing() -> None:
    data = [each for each in (*STORED, *CLEAN) if each.folder == "data"]
    assert doubted(shapes(), data) == []


@pytest.mark.slow
def test_pyshacl_finds_nothing_in_it_either() -> None:
    assert found(doubting(), [*CITIES, *CLEAN]) == []


@pytest.mark.slow
def test_each_example_breaks_what_pyshacl_says_it_breaks() -> None:
    broken = [read(path.name, path.read_bytes(), f"{GRAPH}999997/{path.stem}") for path in EXAMPLES]
    assert found(shapes(), broken) == found(doubting(), broken)


def literals(like: ox.Literal | None) -> Iterator[ox.Literal]:
    """Write what might stand in a cell: of other datatypes and languages, too short, too long, out of bounds."""
    text = like.value if like else "仮"
    for datatype in (XSD.date, XSD.gYearMonth, XSD.integer, XSD.decimal, XSD.boolean, XSD.string, XSD.anyURI):
        for value in (text, "0", "-1", "007", "10000", "2019-02-30", "2019-04-01", "2019-04", "１", "true"):
            yield ox.Literal(value, datatype=ox.NamedNode(str(datatype)))
    for language in ("ja", "en", "fr", "ja-hira"):
        for value in (text, "", "あ", "あ" * 100):
            yield ox.Literal(value, language=language)


def spoilt(document: Document, seed: int) -> Document:
    """Spoil one statement in ten: left out, with another property, another value, or said once more otherwise."""
    chance = random.Random(seed)
    things = sorted({each.subject for each in document.triples}, key=str)
    properties = sorted({each.predicate for each in document.triples}, key=str)
    values = sorted({each.object for each in document.triples if isinstance(each.object, ox.NamedNode)}, key=str)
    odd = [ox.NamedNode(f"{ID}nowhere"), ox.BlankNode("b"), ox.NamedNode(f"{SAS}Council"), *things, *values]
    triples: list[ox.Quad] = []
    for each in document.triples:
        thing, path, value = each.subject, each.predicate, each.object
        if chance.random() > 0.1:
            triples.append(each)
            continue
        other = chance.choice([*literals(value if isinstance(value, ox.Literal) else None), *odd])
        match chance.randrange(5):
            case 1:
                triples.append(ox.Quad(thing, chance.choice(properties), value))
            case 2:
                triples.append(ox.Quad(thing, path, other))
            case 3:
                triples += [each, ox.Quad(thing, path, other)]
            case 4:
                triples += [each, ox.Quad(thing, chance.choice(properties), chance.choice(values))]
    return Document(document.file, document.graph, "data", document.text, triples, document.base, document.prefixes)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("number", range(len(CITIES)))
def test_what_is_spoilt_at_random_breaks_what_pyshacl_says_it_breaks(number: int, seed: int) -> None:
    wrong = [spoilt(CITIES[number], 100 * number + seed)]
    assert found(shapes(), wrong) == found(doubting(), wrong)


def test_good_things_are_not_doubted_for_the_sake_of_bad_ones() -> None:
    for seed in range(5):
        wrong = [spoilt(CITIES[seed % len(CITIES)], seed)]
        things = {documents.text(each.subject) for each in wrong[0].triples}
        assert len(doubted(shapes(), wrong)) < len(things)


@pytest.mark.parametrize(
    "constraint",
    [
        f"<{SH.qualifiedMinCount}> 1",
        f"<{SH.flags}> 'i' ; <{SH.pattern}> 'a'",
        f"<{SH.disjoint}> <{SAS}serves>",
        f"<{SH['not']}> [ <{SH.minCount}> 1 ]",
    ],
)
def test_what_a_shape_says_beyond_what_is_known_here_is_left_to_pyshacl(constraint: str) -> None:
    text = (
        f"<a:s> <{SH.targetClass}> <{SAS}Council> ; <{SH.property}> <a:p> ."
        f"<a:p> <{SH.path}> <{SAS}note> ; {constraint} ."
    )
    rules = shapes(read("more.ttl", text.encode(), "a:more", "shapes"))
    councils = {each for each in doubted(rules, CITIES) if "/council/" in each}
    assert councils


def test_what_changes_what_classes_are_is_left_to_pyshacl() -> None:
    text = f"<{ID}132241/x> <{RDFS.subClassOf}> <{SAS}Council> . <{ID}132241/y> <{SAS}note> 'a'@ja ."
    document = read("more.ttl", text.encode(), f"{GRAPH}132241/more")
    assert doubted(shapes(), [document]) == [f"{ID}132241/x", f"{ID}132241/y"]
