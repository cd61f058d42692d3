"""What the pages write by program and not by template: that nothing of the data is ever markup."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask, g
from markupsafe import Markup

from sasaeai.statements.evidence import Evidence
from sasaeai.statements.things import Thing, Value
from sasaeai.statements.validity import Validity
from sasaeai.thing import Value as Shown
from sasaeai.web.saying import Saying

NASTY = "<b onclick='x'>\"&amp;"
IRI = 'https://w3id.org/sasaeai/id/011002/a"b<c>'
TERM = {"type": "literal", "value": NASTY, "xml:lang": '"><i>'}
ADDRESS = {"type": "literal", "value": f"https://{NASTY}", "datatype": "http://www.w3.org/2001/XMLSchema#anyURI"}
QUOTE = Evidence(NASTY, IRI, IRI, NASTY, NASTY, NASTY)
THING = Thing(IRI, said={"prefLabel": [Value(NASTY, '"><i>')], "note": [Value(NASTY, '"><i>')]}, evidence=[QUOTE])

WRITES: list[Callable[[Saying], Markup]] = [
    lambda said: said.day(NASTY),
    lambda said: said.evidence([QUOTE, Evidence(NASTY, IRI)]),
    lambda said: said.value(Value(NASTY, '"><i>', IRI)),
    lambda said: said.values([Value(NASTY, '"><i>'), Value(NASTY, None, "javascript:alert(1)")]),
    lambda said: said.thing(THING),
    lambda said: said.standing(THING),
    lambda said: said.note(THING),
    lambda said: said.name(NASTY, {}),
    lambda said: said.linked(IRI, {IRI: Value(NASTY, '"><i>', IRI)}),
    lambda said: said.linked(NASTY, {}),
    lambda said: said.term(TERM, {}),
    lambda said: said.term({"type": "uri", "value": IRI}, {}),
    lambda said: said.called(TERM),
    lambda said: said.link(IRI, TERM),
    lambda said: said.link(NASTY, None),
    lambda said: said.shown(Shown(TERM, None, TERM, None, derived=False)),
    lambda said: said.shown(Shown({"type": "uri", "value": IRI}, TERM, None, None, derived=False)),
    lambda said: said.cells([Shown(ADDRESS, None, None, None, derived=False)] * 7),
]


@pytest.fixture
def said() -> Iterator[Saying]:
    with Flask(__name__).test_request_context("/?asOf="):
        g.language = "ja"
        yield Saying()


@pytest.mark.parametrize("write", WRITES)
def test_what_comes_from_data_is_text_and_never_markup(said: Saying, write: Callable[[Saying], Markup]) -> None:
    written = write(said)
    assert isinstance(written, Markup)
    tags = re.findall(r"<[^>]*>", written)
    assert all(re.fullmatch(r'</?[a-z]+(?: [a-z]+="[^"<>]*")*>', tag) for tag in tags), written
    assert "<b" not in written
    assert "<i" not in written
    assert "javascript:" not in written


def test_a_period_says_what_bounds_it_and_else_when_it_was_last_seen(said: Saying) -> None:
    known = Validity(valid_from=date(2017, 4, 1), not_after=date(2024, 3, 31), last_known=date(2023, 1, 1))
    assert said.period(known).striptags() == (
        "2017年4月1日（平成29年4月1日）から2024年3月31日（令和6年3月31日）以前のある日まで"
    )
    seen = Validity(first_known=date(2017, 4, 1), last_known=date(2023, 1, 1))
    assert said.period(seen).striptags() == "確認できる最後の日 2023年1月1日（令和5年1月1日）"
    assert said.period(Validity(first_known=date(2017, 4, 1))) == ""
    assert said.period(None) == ""


def test_a_language_is_marked_where_it_is_not_the_page_s(said: Saying) -> None:
    assert said.value(Value("多摩市", "ja")) == "多摩市"
    assert said.value(Value("Tama", "en")) == '<span lang="en">Tama</span>'
    assert said.values([]) == said.missing()
