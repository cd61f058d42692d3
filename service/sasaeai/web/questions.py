"""The questions of the catalogue: a list by theme, a page with a form, and the answer by suffix or Accept."""

import functools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request

from sasaeai import calendar, catalogue, charts
from sasaeai.catalogue import Question, Reply
from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME, GRAPH_FORMATS, RESULT_FORMATS, WORKBOOK, Format
from sasaeai.lists import wishes
from sasaeai.statements import Row, concepts, evidence, paging
from sasaeai.statements.finding import Index, words_of
from sasaeai.statements.municipalities import BETWEEN
from sasaeai.statements.paging import Paging
from sasaeai.store.writing import written
from sasaeai.vocabulary import BASE
from sasaeai.web import answers, documents, lists, particulars, problems
from sasaeai.web.context import Context, here, language
from sasaeai.web.links import path_of
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA, operation

blueprint = Blueprint("questions", __name__)

_OF_THE_PAGE = {"page", "limit", "_format", "_mediatype"}

_QUOTED = 10
"""Things of a row whose quotes are shown on the page; the files name all."""


@blueprint.get("/queries/")
@operation(
    "queries",
    "質問の一覧。RDFではSPARQL examples vocabularyによります。",
    "All questions. In RDF they are examples in the SPARQL examples vocabulary.",
    gives=[HTML, *GRAPH_FORMATS],
    answers=[400, 406],
    parameters=["q", "lang"],
    headers=["Link", "Content-Language"],
)
def listing() -> Response:
    """List the questions by theme, or those that words are found in; in RDF, as examples of what can be asked."""
    if answers.wants_html(GRAPH_FORMATS):
        words = wishes.words_in(catalogue.arguments_of(request.args.items(multi=True)))
        known, themes = list(here().questions.values()), here().themes
        found = [known[row] for row in _index(here()).find(words_of(words))]
        by_theme = {theme: [each for each in found if each.tags[0] == theme] for theme in themes}
        html = render_template("questions.html", words=words, by_theme=by_theme, themes=themes, count=len(found))
        response = answers.send_page(html, here().store.version())
    else:
        wanted = answers.required(GRAPH_FORMATS)
        response = answers.send_text(_examples(here(), wanted), wanted)
    response.headers["Link"] = ", ".join(
        f'</queries/?_format={each.name}>; rel="alternate"; type="{each.media_type}"' for each in GRAPH_FORMATS
    )
    return response


@functools.cache
def _index(context: Context) -> Index:
    """Index all that the questions say of themselves, in every language."""

    def said(question: Question) -> list[str]:
        named = [*question.columns.values(), *(each.label for each in question.parameters.values())]
        themes = [context.themes[tag] for tag in question.tags]
        words = [question.title, question.summary, question.caveat or {}, *themes, *named]
        return [question.name, *(text for each in words for text in each.values())]

    return Index(map(said, context.questions.values()))


@functools.cache
def _examples(context: Context, wanted: Format) -> bytes:
    """Write the questions in RDF; they are what was read at start, so that it is done once."""
    endpoint = (context.settings.public_base or BASE) + "sparql"
    described = catalogue.examples(context.questions.values(), context.prefixes, endpoint)
    return written(described, wanted, context.prefixes)


@blueprint.get("/queries/<name>")
@operation(
    "queries",
    "質問のページ(入力欄、答え、SPARQL)、または求められた形式の答え。",
    "The page of a question with its form, answer and SPARQL; or the answer in the format asked for.",
    gives=[HTML, *catalogue.FORMATS],
    answers=[303, 400, 404, 406, 410, 503],
    parameters=["page", "limit"],
    headers=[*OF_DATA, "Content-Disposition", "Deprecation"],
    each=particulars.questions,
)
def page(name: str) -> Response:
    """Show a question with its form and answer, or answer in the format asked for."""
    question = _question(name)
    if answers.wants_html(catalogue.FORMATS):
        return _marked(_page(question), question)
    return _marked(_file(question, answers.required(catalogue.FORMATS)), question)


@blueprint.get("/queries/<name>.<any(srj, srx, csv, tsv, json, xlsx, ttl, nt, rdf, jsonld, trig, nq):extension>")
@operation(
    "queries",
    "末尾の示す形式の答え。",
    "The answer in the format that the suffix names.",
    gives=catalogue.FORMATS,
    answers=[400, 410, 503],
    parameters=["page", "limit"],
    headers=[*OF_DATA, "Content-Disposition", "Deprecation"],
    each=particulars.questions,
)
def file(name: str, extension: str) -> Response:
    """Answer a question in the format its suffix names."""
    question = _question(name)
    return _marked(_file(question, answers.required(catalogue.FORMATS, extension=extension)), question)


