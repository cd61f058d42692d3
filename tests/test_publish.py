"""A city's file on its way into the graph: received, looked at, accepted, seen by readers; or returned, or undone."""

import io
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from rdflib import Literal, URIRef

from sasaeai import intake, publish
from sasaeai.desk import Desk, audit, revisions, submissions, tokens
from sasaeai.desk.tokens import Token
from sasaeai.errors import ServiceError
from sasaeai.fields import Statement, read_statements, written_as_turtle
from sasaeai.publish import Handed
from sasaeai.repository import Repository, digest
from sasaeai.statements.paging import Paging
from sasaeai.store.local import LocalStore
from sasaeai.vocabulary import GRAPH, ID, ORG, PREF_LABEL, RDF_TYPE, SAS, XSD

from .conftest import ROOT
from .counting import CountingStore, opened

TAMA, SHIZUOKA = "132241", "221007"
PAGE = f"{GRAPH}{TAMA}/city-page"
COUNCIL = f"{ID}{TAMA}/council/marutto"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(ROOT, tmp_path / "state")


@pytest.fixture(scope="module")
def packaged() -> LocalStore:
    return LocalStore(Repository(ROOT))


@pytest.fixture
def desk(repository: Repository) -> Desk:
    assert repository.state
    return Desk(repository.state)


def token(desk: Desk, city: str = "") -> Token:
    return tokens.bearer(desk, tokens.make(desk, f"of {city or 'a reviewer'} {len(tokens.every(desk))}", city, "me"))


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ServiceError) as caught:
        call()
    assert caught.value.message("ja") != caught.value.message("en")
    return caught.value.key


def handed(graphs: Mapping[str, bytes], city: str = TAMA, mistakes: int = 0) -> Handed:
    return Handed("city.xlsx", b"bytes", b"{}", mistakes, city, graphs)


def changed(
    repository: Repository, change: Callable[[list[Statement]], list[Statement]], graph: str = PAGE
) -> dict[str, bytes]:
    """Return the documents of Tama, one of them changed."""
    present = repository.city(TAMA)
    return present | {graph: written_as_turtle(change(read_statements(present[graph])), {"sas": SAS})}


def renamed(repository: Repository, name: str = "新しい名称") -> dict[str, bytes]:
    """Return the documents of Tama, in which its council has one more name."""

    def change(statements: list[Statement]) -> list[Statement]:
        alternative = "http://www.w3.org/2004/02/skos/core#altLabel"
        return [*statements, (COUNCIL, alternative, Literal(name, lang="ja"))]

    return changed(repository, change)


def names(store: LocalStore) -> set[str]:
    query = f"SELECT ?n {{ <{COUNCIL}> <http://www.w3.org/2004/02/skos/core#altLabel> ?n }}"
    return set(store.query(query).body.decode().split('"')) & {"新しい名称", "別の名称"}


def submitted(desk: Desk, repository: Repository, graphs: Mapping[str, bytes]) -> str:
    return publish.submit(desk, repository, token(desk, TAMA), handed(graphs))


def rewritten_by(repository: Repository, title: str) -> str:
    """Find the document of this title among Tama's."""
    return next(
        name for name, text in repository.city(TAMA).items() if title.split(" [", maxsplit=1)[0].encode() in text
    )


# Handing in


