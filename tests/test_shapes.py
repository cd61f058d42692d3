"""The shapes and checks: what each turns away, what they leave alone, and the words they say it in."""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from string import Formatter

import pyoxigraph as ox
import pyshacl
import pytest
import yaml
from rdflib import RDF, RDFS, SH, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from sasaeai.repository import QueryFile, Repository
from sasaeai.store.loading import Holdings
from sasaeai.validation import Violation, validate
from sasaeai.vocabulary import BASE, SHAPES

from .conftest import ROOT

BROKEN = Path(__file__).parent / "broken"
EXAMPLES = sorted(path for path in BROKEN.glob("*.ttl") if not path.name.startswith("clean"))
REPOSITORY = Repository(ROOT)
LANGUAGES = {"ja", "en"}


def all_shapes() -> Graph:
    graph = Graph()
    for file in REPOSITORY.graphs("shapes"):
        graph.parse(data=file.content, format="turtle")
    return graph


SHAPES_GRAPH = all_shapes()
TARGETED = sorted({*SHAPES_GRAPH.subjects(SH.targetClass), *SHAPES_GRAPH.subjects(SH.targetSubjectsOf)}, key=str)
PROPERTIES = sorted({each for shape in TARGETED for each in SHAPES_GRAPH.objects(shape, SH.property)}, key=str)


def rule_of(example: Path) -> str:
    return example.read_text("utf-8").splitlines()[0].removeprefix("# breaks: ")


