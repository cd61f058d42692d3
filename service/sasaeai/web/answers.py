"""How an answer leaves: negotiated, with the headers that caches, browsers and programs rely on."""

from collections.abc import Sequence

from flask import Flask, Response, make_response, request
from werkzeug.datastructures import MIMEAccept

from sasaeai.errors import ServiceError
from sasaeai.formats import BY_MEDIA_TYPE, BY_NAME, Format
from sasaeai.store import Answer
from sasaeai.web.context import language

HTML = "text/html"

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


def install(app: Flask) -> None:
    """Send every response of an application with the headers of a public, safe, cacheable service."""

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
        response.headers.setdefault(
            "Access-Control-Expose-Headers", "Content-Location, ETag, Link, Retry-After, X-Dataset-Version"
        )
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.vary.update(("Accept", "Accept-Language"))
        if response.status_code == 200 and request.method in {"GET", "HEAD"} and not response.is_streamed:
            response.headers.setdefault("Cache-Control", "no-cache")
            response.add_etag()
            response.make_conditional(request)
        return response


def send(answer: Answer) -> Response:
    """Send an answer of the store, with the version of the data it was read from."""
    response = make_response(answer.body)
    response.headers["Content-Type"] = answer.format.content_type
    response.headers["X-Dataset-Version"] = answer.version
    return response


def send_page(html: str, version: str | None = None) -> Response:
    """Send a page in the language of the request."""
    response = make_response(html)
    response.headers["Content-Language"] = language()
    if version:
        response.headers["X-Dataset-Version"] = version
    return response


def wants_html(offered: Sequence[Format]) -> bool:
    """Tell whether the asker would rather read a page than one of the formats offered."""
    if "_format" in request.args or "_mediatype" in request.args:
        return request.args.get("_format") == "html" or request.args.get("_mediatype") == HTML
    accepted = request.accept_mimetypes
    best = max((accepted.quality(name) for each in offered for name in (each.media_type, *each.aliases)), default=0)
    return HTML in accepted.values() and accepted.quality(HTML) >= best


def chosen(offered: Sequence[Format], *, extension: str | None = None) -> Format | None:
    """Choose a format: the extension beats `_format` and `_mediatype`, which beat Accept; None if none fits."""
    if named := extension or request.values.get("_format"):
        return _offered(BY_NAME.get(named), offered)
    if media_type := request.values.get("_mediatype"):
        return _offered(BY_MEDIA_TYPE.get(media_type), offered)
    return best(request.accept_mimetypes, offered)


def best(accepted: MIMEAccept, offered: Sequence[Format]) -> Format | None:
    """Choose by Accept (RFC 9110 §12.5.1): highest quality, then the most specific wish, then our own order."""
    if not accepted:
        return offered[0]
    names = {name: each for each in offered for name in (each.media_type, *each.aliases)}
    match = accepted.best_match(list(names))
    return names[match] if match else None


def required(offered: Sequence[Format], *, extension: str | None = None) -> Format:
    """Choose a format, or raise ServiceError 406 naming those offered."""
    choice = chosen(offered, extension=extension)
    if choice is None:
        raise ServiceError("not-acceptable", 406, offered=", ".join(each.media_type for each in offered))
    return choice


def _offered(wanted: Format | None, offered: Sequence[Format]) -> Format | None:
    return wanted if wanted in offered else None