def test_a_workbook_goes_from_a_cell_to_what_readers_see(desk: Desk, repository: Repository) -> None:
    book = openpyxl.load_workbook(io.BytesIO(intake.template(repository, TAMA)))
    sheet = book["協議体"]
    heads = {str(cell.value): place for place, cell in enumerate(sheet[1], 1)}
    column = next(place for name, place in heads.items() if name.startswith("別名"))
    source = next(place for place, cell in enumerate(sheet[1], 1) if cell.value == "出典")
    row = next(place for place, cell in enumerate(sheet["A"], 1) if cell.value == f"{TAMA}/council/marutto")
    sheet.cell(row, column, "新しい名称")
    rewritten = rewritten_by(repository, str(sheet.cell(row, source).value))
    written = io.BytesIO()
    book.save(written)
    report = intake.examine(repository, "多摩市.xlsx", written.getvalue())
    file = Handed(
        report.name,
        written.getvalue(),
        intake.as_json(report),
        report.count("violation"),
        report.city,
        report.graphs,
    )
    store = LocalStore(repository)
    assert names(store) == set()
    receipt = publish.submit(desk, repository, token(desk, TAMA), file)
    accepted = publish.accept(desk, repository, store, token(desk), receipt)
    assert names(store) == {"新しい名称"}
    assert accepted.version == store.version() == repository.version() == LocalStore(repository).version()
    # Only the document that says something else was written anew.
    kept = Repository(ROOT).city(TAMA)
    assert [name for name, text in repository.city(TAMA).items() if text != kept[name]] == [rewritten]


def test_a_city_hands_in_only_what_is_its_own(desk: Desk, repository: Repository) -> None:
    graphs, own = renamed(repository), token(desk, TAMA)

    def refused(file: Handed, bearer: Token = own) -> str:
        return refusal(lambda: publish.submit(desk, repository, bearer, file))

    assert refused(handed(graphs), token(desk, SHIZUOKA)) == "another-city"
    assert refused(handed(graphs), token(desk)) == "cities-only"
    foreign = b"<https://w3id.org/sasaeai/id/221007/council/x> <https://w3id.org/sasaeai/ns#name> 'x' .\n"
    assert refused(handed(graphs | {PAGE: graphs[PAGE] + foreign})) == "another-city"
    assert refused(handed(graphs | {f"{GRAPH}{SHIZUOKA}/page": graphs[PAGE]})) == "another-city"
    assert refused(handed(graphs | {f"{GRAPH}organisations": graphs[PAGE]})) == "another-city"
    assert submissions.every(desk) == []


@pytest.mark.parametrize("name", ["/page", "../221007/page", "a/../../x", ".", "a b", "a\\b", "a\n", "", "x" * 300])
def test_a_document_has_a_name_that_a_file_can_have(desk: Desk, repository: Repository, name: str) -> None:
    graphs, own = renamed(repository), token(desk, TAMA)
    file = handed(graphs | {f"{GRAPH}{TAMA}/{name}": graphs[PAGE]})
    assert refusal(lambda: publish.submit(desk, repository, own, file)) == "document-name"
    assert submissions.every(desk) == []


def test_a_designated_city_speaks_of_its_own_wards(desk: Desk, repository: Repository) -> None:
    own = token(desk, SHIZUOKA)
    (name, text), *others = repository.city(SHIZUOKA).items()

    def speaking_of(ward: str) -> dict[str, bytes]:
        said = f"<{ID}{ward}> <http://www.w3.org/2004/02/skos/core#note> '広い'@ja .\n"
        return {name: text + said.encode(), **dict(others)}

    assert publish.submit(desk, repository, own, handed(speaking_of("221015"), SHIZUOKA))
    other = handed(speaking_of("141011"), SHIZUOKA)
    assert refusal(lambda: publish.submit(desk, repository, own, other)) == "another-city"


def test_what_has_mistakes_or_changes_nothing_is_not_received(desk: Desk, repository: Repository) -> None:
    own = token(desk, TAMA)
    file = handed(renamed(repository), mistakes=2)
    assert refusal(lambda: publish.submit(desk, repository, own, file)) == "not-conforming"
    same = handed(repository.city(TAMA))
    assert refusal(lambda: publish.submit(desk, repository, own, same)) == "changes-nothing"
    assert submissions.every(desk) == []


def test_a_city_sees_its_own_submissions_and_a_reviewer_all(desk: Desk, repository: Repository) -> None:
    receipt = submitted(desk, repository, renamed(repository))
    own, other, reviewer = token(desk, TAMA), token(desk, SHIZUOKA), token(desk)
    assert publish.listed(desk, own, Paging()) == publish.listed(desk, reviewer, Paging())
    assert publish.listed(desk, other, Paging()) == ([], 0)
    assert publish.find(desk, own, receipt).content == b"bytes"
    assert refusal(lambda: publish.find(desk, other, receipt)) == "another-city"


