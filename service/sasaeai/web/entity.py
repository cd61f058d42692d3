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

blueprint = Blueprint("entity", __name__)

SPACES = ("concept", "graph")
"""Spaces of IRIs beside `id/`; their documents lie under `/doc/<space>/…`, those of `id/` directly under `/doc/`."""

PAGES: Mapping[str, Callable[[thing_flow.About, str], Response]] = {
    ORG + "Organization": things.body,
    ORG + "FormalOrganization": things.body,
    SAS + "Source": things.source,
    SAS + "Ward": things.ward,
}
"""The classes whose things have a page of their own kind; every other thing has the page of fields and links."""


@blueprint.get("/id/<path:key>")
def thing(key: str) -> Response:
    """Answer for a thing that is no document: 303 to the document about it (httpRange-14)."""
    _find(key)
    return documents.see("/doc/" + path_of(key))


@blueprint.get("/<any(concept, graph):space>/<path:key>")
def other(space: str, key: str) -> Response:
    """Answer for a concept or a graph likewise."""
    return thing(f"{space}/{key}")


@blueprint.get("/doc/<path:key>")
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
