"""A document in many formats: which is asked for, and the headers that lead from one to the others."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, redirect, request

from sasaeai import description
from sasaeai.description import Description
from sasaeai.errors import ServiceError
from sasaeai.formats import GRAPH_FORMATS
from sasaeai.statements.paging import Paging
from sasaeai.web import answers
from sasaeai.web.context import here, language
from sasaeai.web.links import path_of, this_page
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA

FORMS = (*GRAPH_FORMATS, HTML)
"""What a document comes in."""

TOLD: Mapping[str, Any] = {
    "gives": FORMS,
    "answers": (400, 404, 406, 503),
    "parameters": ("lang",),
    "headers": (*OF_DATA, "Content-Location"),
}
"""What there is to tell of every document that is one of its kind, beside its words."""

EXTENSIONS = frozenset(each.name for each in GRAPH_FORMATS) | {"html"}


def answer(
    path: str, extension: str | None, described: Callable[[], Description], page: Callable[[], Response]
) -> Response:
    """Answer for the document at a path as the asker reads it: a page, or the description in a format of RDF."""
    if extension == "html" or (extension is None and answers.wants_html(GRAPH_FORMATS)):
        response, form = page(), "html"
    else:
        graph = answers.required(GRAPH_FORMATS, extension=extension)
        response = answers.send(description.written(described(), here().repository, graph))
        # What it says it says in both languages.
        response.headers["Content-Language"] = "ja, en"
        form = graph.name
    number = {"page": request.args["page"]} if request.args.get("page", "1") != "1" else {}
    asked = ({"lang": language()} if form == "html" else {}) | number
    response.headers["Content-Location"] = f"{path}.{form}{_query(asked)}"
    of_page = _query(number)
    link(response, f'<{path}{of_page}>; rel="canonical"', *answers.alternates(path, GRAPH_FORMATS, of_page))
    return response


def link(response: Response, *links: str) -> None:
    """Add links to the head of a response: all in one field, which every client reads."""
    before = response.headers.get("Link")
    response.headers["Link"] = ", ".join([before, *links] if before else links)


def link_pages(response: Response, asked: Paging, total: int) -> Response:
    """Say in the head of a response where the other pages are (RFC 8288)."""
    for relation, number in asked.others(total).items():
        link(response, f'<{this_page(page=str(number))}>; rel="{relation}"')
    return response


def split(key: str) -> tuple[str, str | None]:
    """Split a key into a name and the extension that names a format; other endings are part of the name."""
    name, dot, extension = key.rpartition(".")
    return (name, extension) if dot and extension in EXTENSIONS else (key, None)


def page_number() -> int:
    """Return the page that is asked for; ServiceError 400 where that is no number."""
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        wanted = {"ja": "1以上の整数を指定してください。", "en": "Give a whole number from 1."}
        raise ServiceError("bad-parameter", 400, parameter="page", value=text[:200], wanted=wanted, example="2")
    return int(text)


def spellings(start: str, key: str) -> Sequence[str]:
    """Return how the IRI may be spelled in the data whose path, decoded once, is asked for.

    An IRI may hold Japanese as it is or percent-encoded (RFC 3987 §3.1), and what may not stand in an IRI only the
    second way. The composed form (NFC) comes first. A `%2F` is not told from a slash: the server decodes both.
    """
    found = []
    for name in (unicodedata.normalize("NFC", key), key):
        found += [start + _iri(name), start + path_of(name), start + quote(name, safe="/")]
    lower = [_lower_hex(each) for each in found]
    return list(dict.fromkeys([*found, *lower]))


def see(path: str) -> Response:
    """Lead to the document about a thing that is none: 303 (httpRange-14), with what else was asked."""
    query = request.query_string.decode("ascii", "ignore")
    response: Response = redirect(f"{path}?{query}" if query else path, code=303)  # type: ignore[assignment]
    link(response, f'<{path}>; rel="describedby"')
    return response


def _iri(name: str) -> str:
    """Encode what may stand in no IRI; all letters of the world may."""
    return "".join(each if ord(each) >= 0xA0 else path_of(each) for each in name)


def _lower_hex(iri: str) -> str:
    head, *rest = iri.split("%")
    return head + "".join(f"%{each[:2].lower()}{each[2:]}" for each in rest)


def _query(arguments: Mapping[str, str]) -> str:
    return f"?{urlencode(arguments)}" if arguments else ""