def words(subject: Node, predicate: URIRef) -> dict[str, str]:
    found = [each for each in SHAPES_GRAPH.objects(subject, predicate) if isinstance(each, Literal)]
    assert len(found) == len({each.language for each in found}), f"{subject} says {predicate} twice in one language"
    return {str(each.language): str(each) for each in found}


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Lay out a small graph of the made-up city alone: rules, lists and the two clean files."""
    root = tmp_path_factory.mktemp("made-up")
    for folder in ("ontology", "shapes", "queries"):
        (root / folder).symlink_to(ROOT / folder)
    for place, file in (
        ("data/fiscal-years.ttl", ROOT / "data" / "fiscal-years.ttl"),
        ("data/register/clean.ttl", BROKEN / "clean-register.ttl"),
        ("data/cities/999997-made-up/clean.ttl", BROKEN / "clean.ttl"),
    ):
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).symlink_to(file)
    return Repository(root)


def sentences(violations: Iterable[Violation]) -> str:
    return "\n".join(each.sentence("en") for each in violations)


def test_the_clean_files_break_nothing(made_up: Repository) -> None:
    found = validate(made_up)
    assert not found, sentences(found)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_breaks_exactly_the_rule_it_names(made_up: Repository, example: Path) -> None:
    found = validate(made_up, {str(example): example.read_bytes()})
    assert {each.rule for each in found} == {rule_of(example)}, sentences(found)
    for each in found:
        assert each.file == str(example)
        assert each.line or each.focus.startswith("_:"), f"no line for {each.focus}"
        assert set(each.messages) == LANGUAGES
        assert "{" not in each.sentence("ja") + each.sentence("en")


def test_every_rule_has_its_example() -> None:
    named = {rule_of(example) for example in EXAMPLES}
    shown = {rule.rpartition("-")[0] for rule in named if rule.startswith("shapes:")}
    constraints = {SH["or"], SH.xone, SH.closed}
    nodes = [each for each in TARGETED if any(SHAPES_GRAPH.value(each, part) is not None for part in constraints)]
    rules = {f"shapes:{str(each).removeprefix(SHAPES)}" for each in (*PROPERTIES, *nodes)}
    assert rules - shown == set()
    closed = {f"shapes:{str(each).removeprefix(SHAPES)}-closed" for each in nodes if closed_shape(each)}
    assert closed - named == set()
    assert {f"checks:{check.name}" for check in REPOSITORY.checks()} - named == set()


def test_every_kind_of_constraint_has_an_example() -> None:
    kinds = {rule_of(example).rpartition("-")[2] for example in EXAMPLES if rule_of(example).startswith("shapes:")}
    described = {SH.path, SH.name, SH.description, SH.message, SH.order, SH.group, RDF.type}
    used = {path for each in PROPERTIES for path in SHAPES_GRAPH.predicates(each)} - described
    assert {str(path).removeprefix(str(SH)) for path in used} - kinds == set()


def test_an_example_s_file_is_named_after_its_rule() -> None:
    for example in EXAMPLES:
        rule = rule_of(example)
        assert example.stem.startswith(rule.removeprefix("shapes:").replace(":", "-")), f"{example.name}: {rule}"


def closed_shape(shape: Node) -> bool:
    return SHAPES_GRAPH.value(shape, SH.closed) is not None


@pytest.mark.parametrize("shape", PROPERTIES, ids=lambda shape: str(shape).removeprefix(SHAPES))
def test_a_property_shape_has_its_words_and_its_place(shape: Node) -> None:
    assert str(shape).startswith(SHAPES), "a property shape of a class has an IRI"
    for predicate in (SH.name, SH.description, SH.message):
        assert set(words(shape, predicate)) == LANGUAGES, predicate
    assert len(words(shape, SH.name)["ja"]) <= 16, "a name heads a column"
    assert "ください" in words(shape, SH.message)["ja"] or "ません。" in words(shape, SH.message)["ja"]
    assert isinstance(SHAPES_GRAPH.value(shape, SH.path), URIRef)
    assert SHAPES_GRAPH.value(shape, SH.order) is not None
    group = SHAPES_GRAPH.value(shape, SH.group)
    assert (group, RDF.type, SH.PropertyGroup) in SHAPES_GRAPH


def test_groups_and_shapes_are_labelled_in_both_languages() -> None:
    groups = set(SHAPES_GRAPH.subjects(RDF.type, SH.PropertyGroup))
    for each in (*groups, *TARGETED):
        assert set(words(each, RDFS.label)) == LANGUAGES, each
    assert len({SHAPES_GRAPH.value(each, SH.order) for each in groups}) == len(groups)
    for each in TARGETED:
        if closed_shape(each):
            assert set(words(each, SH.message)) == LANGUAGES, each


def test_every_class_has_its_place_among_the_classes() -> None:
    places = [SHAPES_GRAPH.value(each, SH.order) for each in TARGETED if closed_shape(each)]
    assert None not in places
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("shape", TARGETED, ids=lambda shape: str(shape).removeprefix(SHAPES))
def test_a_shape_orders_its_properties_and_has_each_once(shape: Node) -> None:
    properties = list(SHAPES_GRAPH.objects(shape, SH.property))
    places = [(SHAPES_GRAPH.value(each, SH.group), SHAPES_GRAPH.value(each, SH.order)) for each in properties]
    assert len(set(places)) == len(places), "two properties at one place"
    paths = [SHAPES_GRAPH.value(each, SH.path) for each in properties]
    assert len(set(paths)) == len(paths), "two shapes of one property"


def test_what_a_message_names_is_there() -> None:
    subjects: set[str] = set()
    labels: set[str] = set()
    for file in REPOSITORY.graphs("data", "ontology"):
        for each in ox.parse(file.content, ox.RdfFormat.TURTLE):
            subjects.add(each.subject.value)
            labels |= {each.object.value} if file.path.parent.name == "schemes" else set()
    for message in map(str, SHAPES_GRAPH.objects(None, SH.message)):
        for name in re.findall("<((?:id|concept)/[^>…]+)>", message):
            made_by_rule = re.fullmatch("id/(month|day)/[0-9-]+", name)
            assert made_by_rule or BASE + name in subjects, f"{name} in: {message}"
        for name in re.findall("コード表「([^」]+)」", message):
            assert name in labels, f"{name} in: {message}"
        for key in re.findall("list '([^']+)'", message):
            assert f"{BASE}concept/{key}" in subjects, f"{key} in: {message}"


def test_no_pattern_uses_a_class_that_takes_full_width_digits() -> None:
    patterns = {str(each) for each in SHAPES_GRAPH.objects(None, SH.pattern)}
    assert patterns
    for file in (*REPOSITORY.graphs("shapes"),):
        assert rb"\d" not in file.content, file.path
    for check in REPOSITORY.checks():
        assert r"\d" not in check.text, check.path


def test_the_shapes_are_shacl() -> None:
    conforms, _, report = pyshacl.validate(Graph(), shacl_graph=SHAPES_GRAPH, meta_shacl=True)
    assert conforms, report


def test_every_statement_of_the_data_is_described_by_a_shape_of_its_subject_s_class() -> None:
    described: dict[str, set[str]] = defaultdict(lambda: {str(RDF.type)})
    for shape in TARGETED:
        paths = {
            str(SHAPES_GRAPH.value(each, SH.path))
            for each in SHAPES_GRAPH.objects(shape, SH.property)
            if closed_shape(shape)
        }
        for target in (*SHAPES_GRAPH.objects(shape, SH.targetClass), *SHAPES_GRAPH.objects(shape, SH.targetSubjectsOf)):
            described[str(target)] |= paths
    types: dict[str, set[str]] = defaultdict(set)
    triples = []
    for file in REPOSITORY.graphs("data"):
        for each in ox.parse(file.content, ox.RdfFormat.TURTLE):
            triples.append((file.path, each))
            # A graph's description has no class: it is known by its properties, and so may everything be.
            types[str(each.subject)].add(each.predicate.value)
            if each.predicate.value == str(RDF.type):
                types[str(each.subject)].add(each.object.value)
    assert triples
    for path, each in triples:
        known = set().union(*(described[name] for name in types[str(each.subject)] if name in described))
        assert each.predicate.value in known, f"{path}: {each}"


@pytest.mark.slow
def test_the_data_break_no_rule() -> None:
    found = validate(REPOSITORY)
    assert not found, sentences(found)


@pytest.mark.parametrize("merged", [True, False], ids=["merged", "union"])
def test_every_check_finds_nothing_beside_what_the_rules_derive(merged: bool) -> None:
    store = Holdings.read(REPOSITORY, merged=merged).store
    for check in REPOSITORY.checks():
        rows = store.query(check.text, use_default_graph_as_union=not merged)
        assert isinstance(rows, ox.QuerySolutions)
        assert not list(rows), check.name


@pytest.mark.parametrize("check", REPOSITORY.checks(), ids=lambda check: check.name)
def test_a_check_says_in_both_languages_what_it_found_and_how_to_mend_it(check: QueryFile) -> None:
    header = yaml.safe_load("\n".join(line[2:] for line in check.text.splitlines() if line.startswith("#+")))
    rows = ox.Store().query(check.text)
    assert isinstance(rows, ox.QuerySolutions)
    variables = {each.value for each in rows.variables}
    assert "focus" in variables
    assert set(header["title"]) == set(header["message"]) == LANGUAGES
    assert "ください" in header["message"]["ja"] or "ません。" in header["message"]["ja"]
    for message in header["message"].values():
        assert {name for _, name, _, _ in Formatter().parse(message) if name} <= variables


def council(more: str, graph: str = "broken") -> bytes:
    """Write a file that says more of the made-up city's council."""
    return f"""@base <{BASE}> .
        @prefix sas: <{BASE}ns#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix xsd: <{XSD}> .
        <graph/999997/{graph}> dct:source <id/source/999997/{graph}> ; sas:ownRendering "en" .
        <id/source/999997/{graph}> a sas:Source ; dct:title "架空"@ja ; sas:file "f" ; sas:sha256 "{"0" * 64}" .
        <id/999997/council/whole> a sas:Council ; sas:quote "書かれたとおり"@ja ; {more} .""".encode()