# Looking


def test_a_review_tells_the_change_in_statements_and_in_words(
    desk: Desk, repository: Repository, packaged: LocalStore
) -> None:
    found = publish.review(desk, repository, packaged, submitted(desk, repository, renamed(repository)))
    (change,) = found.changes
    assert (change.graph, change.added, change.statement[0]) == (PAGE, True, COUNCIL)
    assert found.wording.sentence(change.statement, "ja").endswith("：新しい名称")
    assert "marutto" not in found.wording.sentence(change.statement, "ja")
    assert not found.outdated
    assert found.warnings == []


def test_a_council_that_vanishes_and_a_document_left_out_are_pointed_at(
    desk: Desk, repository: Repository, packaged: LocalStore
) -> None:
    (other,) = repository.city(TAMA).keys() - {PAGE}
    before = read_statements(repository.city(TAMA)[PAGE])
    councils = {thing for thing, path, value in before if path == RDF_TYPE and str(value) == SAS + "Council"}
    graphs = changed(repository, lambda said: [each for each in said if each[0] not in councils])
    del graphs[other]
    found = publish.review(desk, repository, packaged, submitted(desk, repository, graphs))
    assert found.warnings[0].key == "document-gone"
    assert "source/" not in found.warnings[0].messages["ja"]
    gone = {thing for each in found.warnings if each.key == "things-gone" for thing in each.things}
    assert councils <= gone
    assert all(not each.added for each in found.changes)
    for warning in found.warnings:
        assert "協議体" in warning.messages["ja"] or warning.key != "things-gone" or not set(warning.things) & councils


def test_a_number_or_a_membership_that_trebles_is_pointed_at(
    desk: Desk, repository: Repository, packaged: LocalStore
) -> None:
    before = read_statements(repository.city(TAMA)[PAGE])
    integer = URIRef(XSD + "integer")
    number = next(each for each in before if getattr(each[2], "datatype", "") == integer and int(str(each[2])) >= 5)

    def trebled(said: list[Statement]) -> list[Statement]:
        more = Literal(str(int(str(number[2])) * 3), datatype=integer)
        members = [(f"{ID}{TAMA}/membership/new-{each}", ORG + "organization", URIRef(COUNCIL)) for each in range(100)]
        return [(number[0], number[1], more) if each == number else each for each in said] + members

    found = publish.review(desk, repository, packaged, submitted(desk, repository, changed(repository, trebled)))
    keys = {each.key: each for each in found.warnings}
    assert keys["number-changed"].things == (number[0],)
    assert str(int(str(number[2])) * 3) in keys["number-changed"].messages["en"]
    assert keys["links-changed"].things == (COUNCIL,)


def test_other_words_quoted_from_the_same_document_are_pointed_at(
    desk: Desk, repository: Repository, packaged: LocalStore
) -> None:
    quote = next(each for each in read_statements(repository.city(TAMA)[PAGE]) if each[1] == SAS + "quote")
    other = (*quote[:2], Literal("担当者が書き換えた根拠", lang="ja"))
    graphs = changed(repository, lambda said: [other if each == quote else each for each in said])
    found = publish.review(desk, repository, packaged, submitted(desk, repository, graphs))
    (warning,) = found.warnings
    assert (warning.key, warning.things) == ("quote-changed", (quote[0],))
    for words in warning.messages.values():
        assert str(quote[2]) in words
        assert "担当者が書き換えた根拠" in words
    added = changed(repository, lambda said: [*said, other])
    assert publish.review(desk, repository, packaged, submitted(desk, repository, added)).warnings == []


