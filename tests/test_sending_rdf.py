"""RDF handed in instead of a workbook: of which city and document it is, what is wrong at its line, what it leaves."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from sasaeai import intake, publish
from sasaeai.desk import Desk, tokens
from sasaeai.desk.tokens import Token
from sasaeai.errors import ServiceError
from sasaeai.fields import read_statements
from sasaeai.intake import Intake, Report
from sasaeai.publish import Handed
from sasaeai.repository import Repository
from sasaeai.vocabulary import GRAPH

from .conftest import ROOT

TAMA = "132241"
PAGE = f"{GRAPH}{TAMA}/city-page"
FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
}
OF_SEVERAL = ("trig", "nq")


@pytest.fixture(scope="module")
def repository() -> Repository:
    return Repository(ROOT)


@pytest.fixture(scope="module")
def ground(repository: Repository) -> Intake:
    return Intake(repository)


def written(repository: Repository, ending: str, old: str = "", new: str = "", graphs: tuple[str, ...] = ()) -> bytes:
    """Write documents of Tama (its page, if no others are named), of which one text is another."""
    quads = []
    for name, text in repository.city(TAMA).items():
        if name in (graphs or (PAGE,)):
            graph = ox.NamedNode(name) if ending in OF_SEVERAL else ox.DefaultGraph()
            said = text.decode().replace(old, new) if old else text.decode()
            quads += [
                ox.Quad(each.subject, each.predicate, each.object, graph)
                for each in ox.parse(said, ox.RdfFormat.TURTLE)
            ]
    return ox.serialize(quads, format=FORMATS[ending]) or b""


def rules(report: Report) -> set[str]:
    return {each.rule for each in report.findings}


@pytest.mark.parametrize("ending", FORMATS)
def test_a_document_is_right_in_every_syntax_and_leaves_the_others_as_they_are(
    repository: Repository, ground: Intake, ending: str
) -> None:
    report = ground.examine(f"page.{ending}", written(repository, ending))
    assert (report.conforms, report.city) == (True, TAMA)
    assert rules(report) == {"cells:documents-kept"}
    present = repository.city(TAMA)
    assert report.graphs.keys() == present.keys()
    for name, text in report.graphs.items():
        assert set(read_statements(text)) == set(read_statements(present[name]))


@pytest.mark.parametrize("ending", OF_SEVERAL)
def test_all_documents_of_a_city_come_in_one_file(repository: Repository, ground: Intake, ending: str) -> None:
    whole = written(repository, ending, graphs=tuple(repository.city(TAMA)))
    report = ground.examine(f"city.{ending}", whole)
    assert (report.city, report.findings, report.graphs.keys()) == (TAMA, [], repository.city(TAMA).keys())


@pytest.mark.parametrize("ending", FORMATS)
def test_what_is_wrong_is_told_by_the_same_rules_and_with_its_line(
    repository: Repository, ground: Intake, ending: str
) -> None:
    name = f"page.{ending}"
    report = ground.examine(name, written(repository, ending, "sas:position 1 ;", "sas:position 0 ;"))
    wrong = [each for each in report.findings if each.severity == "violation"]
    assert {each.rule for each in wrong} >= {"shapes:Tier-position-minInclusive"}
    lines = written(repository, ending, "sas:position 1 ;", "sas:position 0 ;").decode().splitlines()
    for each in wrong:
        # The engine writes JSON on one line.
        assert each.place.line
        assert each.focus.rpartition("/")[2] in lines[each.place.line - 1]
    assert not report.conforms


@pytest.mark.parametrize("ending", OF_SEVERAL)
def test_what_stands_in_no_document_is_told(repository: Repository, ground: Intake, ending: str) -> None:
    content = written(repository, "nt" if ending == "nq" else "ttl")
    assert rules(ground.examine(f"page.{ending}", content)) == {f"{'nquads' if ending == 'nq' else 'trig'}:graph"}
    broken = ground.examine(f"page.{ending}", b"<a:a> <a:b>\n<a:c")
    assert rules(broken) == {f"{'nquads' if ending == 'nq' else 'trig'}:syntax"}


@pytest.mark.parametrize("ending", FORMATS)
def test_it_is_handed_in_and_accepted_like_a_workbook(
    repository: Repository, ground: Intake, ending: str, tmp_path: Path
) -> None:
    kept = Repository(ROOT, tmp_path)
    desk = Desk(tmp_path)

    def bearer(city: str) -> Token:
        return tokens.bearer(desk, tokens.make(desk, city or "a reviewer", city, "me"))

    name = f"page.{ending}"
    content = written(repository, ending, "第1層", "第一層")
    report = ground.examine(name, content)
    assert report.conforms, [each.sentence("en") for each in report.findings]
    handed = Handed(name, content, intake.as_json(report), 0, report.city, report.graphs)
    receipt = publish.submit(desk, kept, bearer(TAMA), handed)
    publish.accept(desk, kept, None, bearer(""), receipt)
    after = kept.city(TAMA)
    assert "第一層" in after[PAGE].decode()
    assert [each for each, text in after.items() if text != repository.city(TAMA)[each]] == [PAGE]


def test_a_file_of_no_city_or_of_two_is_not_received(repository: Repository, ground: Intake, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    city = tokens.bearer(desk, tokens.make(desk, "of Tama", TAMA, "me"))
    report = ground.examine("file.ttl", b"<a:a> <a:b> <a:c> .\n")
    assert report.city == ""
    with pytest.raises(ServiceError) as caught:
        publish.submit(desk, repository, city, Handed("file.ttl", b"", b"{}", 0, report.city, report.graphs))
    assert caught.value.key == "whose-file"
    assert f"graph/{TAMA}/" in caught.value.message("ja")
