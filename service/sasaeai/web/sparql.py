"""The SPARQL 1.1 Protocol: queries by GET, form and direct POST; a page for who comes by browser."""

import re
from urllib.parse import unquote_to_bytes

from flask import Blueprint, Response, jsonify, request

from sasaeai import sparql
from sasaeai.errors import ServiceError
from sasaeai.formats import EVERY_FORMAT, GRAPH, GRAPH_FORMATS, RESULT_FORMATS, RESULTS, Format
from sasaeai.store import Answer, Dataset
from sasaeai.store.parameters import iri
from sasaeai.vocabulary import BASE
from sasaeai.web import answers, citations, editor, problems
from sasaeai.web.citations import Asked
from sasaeai.web.context import client, here, language
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA, operation, parameter
from sasaeai.web.requests import QUERY

blueprint = Blueprint("sparql", __name__)

_NOT_ASCII = re.compile(rb"[\x80-\xff]|%[89A-Fa-f]")
"""What in an address may be no UTF-8."""

FORMS = (*EVERY_FORMAT, HTML)
"""What an answer, or else the description of the service, comes in."""

REFUSALS = (400, 403, 404, 406, 413, 429, 503)

EXAMPLE = parameter(
    "example",
    "ページに入れておく質問の名前。",
    "The name of a question to start from, on the page.",
    {"type": "string"},
)

BODY = {
    "required": True,
    "content": {
        "application/sparql-query": {"schema": {"type": "string"}, "example": "ASK {}"},
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["query"],
                "properties": {
                    each: {"$ref": f"#/components/parameters/{each}/schema"} for each in ("query", *citations.CONTEXT)
                },
            },
            "example": {"query": "ASK {}"},
        },
    },
}
"""What a query is sent in by POST: by itself, or in the field of a form beside the parameters of GET."""


@blueprint.route("/sparql", methods=["GET", "POST", "OPTIONS"])
@operation(
    "sparql",
    "SPARQLで尋ねる。queryがなければ、問合せを書くページか、サービスの説明（RDF）です。",
    "Ask in SPARQL. Without a query it is the page to write one on, or the description of the service in RDF.",
    gives=FORMS,
    answers=REFUSALS,
    parameters=["query", *citations.CONTEXT, EXAMPLE, "lang"],
    headers=[*OF_DATA, "X-Result-Truncated"],
)
@operation(
    "sparql",
    "長い問合せを本文で送る（SPARQL 1.1 Protocol §2.1.2、§2.1.3）。",
    "Send a long query in the body (SPARQL 1.1 Protocol §2.1.2 and §2.1.3).",
    method="POST",
    gives=FORMS,
    answers=[*REFUSALS, 415],
    parameters=["lang"],
    headers=["Link", "Content-Language", "X-Dataset-Version", "X-Result-Truncated"],
    body=BODY,
)
@operation("sparql", "CORSの事前確認。", "The preflight of CORS.", method="OPTIONS", answers=[204])
def protocol() -> Response:
    """Answer a query (SPARQL 1.1 Protocol §2.1); a bare GET is the page to write one on, or the description in RDF."""
    if request.method == "OPTIONS":
        return answers.preflight()
    text = _query_text()
    if text is not None:
        request.environ[QUERY] = text
    if "asOf" in request.values:
        raise _as_of_refused()
    if text is None and answers.wants_html(GRAPH_FORMATS):
        return editor.blank(request.args.get("example"))
    if text is None:
        endpoint = (here().settings.public_base or BASE) + "sparql"
        graph = answers.required(GRAPH_FORMATS)
        about = sparql.description(here().store, here().repository, here().settings, endpoint, graph)
        return answers.send(about)
    if answers.wants_html(EVERY_FORMAT):
        response = _page(citations.asked(text.replace("\r\n", "\n")))  # what a form makes of the lines it sends
    else:
        response = _send(citations.asked(text))
    if sparql.is_volatile(text):
        response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/sparql/terms")