def test_a_council_that_loses_all_its_members_is_pointed_at(
    desk: Desk, repository: Repository, packaged: LocalStore
) -> None:
    member = (ORG + "organization", URIRef(COUNCIL))
    graphs = changed(repository, lambda said: [each for each in said if each[1:] != member])
    found = publish.review(desk, repository, packaged, submitted(desk, repository, graphs))
    (warning,) = [each for each in found.warnings if each.key == "links-changed"]
    assert warning.things == (COUNCIL,)
    assert warning.messages["en"].endswith(" to 0.")


def organisation(key: str, name: str) -> list[Statement]:
    iri = f"{ID}{TAMA}/org/{key}"
    return [
        (iri, RDF_TYPE, URIRef(ORG + "FormalOrganization")),
        (iri, PREF_LABEL, Literal(name, lang="ja")),
        (iri, PREF_LABEL, Literal(key, lang="en")),
    ]


def test_a_new_organisation_is_matched_to_known_ones_and_the_reviewer_chooses(
    desk: Desk, repository: Repository, packaged: LocalStore
) -> None:
    new, known = f"{ID}{TAMA}/org/otsuka", f"{ID}org/otsuka-pharmaceutical"
    link = (COUNCIL, SAS + "namedWith", URIRef(new))
    graphs = changed(repository, lambda said: [*said, *organisation("otsuka", "大塚製薬 (株)多摩"), link])
    receipt = submitted(desk, repository, graphs)
    found = publish.review(desk, repository, packaged, receipt)
    assert (new, known) in {(each.new, each.known) for each in found.candidates}
    store, reviewer = LocalStore(repository), token(desk)
    for pair in ({new: f"{ID}org/nobody"}, {f"{ID}{TAMA}/org/none": known}, {COUNCIL: known}):
        choice = partial(publish.accept, desk, repository, store, reviewer, receipt, same=pair)
        assert refusal(choice) == "not-an-organisation"
    publish.accept(desk, repository, store, reviewer, receipt, same={new: known})
    said = read_statements(repository.city(TAMA)[PAGE])
    assert (COUNCIL, SAS + "namedWith", URIRef(known)) in said
    assert all(thing != new and str(value) != new for thing, _, value in said)
    alternative = "http://www.w3.org/2004/02/skos/core#altLabel"
    assert (known, alternative, Literal("大塚製薬 (株)多摩", lang="ja")) in said
    assert not [each for each in said if each[:2] == (known, PREF_LABEL)]


def test_an_organisation_that_the_file_itself_removes_is_offered_to_none(
    desk: Desk, repository: Repository, packaged: LocalStore
) -> None:
    said = [each for text in repository.city(TAMA).values() for each in read_statements(text)]
    old = next(thing for thing, path, _ in said if thing.startswith(f"{ID}{TAMA}/org/") and path == PREF_LABEL)
    graphs = {name: text.replace(old.encode(), f"{old}-anew".encode()) for name, text in repository.city(TAMA).items()}
    graphs = {
        name: text.replace(old.removeprefix(ID).encode() + b">", f"{old.removeprefix(ID)}-anew>".encode())
        for name, text in graphs.items()
    }
    found = publish.review(desk, repository, packaged, submitted(desk, repository, graphs))
    assert {each.statement[0] for each in found.changes if each.added} >= {f"{old}-anew"}
    assert old not in {each.known for each in found.candidates}


# Deciding


def test_a_city_s_token_decides_nothing(desk: Desk, repository: Repository) -> None:
    receipt, own = submitted(desk, repository, renamed(repository)), token(desk, TAMA)
    for call in (
        lambda: publish.accept(desk, repository, None, own, receipt),
        lambda: publish.return_(desk, own, receipt, "no"),
        lambda: publish.restore(desk, repository, None, own, 1),
    ):
        assert refusal(call) == "reviewers-only"
    assert submissions.find(desk, receipt).state == "received"


