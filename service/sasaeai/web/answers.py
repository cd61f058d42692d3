"""How an answer leaves: negotiated, with the headers that caches, browsers and programs rely on."""

import gzip
import hashlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, make_response, request
from markupsafe import Markup
from werkzeug.http import http_date

from sasaeai.errors import ServiceError
from sasaeai.formats import Format
from sasaeai.store import Answer
from sasaeai.vocabulary import LICENCE
from sasaeai.web import negotiation
from sasaeai.web.context import here, language
from sasaeai.web.links import path_of
from sasaeai.web.requests import CONDITIONS, Application, Environ, Start

_WORTH_COMPRESSING = 1000
"""Bytes: less than that goes into one packet anyway."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content-Security-Policy: our own style and pictures, no script at all."""

SCRIPT_POLICY = "; ".join(
    (
        POLICY,
        "script-src 'self'",
        "connect-src 'self'",
        "style-src-attr 'unsafe-hashes' 'sha256-EntWS0hFrz2vH7susM+dPUxvHlL6sBswmM8K80E5oUk='",
    )
)
"""The same for the page with the editor: our own script files, asking only ourselves.

The editor tells of a syntax error in HTML with one style attribute, `text-decoration:underline`: its digest, and no
other, is let through. What else it styles it styles by script, which needs no leave.
"""

_PRECONDITIONS = frozenset(("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"))

_LONGEST_ADDRESS = 1000
"""Characters of an address that a head repeats: proxies bound the heads of answers."""

WITH_BOM = "csv-bom"
"""The format parameter for CSV that Excel reads as what it is: UTF-8 with a byte order mark."""


_ONWARD = '<!doctype html>\n<html>\n<title>{}</title>\n<p><a href="{}">{}</a></p>\n</html>\n'
"""The body of a redirection: its status and where it leads, in no language."""

_ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Content-Location, ETag, Link, Retry-After, X-Dataset-Version, X-Result-Truncated"
    ),
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept, Accept-Encoding, Accept-Language",
}
"""What every response says of itself, unless it says otherwise."""


def install(app: Flask) -> None:
    """Send every response of an application with the headers of a public, safe, cacheable service."""

    @app.after_request
    def finish(response: Response) -> Response:
        environ = request.environ
        if response.location:
            _stay(response)
        _compress(response, environ.get("HTTP_ACCEPT_ENCODING", ""))
        if response.status_code == 200 and environ["REQUEST_METHOD"] in {"GET", "HEAD"} and not response.is_streamed:
            _lead(response)
            _tell_apart(response)
            if not environ.keys().isdisjoint(_PRECONDITIONS) and _is_another(response):
                response = app.make_response(app.handle_user_exception(ServiceError("precondition", 412)))
            elif not environ.keys().isdisjoint(CONDITIONS):
                # Werkzeug takes `If-Match: *` for a tag that nothing has.
                response.make_conditional({**environ, "HTTP_IF_MATCH": ""})
        return response

    app.wsgi_app = _always(app.wsgi_app)  # type: ignore[method-assign,assignment]


def _always(application: Application) -> Application:
    """Have an application say what every response says."""

    def answer(environ: Environ, start: Start) -> Iterable[bytes]:
        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            said = dict(headers)
            return start(status, headers + [each for each in _ALWAYS.items() if each[0] not in said], *rest)

        return application(environ, started)

    return answer


def _stay(response: Response) -> None:
    """Lead on within this host, not the one that the asker has named; a redirection has the address in its body."""
    address = urlsplit(response.location or "")._replace(scheme="", netloc="").geturl()
    response.location = address
    # What was made (201) has a body of its own.
    if response.status_code // 100 == 3:
        response.set_data(Markup(_ONWARD).format(response.status, address, address))


def _is_another(response: Response) -> bool:
    """Tell whether an answer is not the one its asker takes it for (RFC 9110 §13.1.1, §13.1.4, §13.2.2)."""
    if wanted := request.if_match:
        return not (wanted.star_tag or wanted.is_strong(response.get_etag()[0] or ""))
    since = request.if_unmodified_since
    return bool(since and (changed := response.last_modified) and changed > since)


def _lead(response: Response) -> None:
    """Lead to where the data are described and licensed, and from a page to its one address (RFC 8288, RFC 6596).

    What the answer has said of these stays. The result of a query is its asker's and says nothing of the kind.
    """
    if request.blueprint == "sparql":
        return
    if "X-Dataset-Version" not in response.headers and "Content-Language" not in response.headers:
        return
    said = response.headers.getlist("Link")
    links = ['</dataset>; rel="describedby"', f'<{LICENCE}>; rel="license"']
    if response.mimetype == negotiation.HTML and len(address := _itself()) <= _LONGEST_ADDRESS:
        links.insert(0, f'<{address}>; rel="canonical"')
    missing = [each for each in links if each.split("; ")[1] not in ", ".join(said)]
    response.headers["Link"] = ", ".join([*said, *missing])


def _itself() -> str:
    """Return the address of this page whatever its language, or whoever asked for a page."""
    chosen = {"lang", "_format", "_mediatype"}
    query = urlencode([(name, value) for name, value in request.args.items(multi=True) if name not in chosen])
    return path_of(request.path) + ("?" + query if query else "")