def test_a_file_that_is_not_turtle_is_a_violation_at_its_line(made_up: Repository) -> None:
    text = b"@base <https://w3id.org/sasaeai/> .\n\n<id/a> a <id/b>\n<id/c> a <id/d> .\n"
    [found] = validate(made_up, {"some.ttl": text})
    assert (found.rule, found.file, found.line) == ("turtle:syntax", "some.ttl", 4)
    assert "Turtleとして読めません" in found.sentence("ja")
    assert found.as_json()["messages"].keys() == LANGUAGES


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig", "utf-16"])
def test_a_file_in_another_encoding_is_a_violation_that_names_the_right_one(made_up: Repository, encoding: str) -> None:
    [found] = validate(made_up, {"some.ttl": "# 協議体\n".encode(encoding)})
    assert (found.rule, found.line) == ("turtle:encoding", 1)
    assert "UTF-8" in found.sentence("ja")


def test_one_bad_file_does_not_hide_another(made_up: Repository) -> None:
    found = validate(made_up, {"bad.ttl": b"<", "good.ttl": council('sas:establishedOn "2017-6-1"^^xsd:date')})
    assert {each.rule for each in found} == {"turtle:syntax", "shapes:Council-establishedOn-datatype"}


@pytest.mark.parametrize(
    "value",
    [
        '"2017-06-31"^^xsd:date',
        '"20170601"^^xsd:date',
        '"2017-W22-4"^^xsd:date',
        '"２０１７-06-01"^^xsd:date',
        '" 2017-06-01"^^xsd:date',
        '"2017-06-01"',
        '"2017-06"^^xsd:gYearMonth',
    ],
)
def test_a_date_is_written_as_a_date(made_up: Repository, value: str) -> None:
    found = validate(made_up, {"some.ttl": council(f"sas:establishedOn {value}")})
    assert {each.rule for each in found} == {"shapes:Council-establishedOn-datatype"}, sentences(found)
    assert found[0].value == value.split('"')[1]


