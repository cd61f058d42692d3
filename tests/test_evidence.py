"""Every quote stands in its document."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sasaeai import evidence
from sasaeai.evidence import Document, Quote
from sasaeai.repository import Repository
from sasaeai.store.local import LocalStore

TEXT = "一行目  第1層\n\n二行目\t表 の 行\n三行目\n"


@pytest.fixture(scope="module")
def documents(repository: Repository) -> list[Document]:
    return evidence.documents(LocalStore(repository), repository)


@pytest.fixture
def sources() -> Path | None:
    named = os.environ.get("SASAEAI_SOURCES")
    return Path(named) if named else None


def document(folder: Path, *quotes: str, sha256: str | None = None) -> Document:
    content = TEXT.encode()
    (folder / "text.txt").write_bytes(content)
    digest = sha256 or hashlib.sha256(content).hexdigest()
    return Document("g", "s", "text.txt", digest, tuple(Quote("r", text) for text in quotes))


def test_each_of_the_five_documents_is_quoted(documents: list[Document]) -> None:
    assert len(documents) == 5
    assert all(len(each.quotes) > 50 for each in documents)


def test_every_quote_can_be_checked_by_who_has_the_text(documents: list[Document]) -> None:
    for each in documents:
        assert not evidence.examine(each, None).findings


def test_every_quote_stands_in_its_document(documents: list[Document], sources: Path | None) -> None:
    if sources is None:
        pytest.skip(
            "SASAEAI_SOURCES names no folder; not looked up: " + ", ".join(str(each.file) for each in documents)
        )
    for each in documents:
        result = evidence.examine(each, sources)
        assert result.checked, each.file
        assert not result.findings
    assert {each.file for each in documents} == {path.name for path in sources.glob("*.txt")}


def test_a_quote_may_leap_over_white_space_and_lines(tmp_path: Path) -> None:
    result = evidence.examine(document(tmp_path, "一行目 第1層二行目"), tmp_path)
    assert not result.findings
    assert result.untouched == ((4, "三行目"),)


def test_a_quote_that_the_document_does_not_have_is_found(tmp_path: Path) -> None:
    result = evidence.examine(document(tmp_path, "一行目第1層", "四行目です"), tmp_path)
    assert [each.key for each in result.findings] == ["missing"]
    assert "四行目です" in result.findings[0].detail


def test_a_quote_too_short_or_too_long_is_found(tmp_path: Path) -> None:
    result = evidence.examine(document(tmp_path, "三行目", "あ" * 81), None)
    assert [each.key for each in result.findings] == ["length", "length"]


def test_another_text_than_the_one_quoted_is_found(tmp_path: Path) -> None:
    assert [each.key for each in evidence.examine(document(tmp_path, sha256="0" * 64), tmp_path).findings] == [
        "other-text"
    ]


def test_a_source_without_a_digest_is_found_even_without_its_text() -> None:
    findings = evidence.examine(Document("g", "s", None, "ABC", ()), None).findings
    assert [each.key for each in findings] == ["no-file", "no-digest"]


@pytest.mark.parametrize(("is_workbook", "said"), [(False, "as the city gave them"), (True, "cells of the city's own")])
def test_of_a_source_whose_text_nobody_keeps_it_is_said_what_its_quotes_rest_on(
    tmp_path: Path, is_workbook: bool, said: str
) -> None:
    result = evidence.examine(Document("g", "s", None, None, (Quote("r", "三行目です"),), is_workbook), tmp_path)
    assert (result.findings, result.checked) == ((), False)
    assert said in result.state


def test_quotes_of_a_graph_that_names_no_document_are_found(repository: Repository) -> None:
    store = LocalStore(repository)
    store.publish(
        {"https://w3id.org/sasaeai/graph/x": '<x:a> <https://w3id.org/sasaeai/ns#quote> "引用です"@ja .'.encode()}
    )
    (orphan,) = [each for each in evidence.documents(store, repository) if each.graph.endswith("/x")]
    assert [each.key for each in evidence.examine(orphan, None).findings] == ["no-source"]


def test_a_text_that_no_source_names_is_found(tmp_path: Path) -> None:
    named = document(tmp_path)
    (tmp_path / "other.txt").write_text(TEXT, "utf-8")
    assert [each.name for each in evidence.unnamed([named], tmp_path)] == ["other.txt"]


@given(st.text(), st.integers(0, 50), st.integers(4, 80))
def test_any_fragment_of_a_document_is_found_in_it(text: str, start: int, length: int) -> None:
    fragment = evidence.normalised(text)[start : start + length]
    _, missing = evidence._look_up(evidence.normalised(text), [Quote("r", fragment)] if fragment else [])
    assert not missing