@operation(
    "sparql",
    "問合せの入力補完に用いるクラスと属性。",
    "The classes and properties that the editor completes.",
    gives=["application/json"],
    answers=[503],
    parameters=["lang"],
    headers=OF_DATA,
)
def terms() -> Response:
    """List the terms that the editor completes, labelled in the language of the request."""
    found = sparql.terms(here().store, here().repository, language())
    response = jsonify([{name: cell["value"] for name, cell in row.items()} for row in found.rows])
    response.headers["X-Dataset-Version"] = found.version
    return response


def _query_text() -> str | None:
    if _NOT_ASCII.search(request.query_string):
        _decoded(unquote_to_bytes(request.query_string))
    if request.method == "POST":
        match request.mimetype:
            case "application/sparql-query" if "query" in request.args:
                raise ServiceError("two-queries", 400, count=len(request.args.getlist("query")) + 1)
            case "application/sparql-query":
                return _decoded(request.get_data())
            case "application/sparql-update":
                raise ServiceError("update", 403)
            case "application/x-www-form-urlencoded":
                _decoded(unquote_to_bytes(request.get_data()))
            case other:
                raise ServiceError(
                    "media-type", 415, given=other, wanted="application/sparql-query, application/x-www-form-urlencoded"
                )
    values = request.values
    if "update" in values:
        raise ServiceError("update", 403)
    queries = values.getlist("query")
    if len(queries) > 1:
        raise ServiceError("two-queries", 400, count=len(queries))
    if not queries and (request.method == "POST" or request.args.keys() - {"lang", "example"}):
        raise ServiceError("no-query", 400)
    return queries[0] if queries else None


def _as_of_refused() -> ServiceError:
    """Point to the questions that know what was so on a day: here a query says itself what it means by that."""
    base = here().settings.public_base or "/"
    names = [each.name for each in here().questions.values() if "asOf" in each.parameters]
    return ServiceError("as-of-here", 400, questions=", ".join(f"{base}queries/{name}" for name in names))


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise ServiceError("bad-encoding", 400) from None


def _send(asked: Asked) -> Response:
    try:
        answer = _answer(asked, answers.chosen(RESULT_FORMATS), answers.chosen(GRAPH_FORMATS))
    except ServiceError as error:
        return _point_to_the_present(problems.tell(error), asked, error)
    response = answers.send(answer)
    citations.point(response, "cite-as", asked.at(answer.version))
    return response


def _answer(asked: Asked, results: Format | None, graph: Format | None) -> Answer:
    versions = [value for name, value in asked.others if name == citations.VERSION]
    if len(versions) > 1:
        raise ServiceError("repeated-parameter", 400, parameter=citations.VERSION)
    return sparql.answer(
        here().store,
        here().settings,
        sparql.Request(
            asked.text,
            results,
            graph,
            dataset=_dataset(),
            client=client(),
            version=versions[0] if versions else None,
        ),
    )


def _point_to_the_present(response: Response, asked: Asked, error: ServiceError) -> Response:
    if error.key == "version-gone":
        citations.point(response, "latest-version", asked.at(None))
    return response


def _dataset() -> Dataset | None:
    values = request.values
    default, named = (
        tuple(_absolute(parameter, value) for value in values.getlist(parameter))
        for parameter in ("default-graph-uri", "named-graph-uri")
    )
    return Dataset(default, named) if default or named else None


def _absolute(parameter: str, value: str) -> str:
    try:
        return iri(value).value
    except ValueError:
        raise ServiceError("bad-dataset", 400, parameter=parameter, value=value[:200]) from None


def _page(asked: Asked) -> Response:
    try:
        answer = _answer(asked, RESULTS, GRAPH)
        if len(answer.body) > (limit := here().settings.max_page_bytes):
            # Built here, a page of millions of cells would keep this process from everybody else for minutes.
            raise ServiceError("page-too-large", 503, retry_after=60, limit=limit)
    except ServiceError as error:
        return _point_to_the_present(editor.refused(asked, error), asked, error)
    response = editor.answered(asked, answer)
    answers.mark(response, answer)
    citations.point(response, "cite-as", asked.at(answer.version))
    return response
