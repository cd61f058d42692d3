"""Asking a question of the catalogue: what a request gives it, and its page with the form and the answer."""

import functools
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Response, redirect, render_template, request

from sasaeai import calendar, catalogue
from sasaeai.catalogue import Question, Reply
from sasaeai.errors import ServiceError
from sasaeai.statements import Row, concepts, evidence, paging
from sasaeai.statements.municipalities import BETWEEN
from sasaeai.statements.paging import Paging
from sasaeai.web import answers, documents, lists, problems
from sasaeai.web.context import here, language
from sasaeai.web.links import path_of

_OF_THE_PAGE = {"page", "limit", "_format", "_mediatype"}

_TOO_MUCH = {"deadline", "stopped", "answer-too-large"}
"""What is wrong where too much was asked for: of fewer cities it can be asked in the form."""

_QUOTED = 10
"""Things of a row whose quotes are shown on the page; the files name all."""


def arguments(question: Question) -> dict[str, list[str]]:
    """Return what this request gives a question: its own parameters, and those it has none of."""
    given = catalogue.arguments_of(request.args.items(multi=True))
    for name in _OF_THE_PAGE - question.parameters.keys():
        given.pop(name, None)
    if "lang" in question.parameters:
        given.setdefault("lang", [language()])
    else:
        given.pop("lang", None)
    return given


def resolved(question: Question, given: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return arguments as a query takes them; ServiceError 400 naming the parameter where one cannot be read."""
    return catalogue.resolved(here().store, here().repository, question, given)


def paged() -> Paging | None:
    """Return the page asked for, or None where the whole answer is."""
    given = catalogue.arguments_of(request.args.items(multi=True))
    return paging.read(given) if given.keys() & {"page", "limit"} else None


def page(question: Question) -> Response:
    """Show a question with its form, and its answer or what is wrong with what was given."""
    given = arguments(question)
    if "asOf" not in question.parameters:
        given.pop("asOf", None)  # it goes along with every link, also to what knows no day
    if any(each.required and each.name not in given for each in question.parameters.values()):
        # Who comes by a link has not been asked yet.
        return answers.send_page(_form(question, given), here().store.version())
    try:
        known = resolved(question, given)
        asked = paged() or Paging()
        reply = catalogue.ask(here().by_city, question, known, asked)
    except ServiceError as error:
        if error.status != 400 and error.key not in _TOO_MUCH:
            raise
        return problems.mark(answers.send_page(_form(question, given, error)), error)
    empty = not all(value.strip() for _, value in request.args.items(multi=True))
    if empty or any(known[name] != request.args.getlist(name) for name in known.keys() - {"lang"}):
        # What a form sends, names and empty fields among it, has an address that can be shared.
        query = _query(known)
        return redirect(path_of(request.path) + (f"?{query}" if query else ""), code=303)  # type: ignore[return-value]
    response = answers.send_page(_answer(question, reply, asked), reply.rows.version)
    documents.link(response, *answers.files(catalogue.FORMATS, functools.partial(_address, reply)))
    return documents.link_pages(response, asked, reply.total)


def _query(known: Mapping[str, Sequence[str]]) -> str:
    """Return the query string that asks for values, in the language and on the page asked for."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in known or name == "lang"]
    asked = [(name, value) for name, values in known.items() if name != "lang" for value in values]
    return urlencode([*asked, *((name, value) for name, value in kept if value.strip())])


def _form(question: Question, given: Mapping[str, Sequence[str]], error: ServiceError | None = None) -> str:
    if error and error.key == "ambiguous-municipality":
        # What stands in the field is chosen from instead: left there, it would be ambiguous again.
        wrong, name = error.parameters["value"], error.parameters["parameter"]
        parts = [part.strip() for text in given[name] for part in BETWEEN.split(text)]
        given = {**given, name: [part for part in parts if part != wrong]}
    return render_template("question.html", error=error, **_fields(question, given))


def _answer(question: Question, reply: Reply, asked: Paging) -> str:
    rows = reply.rows.rows
    lines = catalogue.lines(question.chart, reply.whole, language())
    quoted = {row[catalogue.EVIDENCE]["value"] for row in rows if catalogue.EVIDENCE in row}
    things = [thing for each in quoted for thing in each.split()[:_QUOTED]]
    told = evidence.evidence(here().store, here().repository, things, language())
    shown = [name for name in reply.rows.columns if _stands_alone(name, reply.rows.columns)]
    filled = [name for name in shown if any(name in row or f"{name}State" in row for row in rows)]
    common = [name for name in filled if len(rows) > 1 and all(_same(row, rows[0], name) for row in rows)]
    return render_template(
        "question.html",
        reply=reply,
        file=functools.partial(_address, reply),
        paging=asked,
        columns=[name for name in filled if name not in common],
        common=common,
        empty=[name for name in shown if name not in filled],
        evidence_of=lambda row: [
            each for thing in row["evidence"]["value"].split()[:_QUOTED] for each in told.get(thing, [])
        ],
        quoted=_QUOTED,
        today=calendar.today(),
        lines=len(lines),
        sparql=catalogue.fill(question, reply.arguments),
        version=reply.rows.version,
        **_fields(question, reply.arguments),
    )


def _address(reply: Reply, extension: str) -> str:
    """Return the address of the whole answer as a file."""
    return f"/queries/{reply.question.name}.{extension}?{urlencode(reply.arguments, doseq=True)}"


def _stands_alone(name: str, columns: Sequence[str]) -> bool:
    """Tell whether a column has a place of its own: labels, states of a value and evidence stand in those of others."""
    beside = next((name.removesuffix(each) for each in ("Label", "State") if name.endswith(each)), name)
    return name != catalogue.EVIDENCE and (beside == name or beside not in columns)


def _same(one: Row, other: Row, name: str) -> bool:
    return all(one.get(each) == other.get(each) for each in (name, f"{name}Label", f"{name}State"))


def _fields(question: Question, given: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """Return what the form needs: what has been given, and what can be chosen."""
    schemes = {each.scheme for each in question.parameters.values() if each.scheme}
    return {
        "question": question,
        "given": given,
        "themes": here().themes,
        "example": urlencode(catalogue.example(question, language()), doseq=True),
        "concepts": {name: concepts.scheme(here().store, here().repository, name).concepts for name in schemes},
        **lists.choices(given.get("m", ())),
    }