def test_a_submission_is_returned_with_a_comment(desk: Desk, repository: Repository, packaged: LocalStore) -> None:
    receipt, reviewer = submitted(desk, repository, renamed(repository)), token(desk)
    assert refusal(lambda: publish.return_(desk, reviewer, receipt, " ")) == "no-comment"
    publish.return_(desk, reviewer, receipt, "出典を書いてください")
    assert submissions.find(desk, receipt).comment == "出典を書いてください"
    assert refusal(lambda: publish.review(desk, repository, packaged, receipt)) == "already-decided"
    assert refusal(lambda: publish.accept(desk, repository, None, reviewer, receipt)) == "already-decided"


def test_what_was_submitted_before_the_city_changed_is_accepted_only_over_it(
    desk: Desk, repository: Repository
) -> None:
    first = submitted(desk, repository, renamed(repository))
    second = submitted(desk, repository, renamed(repository, "別の名称"))
    store, reviewer = LocalStore(repository), token(desk)
    publish.accept(desk, repository, store, reviewer, first)
    found = publish.review(desk, repository, store, second)
    assert found.outdated
    assert sorted(each.added for each in found.changes) == [False, True]
    assert refusal(lambda: publish.accept(desk, repository, store, reviewer, second)) == "city-has-changed"
    publish.accept(desk, repository, store, reviewer, second, over=True)
    assert names(store) == {"別の名称"}


def test_what_conforms_no_more_is_not_accepted(desk: Desk, repository: Repository) -> None:
    dangling = (COUNCIL, SAS + "namedWith", URIRef(f"{ID}{TAMA}/org/gone"))
    receipt = submitted(desk, repository, changed(repository, lambda said: [*said, dangling]))
    assert refusal(lambda: publish.accept(desk, repository, None, token(desk), receipt)) == "not-conforming"
    assert revisions.of_city(desk) == []


def test_an_earlier_revision_is_restored_for_all_readers(desk: Desk, repository: Repository) -> None:
    store, reviewer = LocalStore(repository), token(desk)
    first = publish.accept(desk, repository, store, reviewer, submitted(desk, repository, renamed(repository)))
    graphs = renamed(Repository(ROOT), "別の名称")
    publish.accept(desk, repository, store, reviewer, submitted(desk, repository, graphs))
    restored = publish.restore(desk, repository, store, reviewer, first.revision.id)
    assert names(store) == {"新しい名称"}
    assert restored.version == first.version
    assert [each.what for each in audit.entries(desk) if each.what in ("accepted", "restored")] == [
        "accepted",
        "accepted",
        "restored",
    ]


class AwayStore(LocalStore):
    def publish(self, graphs: Mapping[str, bytes | None]) -> str:  # noqa: ARG002
        raise ServiceError("engine-away", 503, retry_after=5)


def test_a_revision_that_the_rules_do_not_go_with_any_more_is_not_restored(desk: Desk, repository: Repository) -> None:
    wrong = repository.city(TAMA)[PAGE].replace(b"sas:position 1 ;", b"sas:position 0 ;")
    base = repository.packaged(TAMA)
    with desk.writing() as connection:
        revisions.add(connection, TAMA, revisions.Content({PAGE: wrong}, base), "of old", after=0)
        revisions.add(connection, TAMA, revisions.Content(Repository(ROOT).city(TAMA), base), "of late", after=1)
    reviewer = token(desk)
    assert refusal(lambda: publish.restore(desk, repository, None, reviewer, 1)) == "revision-not-conforming"
    assert len(revisions.of_city(desk, TAMA)) == 2
    assert publish.restore(desk, repository, None, reviewer, 2).revision.restored == 2


def test_a_document_on_which_another_rests_is_not_left_out(desk: Desk, repository: Repository) -> None:
    present = repository.city(TAMA)
    rests_on = next(
        name
        for name in present
        if name != PAGE and any(str(value).startswith(f"{ID}{TAMA}/") for _, _, value in read_statements(present[name]))
    )
    receipt = submitted(desk, repository, {rests_on: present[rests_on]})
    assert refusal(lambda: publish.accept(desk, repository, None, token(desk), receipt)) == "not-conforming"


