"""Dereferencing: a thing's IRI leads by 303 to its document, in the form the asker reads."""

import unicodedata
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request

from sasaeai import entity
from sasaeai.formats import BY_NAME, GRAPH_FORMATS
from sasaeai.vocabulary import BASE, ID
from sasaeai.web import answers, city
from sasaeai.web.context import here, language

blueprint = Blueprint("entity", __name__)

SPACES = ("concept", "graph")
"""Spaces of IRIs beside `id/`; their documents lie under `/doc/<space>/…`, those of `id/` directly under `/doc/`."""


@blueprint.get("/id/<path:key>")
def thing(key: str) -> Response:
    """Answer for a thing that is no document: 303 to the document about it (httpRange-14)."""
    return _see(_document(key))


@blueprint.get("/<any(concept, graph):space>/<path:key>")
def other(space: str, key: str) -> Response:
    """Answer for a concept or a graph likewise."""
    return _see(_document(f"{space}/{key}"))


@blueprint.get("/doc/<path:key>")
def document(key: str) -> Response:
    """Answer with the description of a thing: negotiated, or in the format its extension names."""
    name, extension = _split(unicodedata.normalize("NFC", key))
    iri = (BASE if name.split("/", 1)[0] in SPACES else ID) + name
    if extension == "html" or (extension is None and answers.wants_html(GRAPH_FORMATS)):
        response = _page(iri, _document(name))
        form = f"html?lang={language()}"
    else:
        graph = answers.required(GRAPH_FORMATS, extension=extension)
        response = answers.send(entity.describe(here().store, here().repository, iri, graph))
        form = graph.name
    response.headers["Content-Location"] = f"{_document(name)}.{form}"
    _link(response, name, iri)
    return response


def _page(iri: str, document: str) -> Response:
    if of_city := city.page(iri, document):
        return of_city
    page = entity.page(here().store, here().repository, iri, language())
    return answers.send_page(render_template("entity.html", page=page, document=document), page.version)


def _split(key: str) -> tuple[str, str | None]:
    name, dot, extension = key.rpartition(".")
    return (name, extension) if dot and (extension in BY_NAME or extension == "html") else (key, None)


def _document(name: str) -> str:
    return "/doc/" + quote(name, safe="/:@!$&'()*+,;=~-._")


def _see(document: str) -> Response:
    query = request.query_string.decode("ascii", "ignore")
    return redirect(f"{document}?{query}" if query else document, code=303)  # type: ignore[return-value]


def _link(response: Response, name: str, iri: str) -> None:
    document = _document(name)
    links = [f'<{quote(iri, safe=":/#@!$&()*+,;=~-._%")}>; rel="describes"', f'<{document}>; rel="canonical"']
    links += [f'<{document}.{each.name}>; rel="alternate"; type="{each.media_type}"' for each in GRAPH_FORMATS]
    links.append(f'<{document}.html>; rel="alternate"; type="text/html"')
    response.headers["Link"] = ", ".join(links)
