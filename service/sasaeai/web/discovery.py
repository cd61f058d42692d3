"""What search engines and browsers are told: which pages there are (sitemaps.org 0.9), and how to search them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request

from sasaeai.errors import ServiceError
from sasaeai.lists import Listing
from sasaeai.lists.columns import Entry
from sasaeai.lists.entries import Entries
from sasaeai.vocabulary import BASE
from sasaeai.web import answers
from sasaeai.web.context import Context, colophon, here, language, navigation
from sasaeai.web.editor import LOCAL
from sasaeai.web.links import uri
from sasaeai.web.operations import OF_DATA, Tree, operation, parameter

blueprint = Blueprint("discovery", __name__)

MOST = 10_000
"""Addresses in one sitemap; the protocol allows 50,000."""

_CHANGED = ("updated", "modified")
"""The columns of a list that say when the documents behind a thing last changed."""

_PAGES = ("/", "/ns", "/shapes", "/prefixes")


@dataclass(frozen=True)
class Place:
    """Hold an address as a sitemap gives it, and the day its content last changed if the data say so."""

    address: str
    changed: str | None = None


def _list(context: Context) -> Tree:
    names = {"type": "string", "enum": [*context.shelf.listings]}
    return parameter("name", "一覧の名前。", "The name of a list.", names, where="path")


NUMBER = parameter(
    "number", "何番目の部分か。", "Which part.", {"type": "integer", "minimum": 1}, where="path", example=1
)


@blueprint.get("/sitemap.xml")
@operation(
    "dataset",
    "サイトマップの一覧。",
    "The sitemaps there are.",
    gives=["application/xml"],
    answers=[503],
    parameters=["lang"],
    headers=OF_DATA,
)
def index() -> Response:
    """List the sitemaps: one of the pages that are always there, and for each list as many as its things need."""
    base = _base()
    shelved = here().shelf.take_all(language())
    files = [Place(f"{base}sitemaps/pages.xml")]
    for listing, entries in shelved.items():
        changed = _newest(entries)
        numbers = range(1, _files(entries) + 1)
        files += [Place(f"{base}sitemaps/{listing.name}-{number}.xml", changed) for number in numbers]
    version = next((entries.version for entries in shelved.values()), None)
    return _xml(render_template("sitemaps.xml", files=files), version)


@blueprint.get("/sitemaps/pages.xml")
@operation(
    "dataset",
    "いつもあるページのサイトマップ。",
    "The sitemap of the pages that are always there.",
    gives=["application/xml"],
)
def pages() -> Response:
    """List the pages that are there whatever the data hold."""
    paths = [*_PAGES, *(path for path, _ in [*navigation(), *colophon()])]
    asked = [f"/queries/{name}" for name in here().questions]
    lists = [f"/lists/{name}" for name in here().shelf.listings]
    return _xml(_written(Place(_base() + path[1:]) for path in [*paths, *lists, *asked]))


@blueprint.get("/sitemaps/<name>-<int:number>.xml")
@operation(
    "dataset",
    "一覧にあるもののページのサイトマップ。",
    "A sitemap of the pages of the things of a list.",
    gives=["application/xml"],
    answers=[404, 503],
    parameters=[_list, NUMBER, "lang"],
    headers=OF_DATA,
)
def things(name: str, number: int) -> Response:
    """List the pages of the things of a list, a part at a time; ServiceError 404 for a list or part that is none."""
    listing: Listing | None = here().shelf.listings.get(name)
    entries = here().shelf.take(listing, language()) if listing else None
    if entries is None or not 1 <= number <= _files(entries):
        raise ServiceError("not-found", 404, what=request.path)
    base = _base()
    part = entries.entries[(number - 1) * MOST : number * MOST]
    return _xml(_written(Place(base + _document(each.iri), _changed(each)) for each in part), entries.version)


@blueprint.get("/opensearch.xml")
@operation(
    "pages",
    "ブラウザーに伝える検索の仕方（OpenSearch 1.1）。",
    "How browsers can search here (OpenSearch 1.1).",
    gives=["application/opensearchdescription+xml"],
    parameters=["lang"],
    headers=["Content-Language"],
)
def search() -> Response:
    """Describe the search to browsers (OpenSearch 1.1)."""
    response = _xml(render_template("opensearch.xml", base=_base()))
    response.headers["Content-Type"] = "application/opensearchdescription+xml; charset=utf-8"
    return answers.worded(response)


def _base() -> str:
    return here().settings.public_base or LOCAL


def _files(entries: Entries) -> int:
    return math.ceil(len(entries.entries) / MOST)


def _newest(entries: Entries) -> str | None:
    if entries.columns.cells.keys().isdisjoint(_CHANGED):
        return None
    return max((day for each in entries.entries if (day := _changed(each))), default=None)


def _changed(entry: Entry) -> str | None:
    found = (entry.cells[column][-1] for column in _CHANGED if column in entry.cells)
    return next((value.text for value in found if value.is_day), None)


def _document(iri: str) -> str:
    """Return the path of the document about a thing, without the slash before it."""
    return "doc/" + uri(iri.removeprefix(BASE).removeprefix("id/"))


def _written(places: Iterator[Place]) -> str:
    return render_template("sitemap.xml", places=places)


def _xml(text: str, version: str | None = None) -> Response:
    response = make_response(text)
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    if version:
        response.headers["X-Dataset-Version"] = version
    return response
