"""How an answer leaves: negotiated, with the headers that caches, browsers and programs rely on."""

import gzip
import hashlib
from codecs import BOM_UTF8
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, request

from sasaeai.errors import ServiceError
from sasaeai.formats import BY_MEDIA_TYPE, BY_NAME, Format
from sasaeai.store import Answer
from sasaeai.web import negotiation
from sasaeai.web.context import language

_WORTH_COMPRESSING = 1400
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

WITH_BOM = "csv-bom"
"""The format parameter for CSV that Excel reads as what it is: UTF-8 with a byte order mark."""


def install(app: Flask) -> None:
    """Send every response of an application with the headers of a public, safe, cacheable service."""

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
        response.headers.setdefault(
            "Access-Control-Expose-Headers",
            "Content-Location, ETag, Link, Retry-After, X-Dataset-Version, X-Result-Truncated",
        )
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.vary.update(("Accept", "Accept-Encoding", "Accept-Language"))
        if response.location:
            # Werkzeug's own redirections lead to the host that the asker has named.
            response.location = urlsplit(response.location)._replace(scheme="", netloc="").geturl()
        _compress(response)
        if response.status_code == 200 and request.method in {"GET", "HEAD"} and not response.is_streamed:
            response.headers.setdefault("Cache-Control", "no-cache")
            _tag(response)
            response.make_conditional(request)
        return response


def _tag(response: Response) -> None:
    """Give a response its ETag: that of its bytes and of what they are to be read as."""
    if "ETag" not in response.headers:
        read_as = [response.headers.get(f"Content-{each}") for each in ("Type", "Language", "Encoding")]
        digest = hashlib.sha256(f"{read_as}\n".encode())
        digest.update(response.get_data())
        response.set_etag(digest.hexdigest()[:40])


def _compress(response: Response) -> None:
    """Send what is long and compressible in gzip to who reads it; the ETag is that of the bytes sent."""
    if (
        negotiation.reads_gzip(request.headers.get("Accept-Encoding", ""))
        and response.status_code < 300
        and not response.is_streamed
        and (response.content_length or 0) >= _WORTH_COMPRESSING
    ):
        response.set_data(gzip.compress(response.get_data(), compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"


def send(answer: Answer) -> Response:
    """Send an answer of the store, with the version of the data it was read from."""
    marked = answer.format.name == "csv" and request.values.get("_format") == WITH_BOM
    response = make_response(BOM_UTF8 + answer.body if marked else answer.body)
    response.headers["Content-Type"] = answer.format.content_type
    response.headers["X-Dataset-Version"] = answer.version
    mark(response, answer)
    return response


def mark(response: Response, answer: Answer) -> None:
    """Say in the head of a response that the answer was cut, if it was."""
    if answer.cut is not None:
        response.headers["X-Result-Truncated"] = f"rows={answer.cut}"


def send_page(html: str, version: str | None = None) -> Response:
    """Send a page in the language of the request."""
    response = make_response(html)
    response.headers["Content-Language"] = language()
    if version:
        response.headers["X-Dataset-Version"] = version
    return response


def wants_html(offered: Sequence[Format]) -> bool:
    """Tell whether the asker would rather read a page than one of the formats offered."""
    named = request.values.get("_format") or request.values.get("_mediatype")
    if named:
        return named in {"html", negotiation.HTML}
    return negotiation.prefers_html(_accept(), tuple(offered))


def reads_pages(*others: str) -> bool:
    """Tell whether the asker would rather read a page than any of the media types."""
    return negotiation.prefers_html(_accept(), others)


def chosen(offered: Sequence[Format], *, extension: str | None = None) -> Format | None:
    """Choose a format: the extension beats `_format` and `_mediatype`, which beat Accept; None if none fits."""
    if named := extension or request.values.get("_format"):
        return _offered(BY_NAME.get("csv" if named == WITH_BOM else named), offered)
    if media_type := request.values.get("_mediatype"):
        return _offered(BY_MEDIA_TYPE.get(media_type), offered)
    return negotiation.best(_accept(), tuple(offered))


def _accept() -> str:
    return request.headers.get("Accept", "")


def required(offered: Sequence[Format], *, extension: str | None = None) -> Format:
    """Choose a format, or raise ServiceError 406 naming those offered."""
    choice = chosen(offered, extension=extension)
    if choice is None:
        raise ServiceError("not-acceptable", 406, offered=", ".join(each.media_type for each in offered))
    return choice


def _offered(wanted: Format | None, offered: Sequence[Format]) -> Format | None:
    return wanted if wanted in offered else None
