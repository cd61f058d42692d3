"""Where links lead: from the IRIs of the graph to the pages of this host, and from one state of a page to another.

What a reader has chosen for every page (the language, the day asked about) goes along with each link within the host.
"""

from functools import lru_cache
from urllib.parse import quote, urlencode

from flask import Flask, g, request

from sasaeai.vocabulary import BASE
from sasaeai.web.context import language
from sasaeai.web.negotiation import preferred_language

_IN_A_PATH = "/:@!$&'()*+,;=~-._"
"""What stands in a path as it is (RFC 3986 §3.3)."""


def install(app: Flask) -> None:
    """Give the templates of an application their links."""
    app.jinja_env.globals["local"] = app.jinja_env.filters["local"] = local
    app.jinja_env.globals["on_host"] = on_host
    app.jinja_env.globals["this_page"] = this_page
    app.jinja_env.globals["this_file"] = this_file


def path_of(name: str) -> str:
    """Write a decoded path as it stands in an address."""
    return quote(name, safe=_IN_A_PATH)


def uri(iri: str) -> str:
    """Write an IRI as a URI, as headers want it (RFC 3987 §3.1): what is encoded already stays as it is."""
    return quote(iri, safe=_IN_A_PATH + "?#[]%")


def local(iri: str) -> str:
    """Return where a link to an IRI leads: on this host for what it serves, '' for what is no web address."""
    return leading(iri, carried())


@lru_cache(maxsize=8192)
def leading(iri: str, carried: str) -> str:
    """Return where a link leads that takes something along: a page names the same things many times."""
    if iri.startswith(BASE):
        return _joined("/" + iri.removeprefix(BASE), carried)
    return iri if iri.startswith(("https://", "http://")) else ""


def on_host(path: str, *arguments: tuple[str, str]) -> str:
    """Return the address of a page of this host, with arguments and what goes along with each link.

    The percent signs of an IRI are its own: what is encoded in it stays as it is.
    """
    return _joined(path, "&".join(filter(None, (urlencode(arguments), carried()))))


def _joined(path: str, query: str) -> str:
    path, mark, fragment = path.partition("#")
    if path.startswith("//"):
        path = "/." + path  # else what follows would be read as a host (RFC 3986 §4.2)
    return uri(path) + ("?" + query if query else "") + mark + uri(fragment)


def this_page(**changes: str | None) -> str:
    """Return the address of this page with some arguments changed; one that becomes None is left out.

    The number of the page of a list falls back to the first unless it is what changes. What answers a form is shown at
    another path than the form was sent to: `g.path`.
    """
    changes = {"page": None, **changes}
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    query = urlencode([*kept, *((name, value) for name, value in changes.items() if value is not None)])
    return path_of(g.get("path", request.path)) + ("?" + query if query else "")


def this_file(extension: str) -> str:
    """Return the address of all that this page shows a part of, as a file in the language of the page."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in {"page", "limit", "lang"}]
    query = urlencode([*kept, ("lang", language())])
    return f"{path_of(request.path).rstrip('/')}.{extension}?{query}"


def without(name: str, value: str) -> str:
    """Return the address of this page without one value of a repeatable argument."""
    others = [each for each in request.args.items(multi=True) if each[0] != "page" and each != (name, value)]
    query = urlencode(others)
    return path_of(request.path) + ("?" + query if query else "")


def carried() -> str:
    """Return what goes along with each link of this page, as it stands in an address."""
    try:
        along: str = g.carried  # a page has hundreds of links
    except AttributeError:
        along = g.carried = urlencode(_chosen())
    return along


def _chosen() -> list[tuple[str, str]]:
    days = [day for each in request.args.getlist("asOf") if (day := each.strip())]
    # A page of several days asks about none of them alone.
    carried = [("asOf", days[0])] if len(days) == 1 else []
    preferred = preferred_language(request.headers.get("Accept-Language", ""))
    return [*carried, ("lang", language())] if language() == "en" or language() != preferred else carried
