"""Where links lead: from the IRIs of the graph to the pages of this host, and from one state of a page to another.

What a reader has chosen for every page (the language, the day asked about) goes along with each link within the host.
"""

from urllib.parse import quote, urlencode

from flask import Flask, request

from sasaeai.vocabulary import BASE
from sasaeai.web.context import language

_IN_PATHS = "/:@!$&'()*+,;=~-._"
"""What RFC 3986 §3.3 lets stand in a path; the percent sign is none of it: it belongs to the IRI and is encoded too."""


def install(app: Flask) -> None:
    """Give the templates of an application their links."""
    app.jinja_env.globals["local"] = local
    app.jinja_env.globals["on_host"] = on_host
    app.jinja_env.globals["this_page"] = this_page
    app.jinja_env.globals["this_file"] = this_file
    app.jinja_env.globals["toggled"] = toggled


def local(iri: str) -> str:
    """Return where a link to an IRI leads: on this host for what it serves, '' for what is no web address."""
    if iri.startswith(BASE):
        return on_host("/" + iri.removeprefix(BASE))
    return iri if iri.startswith(("https://", "http://")) else ""


def on_host(path: str, *arguments: tuple[str, str]) -> str:
    """Return the address of a page of this host, with arguments and what goes along with each link."""
    path, mark, fragment = path.partition("#")
    if path.startswith("//"):
        path = "/." + path  # else what follows would be read as a host (RFC 3986 §4.2)
    query = urlencode([*arguments, *_carried()])
    return quote(path, safe=_IN_PATHS) + ("?" + query if query else "") + mark + quote(fragment, safe=_IN_PATHS)


def this_page(**changes: str | None) -> str:
    """Return the address of this page with some arguments changed; one that becomes None is left out.

    The number of the page of a list falls back to the first unless it is what changes.
    """
    changes = {"page": None, **changes}
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    query = urlencode([*kept, *((name, value) for name, value in changes.items() if value is not None)])
    return quote(request.path, safe=_IN_PATHS) + ("?" + query if query else "")


def this_file(extension: str) -> str:
    """Return the address of all that this page shows a part of, as a file in the language of the page."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in {"page", "limit", "lang"}]
    query = urlencode([*kept, ("lang", language())])
    return f"{quote(request.path, safe=_IN_PATHS)}.{extension}?{query}"


def toggled(name: str, value: str) -> str:
    """Return the address of this page with one value of a repeatable argument more, or without it if it is there."""
    others = [each for each in request.args.items(multi=True) if each[0] != "page" and each != (name, value)]
    there = value in request.args.getlist(name)
    query = urlencode(others if there else [*others, (name, value)])
    return quote(request.path, safe=_IN_PATHS) + ("?" + query if query else "")


def _carried() -> list[tuple[str, str]]:
    carried = [("asOf", day)] if (day := request.args.get("asOf", "").strip()) else []
    return [*carried, ("lang", "en")] if language() == "en" else carried
