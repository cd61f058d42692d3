"""The questions of the catalogue: a list by theme, a page for each, and the answer by suffix or Accept."""

import functools
from datetime import UTC, datetime, time

from flask import Blueprint, Response, make_response, render_template, request

from sasaeai import catalogue, charts
from sasaeai.catalogue import Question
from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME, GRAPH_FORMATS, RESULT_FORMATS, WORKBOOK, Format
from sasaeai.lists import wishes
from sasaeai.statements.finding import Index, fold, words_of
from sasaeai.store.writing import written
from sasaeai.vocabulary import BASE
from sasaeai.web import answers, asking, documents, particulars
from sasaeai.web.context import Context, here, language
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA, operation

blueprint = Blueprint("questions", __name__)


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

    return Index(map(fold, said(each)) for each in context.questions.values())


@functools.cache
def _examples(context: Context, wanted: Format) -> bytes:
    """Write the questions in RDF; they are what was read at start, so that it is done once."""
    endpoint = (context.settings.public_base or BASE) + "sparql"
    described = catalogue.examples(context.questions.values(), context.prefixes, endpoint)
    return written(described, wanted, context.prefixes)


@blueprint.get("/queries/<name>")
@operation(
    "queries",
    "質問のページ（入力欄、答え、SPARQL）、又は求められた形式の答え。",
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
        return _marked(asking.page(question), question)
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
    response = make_response(catalogue.fill(question, asking.resolved(question, asking.arguments(question))))
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
    reply = catalogue.ask(here().by_city, question, asking.resolved(question, asking.arguments(question)), None)
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


def _file(question: Question, wanted: Format) -> Response:
    given, asked = asking.resolved(question, asking.arguments(question)), asking.paged()
    if asked is None and (whole := BY_NAME.get(wanted.name)) in RESULT_FORMATS:
        # The engine writes what it finds, and nothing is held here.
        return answers.worded(answers.send(here().by_city.whole(question, given, whole)))
    reply = catalogue.ask(here().by_city, question, given, asked)
    response = answers.worded(answers.send(catalogue.write(reply, wanted, language(), here().prefixes)))
    if wanted == WORKBOOK:
        response.headers["Content-Disposition"] = f'attachment; filename="{question.name}.xlsx"'
    return documents.link_pages(response, asked, reply.total) if asked else response


def _marked(response: Response, question: Question) -> Response:
    """Say in the head of an answer what takes its question's place, and since when (RFC 9745, RFC 5829)."""
    if question.deprecated:
        since = datetime.combine(question.deprecated, time(), UTC)
        response.headers["Deprecation"] = f"@{since.timestamp():.0f}"
    if question.replaced_by:
        documents.link(response, f'</queries/{question.replaced_by}>; rel="successor-version"')
    return response