def _tell_apart(response: Response) -> None:
    """Tell a response from those before and after it: by its ETag, and by the time since when there is no other.

    The tag is that of its bytes and of what they are to be read as; while the data have the same version the service
    gives no other answer.
    """
    said = dict(response.headers)
    if "Cache-Control" not in said:
        response.headers["Cache-Control"] = "no-cache"
    if "ETag" not in said:
        read_as = [said.get(f"Content-{each}") for each in ("Type", "Language", "Encoding")]
        digest = hashlib.sha256(f"{read_as}\n".encode())
        digest.update(response.get_data())
        response.headers["ETag"] = f'"{digest.hexdigest()[:40]}"'
    if (version := said.get("X-Dataset-Version")) and (since := here().store.since(version)):
        response.headers["Last-Modified"] = _http_date(since)


_http_date = lru_cache(http_date)
"""Writes a time as headers want it: that of the present version, again and again."""


def _compress(response: Response, accepted: str) -> None:
    """Send what is long and compressible in gzip to who reads it; the ETag is that of the bytes sent."""
    if (
        negotiation.reads_gzip(accepted)
        and response.status_code < 300
        and not response.is_streamed
        and (response.content_length or 0) >= _WORTH_COMPRESSING
    ):
        response.set_data(gzip.compress(response.get_data(), compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"


def send(answer: Answer) -> Response:
    """Send an answer of the store, with the version of the data it was read from."""
    response = send_text(answer.body, answer.format)
    response.headers["X-Dataset-Version"] = answer.version
    mark(response, answer)
    return response


def send_text(body: bytes, format_: Format) -> Response:
    """Send what is written in a format."""
    marked = format_.name == "csv" and request.values.get("_format") == WITH_BOM
    return Response(BOM_UTF8 + body if marked else body, content_type=format_.content_type)


def alternates(document: str, offered: Sequence[Format], query: str = "") -> list[str]:
    """Return links to the forms a document comes in, by extension (RFC 8288)."""
    forms = [*((each.name, each.media_type) for each in offered), ("html", negotiation.HTML)]
    return [f'<{document}.{name}{query}>; rel="alternate"; type="{media_type}"' for name, media_type in forms]


def files(offered: Sequence[Format], address: Callable[[str], str]) -> list[str]:
    """Return links from a page to the files its table can be had as (RFC 8288); none where the address is long."""
    found = [(address(each.name), each.media_type) for each in offered]
    return [f'<{file}>; rel="alternate"; type="{type_}"' for file, type_ in found if len(file) <= _LONGEST_ADDRESS / 2]


def mark(response: Response, answer: Answer) -> None:
    """Say in the head of a response that the answer was cut, if it was."""
    if answer.cut is not None:
        response.headers["X-Result-Truncated"] = f"rows={answer.cut}"


def send_page(html: str, version: str | None = None) -> Response:
    """Send a page in the language of the request."""
    response = worded(make_response(html))
    if version:
        response.headers["X-Dataset-Version"] = version
    return response


def send_drawing(svg: str, version: str) -> Response:
    """Send a drawing in the language of the request, with the version of the data it shows."""
    response = worded(make_response(svg))
    response.headers["Content-Type"] = "image/svg+xml; charset=utf-8"
    response.headers["X-Dataset-Version"] = version
    return response


def worded(response: Response) -> Response:
    """Say of a response that its words are in the language of the request."""
    response.headers["Content-Language"] = language()
    return response


def preflight() -> Response:
    """Answer the preflight of CORS for an address that takes POST."""
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, Content-Type"
    response.headers["Access-Control-Max-Age"] = "86400"
    response.headers["Allow"] = "GET, HEAD, POST, OPTIONS"
    return response


def wants_html(offered: Sequence[Format]) -> bool:
    """Tell whether the asker would rather read a page than one of the formats offered."""
    values = request.values
    if named := values.get("_format") or values.get("_mediatype"):
        return named in {"html", negotiation.HTML}
    return negotiation.prefers_html(_accept(), tuple(offered))


def reads_pages(*others: str) -> bool:
    """Tell whether the asker would rather read a page than any of the media types."""
    return negotiation.prefers_html(_accept(), others)


def chosen(offered: Sequence[Format], *, extension: str | None = None) -> Format | None:
    """Choose a format: the extension beats `_format` and `_mediatype`, which beat Accept; None if none fits."""
    values = request.values
    if named := extension or values.get("_format"):
        return next((each for each in offered if each.name == ("csv" if named == WITH_BOM else named)), None)
    if media_type := values.get("_mediatype"):
        return next((each for each in offered if media_type in (each.media_type, *each.aliases)), None)
    return negotiation.best(_accept(), tuple(offered))


def _accept() -> str:
    return str(request.environ.get("HTTP_ACCEPT", ""))


def required(offered: Sequence[Format], *, extension: str | None = None) -> Format:
    """Choose a format, or raise ServiceError 406 naming those offered."""
    choice = chosen(offered, extension=extension)
    if choice is None:
        raise ServiceError("not-acceptable", 406, offered=", ".join(each.media_type for each in offered))
    return choice
