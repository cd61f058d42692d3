"""The SPARQL 1.1 Protocol: queries by GET, form and direct POST; a page for who comes by browser."""

from urllib.parse import unquote_to_bytes, urlsplit

from flask import Blueprint, Response, jsonify, request

from sasaeai import sparql
from sasaeai.errors import ServiceError
from sasaeai.formats import EVERY_FORMAT, GRAPH, GRAPH_FORMATS, RESULT_FORMATS, RESULTS, Format
from sasaeai.store import Answer, Dataset
from sasaeai.vocabulary import BASE
from sasaeai.web import answers, editor
from sasaeai.web.context import here, language

blueprint = Blueprint("sparql", __name__)

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"


@blueprint.route("/sparql", methods=["GET", "POST", "OPTIONS"])
def protocol() -> Response:
    """Answer a query (SPARQL 1.1 Protocol §2.1); a bare GET is the page to write one on, or the description in RDF."""
    if request.method == "OPTIONS":
        return _preflight()
    text = _query_text()
    if text is None and answers.wants_html(GRAPH_FORMATS):
        return editor.blank(request.args.get("example"))
    if text is None:
        endpoint = (here().settings.public_base or BASE) + "sparql"
        graph = answers.required(GRAPH_FORMATS)
        return answers.send(sparql.description(here().store, here().repository, endpoint, graph))
    if answers.wants_html(EVERY_FORMAT):
        return _page(text)
    return answers.send(_answer(text, answers.chosen(RESULT_FORMATS), answers.chosen(GRAPH_FORMATS)))


@blueprint.get("/sparql/terms")
def terms() -> Response:
    """List the terms that the editor completes, labelled in the language of the request."""
    found = sparql.terms(here().store, here().repository, language())
    response = jsonify([{name: cell["value"] for name, cell in row.items()} for row in found.rows])
    response.headers["X-Dataset-Version"] = found.version
    return response


def _query_text() -> str | None:
    _decoded(unquote_to_bytes(request.query_string))
    if request.method == "POST":
        match request.mimetype:
            case "application/sparql-query":
                return _decoded(request.get_data(cache=False))
            case "application/sparql-update":
                raise ServiceError("update", 403)
            case "application/x-www-form-urlencoded":
                _decoded(unquote_to_bytes(request.get_data()))
            case other:
                raise ServiceError("media-type", 415, given=other, wanted=f"{FORM}, {DIRECT}")
    if "update" in request.values:
        raise ServiceError("update", 403)
    queries = request.values.getlist("query")
    if len(queries) > 1:
        raise ServiceError("two-queries", 400, count=len(queries))
    if not queries and (request.method == "POST" or request.args.keys() - {"lang", "example"}):
        raise ServiceError("no-query", 400)
    return queries[0] if queries else None


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise ServiceError("bad-encoding", 400) from None


def _answer(text: str, results: Format | None, graph: Format | None) -> Answer:
    asked = sparql.Request(
        text,
        results,
        graph,
        dataset=_dataset(),
        client=request.remote_addr or "",
    )
    return sparql.answer(here().store, here().settings, asked)


def _dataset() -> Dataset | None:
    default, named = (
        tuple(_absolute(parameter, value) for value in request.values.getlist(parameter))
        for parameter in ("default-graph-uri", "named-graph-uri")
    )
    return Dataset(default, named) if default or named else None


def _absolute(parameter: str, value: str) -> str:
    if not urlsplit(value).scheme or any(character in value for character in ' <>"{}|\\^`'):
        raise ServiceError("bad-dataset", 400, parameter=parameter, value=value[:200])
    return value


def _page(text: str) -> Response:
    text = text.replace("\r\n", "\n")  # what a form makes of the lines it sends
    try:
        answer = _answer(text, RESULTS, GRAPH)
    except ServiceError as error:
        return editor.refused(text, error)
    named = ("default-graph-uri", "named-graph-uri")
    return editor.answered(
        editor.Asked(text, [(each, iri) for each in named for iri in request.values.getlist(each)]), answer
    )


def _preflight() -> Response:
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, Content-Type"
    response.headers["Access-Control-Max-Age"] = "86400"
    response.headers["Allow"] = "GET, HEAD, POST, OPTIONS"
    return response
