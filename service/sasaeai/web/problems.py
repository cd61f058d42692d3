"""How a mistake is told: as problem+json (RFC 9457), or as a page to who reads pages."""

import json
import traceback

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from sasaeai.errors import ServiceError
from sasaeai.journal import log
from sasaeai.vocabulary import PROBLEM
from sasaeai.web.answers import reads_pages, send_page
from sasaeai.web.context import language
from sasaeai.web.links import local


def install(app: Flask) -> None:
    """Render every error of an application in one place."""
    app.register_error_handler(ServiceError, tell)
    app.register_error_handler(HTTPException, _translate)
    app.register_error_handler(Exception, _unforeseen)


def tell(error: ServiceError) -> Response:
    """Tell a caller of a mistake, in both languages, in the form the caller reads."""
    if reads_pages("application/problem+json", "application/json"):
        response = send_page(render_template("problem.html", error=error, message=error.message(language())))
    else:
        response = make_response(
            json.dumps(
                {
                    "type": f"{PROBLEM}#{error.key}",
                    "title": error.status.phrase,
                    "status": error.status.value,
                    "detail": error.message(language()),
                    "messages": {each: error.message(each) for each in ("ja", "en")},
                    **error.members,
                },
                ensure_ascii=False,
            )
            + "\n"
        )
        response.headers["Content-Type"] = "application/problem+json"
        response.headers["Content-Language"] = language()
    return mark(response, error)


def mark(response: Response, error: ServiceError) -> Response:
    """Give a response that tells of a mistake its status, and what goes with it."""
    response.status_code = error.status
    response.headers["Cache-Control"] = "no-store"
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if successors := error.parameters.get("successors"):
        links = [f'<{local(each)}>; rel="successor-version"' for each in successors if local(each)]
        response.headers["Link"] = ", ".join(links)
    if error.status == 405:
        response.headers["Allow"] = error.parameters["allowed"]
    return response


def _translate(error: HTTPException) -> Response:
    match error:
        case NotFound():
            return tell(ServiceError("not-found", 404, what=request.path))
        case MethodNotAllowed():
            allowed = ", ".join(sorted(error.valid_methods or []))
            return tell(ServiceError("method", 405, given=request.method, allowed=allowed))
        case RequestEntityTooLarge():
            return tell(ServiceError("too-large", 413, limit=request.max_content_length))
    return tell(ServiceError("http", error.code or 500, detail=error.name))


def _unforeseen(error: Exception) -> Response:
    log("fault", path=request.path, trace="".join(traceback.format_exception(error)))
    return tell(ServiceError("internal", 500))
