"""Dereferencing: a thing's IRI leads by 303 to its document, in the form the asker reads."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response

from sasaeai import entity
from sasaeai import thing as thing_flow
from sasaeai.description import Description
from sasaeai.vocabulary import BASE, ID, ORG, SAS
from sasaeai.web import city, documents, things
from sasaeai.web.context import here, language
from sasaeai.web.links import path_of, uri
from sasaeai.web.operations import OF_DATA, Tree, operation, parameter

blueprint = Blueprint("entity", __name__)

LEADS = (
    "事物のIRI。その事物についての文書に至ります。",
    "The IRI of a thing. It leads to the document about the thing.",
)

PAGE = parameter(
    "page",
    "ここを指すものの何ページ目か。",
    "Which page of what points here.",
    {"type": "integer", "minimum": 1, "default": 1},
)
NARROWED = (
    parameter("kind", "ここを指すもののクラス（IRI）。", "The class (IRI) of what points here.", {"type": "string"}),
    parameter("via", "ここを指す属性（IRI）。", "The property (IRI) by which it points here.", {"type": "string"}),
)


def key(example: str) -> Tree:
    """Tell of the path of an IRI."""
    ja = "IRIの残りの部分。斜線はそのまま書きます。"
    en = "The rest of the IRI; slashes stand in it as they are."
    return parameter("key", ja, en, {"type": "string", "minLength": 1}, where="path", example=example)


SPACES = ("concept", "graph")
"""Spaces of IRIs beside `id/`; their documents lie under `/doc/<space>/…`, those of `id/` directly under `/doc/`."""

SPACE = parameter(
    "space", "用語か名前付きグラフか。", "Terms, or named graphs.", {"type": "string", "enum": [*SPACES]}, where="path"
)

PAGES: Mapping[str, Callable[[thing_flow.About, str], Response]] = {
    ORG + "Organization": things.body,
    ORG + "FormalOrganization": things.body,
    SAS + "Source": things.source,
    SAS + "Ward": things.ward,
}
"""The classes whose things have a page of their own kind; every other thing has the page of fields and links."""


@blueprint.get("/id/<path:key>")
@operation("things", *LEADS, answers=[303, 404, 410, 503], parameters=[key("prefecture/13")])
def thing(key: str) -> Response:
    """Answer for a thing that is no document: 303 to the document about it (httpRange-14)."""
    _find(key)
    return documents.see("/doc/" + path_of(key))


@blueprint.get("/<any(concept, graph):space>/<path:key>")
@operation("things", *LEADS, answers=[303, 404, 410, 503], parameters=[SPACE, key("role/coordinator")])
def other(space: str, key: str) -> Response:
    """Answer for a concept or a graph likewise."""
    return thing(f"{space}/{key}")


@blueprint.get("/doc/<path:key>")
@operation(
    "things",
    "事物についての文書。鍵の末尾に .ttl などを付けると、その形式になります。",
    "The document about a thing. A suffix of the key, .ttl and so on, names the format.",
    gives=documents.FORMS,
    answers=[400, 404, 406, 410, 503],
    parameters=[key("concept/role/coordinator"), "asOf", PAGE, *NARROWED, "lang"],
    headers=[*OF_DATA, "Content-Location"],
)
def document(key: str) -> Response:
    """Answer with the description of a thing: negotiated, or in the format its extension names."""
    name, extension = documents.split(key)
    start, iri = _find(name)
    path = "/doc/" + path_of(name)
    found: list[entity.Described] = []

    def described() -> Description:
        about = BASE + "doc/" + iri.removeprefix(start)
        found.append(entity.describe(here().store, here().repository, iri, about, documents.page_number()))
        return found[0].description

    response = documents.answer(path, extension, described, lambda: _page(iri, path))
    documents.link(response, f'<{uri(iri)}>; rel="describes"')
    for each in found:
        for relation, number in (("prev", each.page - 1), ("next", each.page + 1)):
            if 1 <= number <= each.pages:
                documents.link(response, f'<{entity.address(path, number)}>; rel="{relation}"')
    return response


def _find(name: str) -> tuple[str, str]:
    """Return the space of IRIs that a path leads into, and the IRI in it; ServiceError 404 and 410 as in the flow."""
    start = BASE if name.split("/", 1)[0] in SPACES else ID
    return start, entity.find(here().store, here().repository, documents.spellings(start, name))


def _page(iri: str, document: str) -> Response:
    if of_city := city.page(iri, document):
        return of_city
    about = thing_flow.about(here().store, here().repository, iri, language())
    shown = next((PAGES[each] for each in about.classes if each in PAGES), things.page)
    return shown(about, document)
