"""The questions of the catalogue: a page with a form, and the answer by suffix or Accept."""

import functools

from flask import Blueprint, Response, make_response, render_template, request

from sasaeai import catalogue
from sasaeai.catalogue import Question
from sasaeai.errors import ServiceError
from sasaeai.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from sasaeai.statements import table
from sasaeai.store.writing import written
from sasaeai.vocabulary import BASE
from sasaeai.web import answers, documents, particulars
from sasaeai.web.context import Context, here, language
from sasaeai.web.links import this_file
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA, operation

blueprint = Blueprint("questions", __name__)

FORMAT_PARAMETERS = {"_format", "_mediatype"}


@blueprint.get("/queries/")
@operation(
    "queries",
    "質問の一覧。RDFではSPARQL examples vocabularyによります。",
    "All questions. In RDF they are examples in the SPARQL examples vocabulary.",
    gives=[HTML, *GRAPH_FORMATS],
    answers=[406],
    parameters=["lang"],
    headers=["Link", "Content-Language"],
)
def listing() -> Response:
    """List the questions: as a page, or in RDF as examples of what the endpoint can be asked."""
    if answers.wants_html(GRAPH_FORMATS):
        response = answers.send_page(render_template("questions.html", questions=here().questions.values()))
    else:
        wanted = answers.required(GRAPH_FORMATS)
        response = answers.send_text(_examples(here(), wanted), wanted)
    response.headers["Link"] = ", ".join(
        f'</queries/?_format={each.name}>; rel="alternate"; type="{each.media_type}"' for each in GRAPH_FORMATS
    )
    return response


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
    gives=[HTML, *RESULT_FORMATS],
    answers=[400, 406, 503],
    headers=OF_DATA,
    each=particulars.questions,
)
def page(name: str) -> Response:
    """Show a question with its form and answer, or answer in the format asked for."""
    if answers.wants_html(RESULT_FORMATS):
        return _page(_question(name))
    return _answer(_question(name), None)


@blueprint.get("/queries/<name>.<any(srj, srx, csv, tsv):extension>")
@operation(
    "queries",
    "末尾の示す形式の答え。",
    "The answer in the format that the suffix names.",
    gives=RESULT_FORMATS,
    answers=[400, 503],
    headers=OF_DATA,
    each=particulars.questions,
)
def answer(name: str, extension: str) -> Response:
    """Answer a question in the format its suffix names."""
    return _answer(_question(name), extension)


@blueprint.get("/queries/<name>.rq")
@operation(
    "queries",
    "値を入れたSPARQL。",
    "The SPARQL, filled in with the values given.",
    gives=["application/sparql-query"],
    answers=[400],
    each=particulars.questions,
)
def text(name: str) -> Response:
    """Give the SPARQL of a question, filled in with the arguments given."""
    response = make_response(catalogue.fill(_question(name), _arguments(_question(name))))
    response.headers["Content-Type"] = "application/sparql-query; charset=utf-8"
    return response


def _question(name: str) -> Question:
    try:
        return here().questions[name]
    except KeyError:
        raise ServiceError("unknown-question", 404, name=name) from None


def _arguments(question: Question) -> dict[str, list[str]]:
    given = catalogue.arguments_of(request.args.items(multi=True))
    for name in FORMAT_PARAMETERS:
        given.pop(name, None)
    if "lang" in question.parameters:
        given.setdefault("lang", [language()])
    else:
        given.pop("lang", None)
    return given


def _answer(question: Question, extension: str | None) -> Response:
    results = answers.required(RESULT_FORMATS, extension=extension)
    response = answers.send(catalogue.answer(here().store, question, _arguments(question), results))
    return answers.worded(response) if "lang" in question.parameters else response


def _page(question: Question) -> Response:
    given = _arguments(question)
    if any(each.required and not request.args.get(each.name) for each in question.parameters.values()):
        # Who comes by a link has not been asked yet.
        html = render_template("question.html", question=question, given=given, table=None)
        return answers.send_page(html)
    rows = table(catalogue.answer(here().store, question, given))
    html = render_template(
        "question.html",
        question=question,
        given=given,
        table=rows,
        sparql=catalogue.fill(question, given),
    )
    response = answers.send_page(html, rows.version)
    documents.link(response, *answers.files(RESULT_FORMATS, this_file))
    return response