@blueprint.get("/queries/<name>.rq")
@operation(
    "queries",
    "値を入れたSPARQL。",
    "The SPARQL, filled in with the values given.",
    gives=["application/sparql-query"],
    answers=[400, 410, 503],
    headers=["Deprecation", "Link"],
    each=particulars.questions,
)
def text(name: str) -> Response:
    """Give the SPARQL of a question, filled in with the arguments given."""
    question = _question(name)
    response = make_response(catalogue.fill(question, _resolved(question, _arguments(question))))
    response.headers["Content-Type"] = "application/sparql-query; charset=utf-8"
    return _marked(response, question)


@blueprint.get("/queries/<name>.svg")
@operation(
    "queries",
    "答えの図。",
    "A drawing of the answer.",
    gives=["image/svg+xml"],
    answers=[400, 410, 503],
    headers=OF_DATA,
    each=particulars.drawn,
)
def drawing(name: str) -> Response:
    """Draw the answer to a question whose header says how."""
    question = _question(name)
    if question.chart is None:
        raise ServiceError("not-found", 404, what=request.path)
    reply = catalogue.ask(here().store, question, _resolved(question, _arguments(question)), None)
    lines = catalogue.lines(question.chart, reply.whole, language())
    shapes = charts.panels([(each.title, each.points) for each in lines])
    svg = render_template("panels.svg", drawing=shapes, title=question.title[language()])
    return answers.send_drawing(svg, reply.rows.version)


def _question(name: str) -> Question:
    if name in here().moved:
        replacement = here().moved[name]
        address = f"{here().settings.public_base or '/'}queries/{replacement}"
        raise ServiceError("question-replaced", 410, name=name, replacement=replacement, address=address)
    try:
        return here().questions[name]
    except KeyError:
        raise ServiceError("unknown-question", 404, name=name) from None


def _arguments(question: Question) -> dict[str, list[str]]:
    given = catalogue.arguments_of(request.args.items(multi=True))
    for name in _OF_THE_PAGE - question.parameters.keys():
        given.pop(name, None)
    if "lang" in question.parameters:
        given.setdefault("lang", [language()])
    else:
        given.pop("lang", None)
    return given


def _resolved(question: Question, given: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return catalogue.resolved(here().store, here().repository, question, given)


def _asked() -> Paging | None:
    """Return the page asked for, or None where the whole answer is."""
    given = catalogue.arguments_of(request.args.items(multi=True))
    return paging.read(given) if given.keys() & {"page", "limit"} else None


def _file(question: Question, wanted: Format) -> Response:
    given, asked = _resolved(question, _arguments(question)), _asked()
    store = here().store
    if asked is None and (whole := BY_NAME.get(wanted.name)) in RESULT_FORMATS:
        # The engine writes what it finds, and nothing is held here.
        return answers.worded(answers.send(catalogue.answer(store, question, given, whole)))
    reply = catalogue.ask(store, question, given, asked)
    response = answers.worded(answers.send(catalogue.write(reply, wanted, language(), here().prefixes)))
    if wanted == WORKBOOK:
        response.headers["Content-Disposition"] = f'attachment; filename="{question.name}.xlsx"'
    return documents.link_pages(response, asked, reply.total) if asked else response


def _page(question: Question) -> Response:
    given = _arguments(question)
    if "asOf" not in question.parameters:
        given.pop("asOf", None)  # it goes along with every link, also to what knows no day
    if any(each.required and each.name not in given for each in question.parameters.values()):
        # Who comes by a link has not been asked yet.
        return answers.send_page(_form(question, given), here().store.version())
    try:
        known = _resolved(question, given)
        asked = _asked() or Paging()
        reply = catalogue.ask(here().store, question, known, asked)
    except ServiceError as error:
        if error.status != 400:
            raise
        return problems.mark(answers.send_page(_form(question, given, error)), error)
    if any(known[name] != request.args.getlist(name) for name in known.keys() - {"lang"}):
        # What a form sends, names and empty fields among it, has an address that can be shared.
        return redirect(f"{path_of(request.path)}?{_query(known)}", code=303)  # type: ignore[return-value]
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


def _marked(response: Response, question: Question) -> Response:
    """Say in the head of an answer what takes its question's place, and since when (RFC 9745, RFC 5829)."""
    if question.deprecated:
        since = datetime.combine(question.deprecated, time(), UTC)
        response.headers["Deprecation"] = f"@{since.timestamp():.0f}"
    if question.replaced_by:
        documents.link(response, f'</queries/{question.replaced_by}>; rel="successor-version"')
    return response
