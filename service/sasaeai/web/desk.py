"""What the desk's pages share: who has signed in, in which city, and the same for programs."""

import json
from collections.abc import Callable
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request

from sasaeai.desk.tokens import Token
from sasaeai.errors import ServiceError
from sasaeai.formats import OBJECTS
from sasaeai.statements.municipalities import municipalities
from sasaeai.web import answers, signing
from sasaeai.web.context import here, language
from sasaeai.web.links import on_host

Done = tuple[str, Callable[[], Response]]
"""What came of a form: the path of the page that shows it, and what tells it to programs."""


def reads_pages() -> bool:
    """Tell whether the asker would rather read a page than JSON."""
    return answers.wants_html((OBJECTS,))


def page(
    template: str, error: ServiceError | None = None, status: int = 200, at: str = "", **shown: object
) -> Response:
    """Send a page of the desk to who has signed in; `error` is told at its head and gives it its status.

    `at` is the path that shows it, also where this is the answer to a form that was sent to another.
    """
    problem = error.message(language()) if error else None
    response = answers.send_page(render_template(template, problem=problem, **asked_by(at), **shown))
    response.status_code = int(error.status) if error else status
    return response


def asked_by(at: str = "") -> dict[str, Any]:
    """Return what every page of the desk shows: who has signed in, and the names of cities; see `page` for `at`."""
    g.path = at or request.path
    names = municipalities(here().store, here().repository).called
    cities = {"cities": lambda code: names[code][language()] if code in names else code}
    return {"token": signing.asker(), "proof": signing.proof(), **cities}


def done(act: Callable[[Token], Done], show: Callable[[ServiceError], Response]) -> Response:
    """Do what a form of ours asks for, and lead to what came of it; programs are told.

    What is refused is shown, to who reads pages, on the page that `show` makes.
    """
    token = signing.asker()
    signing.check_form()
    try:
        path, tell = act(token)
    except ServiceError as error:
        if not reads_pages():
            raise
        return show(error)
    return led(path) if reads_pages() else tell()


def led(path: str) -> Response:
    """Lead to a page of the desk, after a form."""
    return redirect(on_host(path), code=303)  # type: ignore[return-value]


def send(told: object) -> Response:
    """Send what programs read."""
    response = make_response(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    response.headers["Content-Type"] = OBJECTS.content_type
    return response
