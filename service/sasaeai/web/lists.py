"""The lists: an index, each with words, facets, order and pages, and whole as a file; and the search over all."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, render_template, request

from sasaeai.catalogue import arguments_of
from sasaeai.errors import ServiceError
from sasaeai.formats import Format
from sasaeai.lists import Listing, choosing, search, wishes
from sasaeai.lists.entries import MUNICIPALITY, Entries
from sasaeai.statements import paging, writing
from sasaeai.web import answers, documents, particulars
from sasaeai.web.context import Context, as_of, here, language
from sasaeai.web.links import this_file
from sasaeai.web.listed import Listed
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA, Tree, operation, parameter

blueprint = Blueprint("lists", __name__)

_OF_THE_PAGE = {"asOf", "lang", "page", "limit", "_format", "_mediatype"}
_MOST_CHOICES = 60
"""Municipalities to choose from by a click; others are named."""
SEARCHES = ("名称、読み、コードから探す。", "Find things by name, reading or code, in all lists.")


def _within(context: Context) -> Tree:
    names = {"type": "string", "enum": [*context.shelf.listings]}
    return parameter("list", "この一覧の中だけ。", "Only in this list.", names)


WORDS = ("q", _within, "asOf", "page", "limit", "lang")

_OF_A_GROUP = 5
"""Things that the search shows of each list before one is chosen."""


@blueprint.get("/lists/")
@operation(
    "lists",
    "一覧の種類とそれぞれの件数。",
    "Which lists there are, and how many things are in each.",
    gives=[HTML],
    answers=[400, 503],
    parameters=["asOf", "lang"],
    headers=OF_DATA,
)
def index() -> Response:
    """Show which lists there are, and how many things are in each."""
    shelved = here().shelf.take_all(language())
    version = next((entries.version for entries in shelved.values()), None)
    return answers.send_page(render_template("lists.html", shelved=shelved, version=version), version)


@blueprint.get("/lists/<name>")
@operation(
    "lists",
    "一覧の1ページ、又は条件に合うもの全てのファイル。",
    "A page of a list, or all that the conditions leave in the format asked for.",
    gives=[HTML, *writing.FORMATS],
    answers=[400, 404, 406, 503],
    parameters=["asOf", "page", "limit", "lang"],
    headers=OF_DATA,
    each=particulars.listings,
)
def page(name: str) -> Response:
    """Show a page of a list, or give the whole in the format asked for."""
    if answers.wants_html(writing.FORMATS):
        return _page(_listing(name))
    return _file(_listing(name), answers.required(writing.FORMATS))


@blueprint.get("/lists/<name>.<any(csv, srj, json):extension>")
@operation(
    "lists",
    "条件に合うもの全て。",
    "All that the conditions leave, whole.",
    gives=writing.FORMATS,
    answers=[400, 503],
    parameters=["asOf", "lang"],
    headers=OF_DATA,
    each=particulars.listings,
)
def file(name: str, extension: str) -> Response:
    """Give all that is left of a list by the same parameters, whole, in the format its suffix names."""
    return _file(_listing(name), answers.required(writing.FORMATS, extension=_named(extension)))


@blueprint.get("/search")
@operation(
    "lists", *SEARCHES, gives=[HTML, *writing.FORMATS], answers=[400, 404, 406, 503], parameters=WORDS, headers=OF_DATA
)
def found() -> Response:
    """Find things by what they are called, in all lists."""
    if answers.wants_html(writing.FORMATS):
        return _search_page()
    return _search_file(answers.required(writing.FORMATS))


@blueprint.get("/search.<any(csv, srj, json):extension>")
@operation("lists", *SEARCHES, gives=writing.FORMATS, answers=[400, 404, 503], parameters=WORDS, headers=OF_DATA)
def found_file(extension: str) -> Response:
    """Give a page of what was found in the format the suffix names."""
    return _search_file(answers.required(writing.FORMATS, extension=_named(extension)))


def _named(extension: str) -> str:
    return "srj" if extension == "json" else extension


def _listing(name: str) -> Listing:
    try:
        return here().shelf.listings[name]
    except KeyError:
        raise ServiceError("unknown-list", 404, name=name) from None


def _arguments() -> dict[str, list[str]]:
    return arguments_of(request.args.items(multi=True))


def _choose(listing: Listing) -> tuple[wishes.Wish, Entries, choosing.Found]:
    given = {name: values for name, values in _arguments().items() if name not in _OF_THE_PAGE}
    moment = as_of()
    wish = wishes.read(listing, given, moment.day if moment else None)
    entries = here().shelf.take(listing, language())
    return wish, entries, choosing.choose(listing, entries, wish)


def _page(listing: Listing) -> Response:
    asked = paging.read(_arguments())
    wish, entries, chosen = _choose(listing)
    html = render_template(
        "list.html",
        listing=listing,
        wish=wish,
        found=chosen,
        things=asked.cut(chosen.entries),
        of=len(entries.entries),
        paging=asked,
        listed=Listed(listing, wish, chosen),
        version=entries.version,
    )
    response = answers.send_page(html, entries.version)
    documents.link(response, *answers.files(writing.FORMATS, this_file))
    return documents.link_pages(response, asked, len(chosen.entries))


def _file(listing: Listing, results: Format) -> Response:
    _, entries, chosen = _choose(listing)
    names = {key: name for (key, spoken), name in here().state_names.items() if spoken == language()}
    return answers.worded(answers.send(choosing.answer(listing, entries, chosen, names, results)))


def _searched() -> tuple[str, Sequence[search.Group], str]:
    given = _arguments()
    known = {"q", "list", *_OF_THE_PAGE}
    if unknown := sorted(given.keys() - known):
        raise ServiceError("unknown-parameter", 400, parameter=unknown[0], known=", ".join(sorted(known)))
    text, within = wishes.words_in(given), wishes.single(given, "list")
    groups, version = search.search(here().shelf, text, language())
    if within:
        groups = [group for group in groups if group.listing is _listing(within)]
    return text, groups, version


def _search_page() -> Response:
    asked = paging.read(_arguments())
    text, groups, version = _searched()
    total = sum(len(group.hits) for group in groups)
    within = request.args.get("list")
    shown: Mapping[Listing, Sequence[search.Hit]] = {
        group.listing: asked.cut(group.hits) if within else group.hits[:_OF_A_GROUP] for group in groups
    }
    html = render_template(
        "search.html", text=text, groups=groups, shown=shown, total=total, within=within, paging=asked, version=version
    )
    response = answers.send_page(html, version)
    return documents.link_pages(response, asked, total) if within else response


def _search_file(results: Format) -> Response:
    asked = paging.read(_arguments())
    _, groups, version = _searched()
    total = sum(len(group.hits) for group in groups)
    before, hits, wanted = 0, list[search.Hit](), len(asked.cut(range(total)))
    for group in groups:
        start = max(0, asked.start - before)
        hits += group.hits[start : start + wanted - len(hits)]
        before += len(group.hits)
    response = answers.worded(answers.send(search.answer(hits, language(), version, results)))
    return documents.link_pages(response, asked, total)


def choices(chosen: Sequence[str]) -> dict[str, object]:
    """Offer the municipalities with data to choose from; others that are chosen stay in the field they are typed in."""
    cities = here().shelf.take(here().shelf.listings["cities"], language())
    known, (codes,) = cities.heard.rows, zip(*cities.facets[MUNICIPALITY].keys, strict=True)
    offered = [row for place, row in enumerate(known) if place < _MOST_CHOICES or codes[row] in chosen]
    return {
        "offered": cities.of(offered),
        "beyond": len(known) - len(offered),
        "typed": [each for each in chosen if each not in {codes[row] for row in offered}],
    }