def test_a_number_s_text_is_kept_as_written(made_up: Repository) -> None:
    [found] = validate(made_up, {"some.ttl": council('sas:position "000"^^xsd:integer')})
    assert (found.rule, found.value) == ("shapes:position-minInclusive", "000")


def test_two_documents_may_disagree_and_one_may_not_contradict_itself(made_up: Repository) -> None:
    first, second = '"2017-06-02"^^xsd:date', '"2017-06-03"^^xsd:date'
    other = validate(made_up, {"some.ttl": council(f"sas:establishedOn {first}")})
    assert not other, sentences(other)
    itself = validate(made_up, {"some.ttl": council(f"sas:establishedOn {first} , {second}")})
    assert {each.rule for each in itself} == {"shapes:Council-establishedOn-maxCount"}


def test_a_file_takes_the_place_of_the_graph_it_describes(made_up: Repository) -> None:
    links = {each.value for each in validate(made_up, {"some.ttl": council("sas:position 1", "clean")})}
    assert f"{BASE}id/999997/tier/1" not in links, "of what the file does not speak of nothing is reported"
    found = validate(made_up, {"some.ttl": council("sas:serves <id/999997/tier/1>", "clean")})
    assert "checks:dangling-links" in {each.rule for each in found}, "the tier stood in the graph that was replaced"


def test_a_file_of_the_repository_takes_its_own_place(made_up: Repository) -> None:
    path = made_up.root / "data" / "cities" / "999997-made-up" / "clean.ttl"
    assert not validate(made_up, {str(path): (BROKEN / "clean.ttl").read_bytes()})


def test_a_violation_elsewhere_is_not_laid_at_a_file_s_door(made_up: Repository, tmp_path: Path) -> None:
    for folder in ("ontology", "shapes", "queries"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    shutil.copytree(made_up.root / "data", tmp_path / "data")
    city = tmp_path / "data" / "cities" / "999997-made-up"
    (city / "broken.ttl").write_bytes((BROKEN / "Council-establishedOn-datatype.ttl").read_bytes())
    repository = Repository(tmp_path)
    assert {each.rule for each in validate(repository)} == {"shapes:Council-establishedOn-datatype"}
    assert not validate(repository, {"other.ttl": council("sas:position 1", "other")})


@pytest.mark.parametrize(("ending", "syntax"), [(".nt", "N_TRIPLES"), (".jsonld", "JSON_LD")])
def test_a_file_is_read_by_the_ending_of_its_name(repository: Repository, ending: str, syntax: str) -> None:
    written = (BROKEN / "Council-establishedOn-datatype.ttl").read_bytes()
    same = ox.serialize(ox.parse(written, ox.RdfFormat.TURTLE), format=getattr(ox.RdfFormat, syntax)) or b""
    found = validate(repository, {f"some{ending}": same})
    assert "shapes:Council-establishedOn-datatype" in {each.rule for each in found}
    assert [each.rule for each in validate(repository, {f"some{ending}": b"nothing of the kind"})] == [
        f"{'ntriples' if ending == '.nt' else 'jsonld'}:syntax"
    ]
