"""A document in many formats: which is asked for, and the headers that lead from one to the others."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, redirect, request

from sasaeai import description
from sasaeai.description import Description
from sasaeai.formats import BY_NAME, GRAPH_FORMATS
from sasaeai.statements import paging
from sasaeai.statements.paging import Paging
from sasaeai.web import answers
from sasaeai.web.context import here, language
from sasaeai.web.links import path_of, this_page
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA

FORMATS = (*GRAPH_FORMATS, BY_NAME["csv"])
"""What a description is written in: RDF, and its statements as a table."""

FORMS = (*FORMATS, HTML)
"""What a document comes in."""

TOLD: Mapping[str, Any] = {
    "gives": FORMS,
    "answers": (400, 404, 406, 503),
    "parameters": ("lang",),
    "headers": (*OF_DATA, "Content-Location"),
}
"""What there is to tell of every document that is one of its kind, beside its words."""

_OF_A_PAGE = frozenset(("asOf", "kind", "via"))
"""Arguments by which a page differs from others of its document: the day asked about, and the part of a long list."""

EXTENSIONS = (*(each.name for each in FORMATS), "html")
SUFFIX = f"any({', '.join(EXTENSIONS)}):extension"
"""The converter of a route to a document in the format that its suffix names."""


def answer(
    path: str, extension: str | None, described: Callable[[], Description], page: Callable[[], Response]
) -> Response:
    """Answer for the document at a path as the asker reads it: a page, or the description in a format of RDF."""
    if extension == "html" or (extension is None and answers.wants_html(FORMATS)):
        response, form = page(), "html"
    else:
        graph = answers.required(FORMATS, extension=extension)
        response = answers.send(description.written(described(), here().repository, graph))
        # What it says it says in both languages.
        response.headers["Content-Language"] = "ja, en"
        form = graph.name
    number = [("page", each) for each in request.args.getlist("page")[:1] if each != "1"]
    asked = [("lang", language()), *_narrowed(), *number] if form == "html" else number
    response.headers["Content-Location"] = f"{path}.{form}{_query(asked)}"
    of_page = _query(number)
    link(response, f'<{path}{of_page}>; rel="canonical"', *answers.alternates(path, FORMATS, of_page))
    return response


def link(response: Response, *links: str) -> None:
    """Add links to the head of a response: all in one field, which every client reads."""
    before = response.headers.get("Link")
    response.headers["Link"] = ", ".join([before, *links] if before else links)


def link_pages(response: Response, asked: Paging, total: int | None) -> Response:
    """Say in the head of a response where the other pages are (RFC 8288)."""
    for relation, number in asked.others(total).items():
        link(response, f'<{this_page(page=str(number))}>; rel="{relation}"')
    return response


def split(key: str) -> tuple[str, str | None]:
    """Split a key into a name and the extension that names a format; other endings are part of the name."""
    name, dot, extension = key.rpartition(".")
    return (name, extension) if dot and extension in EXTENSIONS else (key, None)


def page_number() -> int:
    """Return the page that is asked for; ServiceError 400 where that is no number from 1."""
    return paging.read({"page": request.args.getlist("page")}).page


def page_asked() -> Paging:
    """Return which page is asked for, and how many things are to be on it; ServiceError 400."""
    return paging.read(request.args.to_dict(flat=False))


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


def _narrowed() -> list[tuple[str, str]]:
    """Return what else a page of this document depends on; what is said in RDF depends on none of it."""
    return [each for each in request.args.items(multi=True) if each[0] in _OF_A_PAGE and each[1].strip()]


def _query(arguments: Sequence[tuple[str, str]]) -> str:
    return f"?{urlencode(arguments)}" if arguments else ""