def test_without_an_engine_a_revision_is_accepted_and_seen_at_the_next_start(
    desk: Desk, repository: Repository
) -> None:
    receipt = submitted(desk, repository, renamed(repository))
    accepted = publish.accept(desk, repository, AwayStore(repository), token(desk), receipt)
    assert accepted.version == ""
    assert names(LocalStore(repository)) == {"新しい名称"}


# What it takes


def test_what_the_desk_reads_and_asks_is_of_the_one_city(
    desk: Desk, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = repository.packaged(SHIZUOKA)
    with desk.writing() as connection:
        revisions.add(connection, SHIZUOKA, revisions.Content(repository.city(SHIZUOKA), base), "of old", after=0)
    store, reviewer, own = CountingStore(repository), token(desk), token(desk, TAMA)
    read: list[str] = []
    whole = revisions._graphs

    def noted(connection: sqlite3.Connection, number: int) -> dict[str, bytes]:
        read.extend(graphs := whole(connection, number))
        return graphs

    monkeypatch.setattr(revisions, "_graphs", noted)
    otsuka = organisation("otsuka", "大塚製薬 (株)多摩")
    graphs = renamed(repository) | changed(repository, lambda said: [*said, *otsuka], PAGE)

    def asked(step: Callable[[], object]) -> int:
        store.asked.clear()
        with opened() as files:
            step()
        theirs = [each for each in files if "cities" in each.parts and not each.match(f"*/cities/{TAMA}-*/*")]
        assert theirs == []
        assert not [each for each in read if SHIZUOKA in each]
        return len(store.asked)

    assert asked(lambda: publish.submit(desk, repository, own, handed(graphs))) == 0
    (waiting,), _ = publish.listed(desk, reviewer, Paging())
    assert asked(lambda: publish.review(desk, repository, store, waiting.id)) <= 4
    same = {f"{ID}{TAMA}/org/otsuka": f"{ID}org/otsuka-pharmaceutical"}

    def accept() -> None:
        publish.accept(desk, repository, store, reviewer, waiting.id, same=same, judge=lambda _: 0)

    assert asked(accept) == 1
    (made, _), _ = publish.history(desk, reviewer, Paging())
    assert asked(lambda: publish.whole(desk, repository, store, made)) == 1
    assert asked(lambda: publish.between(desk, repository, store, made, 0)) == 1
    assert asked(lambda: publish.restore(desk, repository, store, reviewer, made.id, judge=lambda _: 0)) == 0
    assert asked(lambda: publish.export(desk, repository, TAMA)) == 0


# Export


def test_revisions_are_exported_as_files_that_say_the_same(desk: Desk, repository: Repository, tmp_path: Path) -> None:
    assert publish.export(desk, repository) == {}
    (other,) = repository.city(TAMA).keys() - {PAGE}
    graphs = renamed(repository)
    del graphs[other]
    receipt = submitted(desk, repository, graphs)
    publish.accept(desk, repository, None, token(desk), receipt, over=True)
    files = publish.export(desk, repository, TAMA)
    assert files == publish.export(desk, repository)
    assert publish.export(desk, repository, SHIZUOKA) == {}
    for folder in ("ontology", "shapes", "data", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / "copy" / folder)
    for path, content in files.items():
        if content is None:
            (tmp_path / "copy" / path).unlink()
        else:
            (tmp_path / "copy" / path).write_bytes(content)
    taken_over = Repository(tmp_path / "copy")
    assert taken_over.version() == repository.version()
    assert Repository(tmp_path / "copy", repository.state).conflicts() == []


def test_the_folder_of_a_city_without_files_is_named_as_the_others_are(desk: Desk, repository: Repository) -> None:
    code = "011002"
    name = f"{GRAPH}{code}/page"
    content = revisions.Content({name: b"<a:a> <a:b> <a:c> .\n"}, {})
    with desk.writing() as connection:
        revisions.add(connection, code, content, "a reviewer", after=0)
    assert list(publish.export(desk, repository)) == [Path("data/cities/011002-sapporo/page.ttl")]
    assert digest(repository.city(code)[name]) == digest(b"<a:a> <a:b> <a:c> .\n")
