"""What the desk's pages share: who has signed in, in which city, and the same for programs."""

import json
from typing import Any

from flask import Response, make_response, render_template

from sasaeai.errors import ServiceError
from sasaeai.formats import OBJECTS
from sasaeai.statements.municipalities import municipalities
from sasaeai.web import answers, signing
from sasaeai.web.context import here, language


def reads_pages() -> bool:
    """Tell whether the asker would rather read a page than JSON."""
    return answers.wants_html((OBJECTS,))


def page(template: str, error: ServiceError | None = None, status: int = 200, **shown: object) -> Response:
    """Send a page of the desk to who has signed in; `error` is told at its head and gives it its status."""
    problem = error.message(language()) if error else None
    response = answers.send_page(render_template(template, problem=problem, **asked_by(), **shown))
    response.status_code = int(error.status) if error else status
    return response


def asked_by() -> dict[str, Any]:
    """Return what every page of the desk shows: who has signed in, and the names of cities."""
    names = municipalities(here().store, here().repository).called
    cities = {"cities": lambda code: names[code][language()] if code in names else code}
    return {"token": signing.asker(), "proof": signing.proof(), **cities}


def send(told: object) -> Response:
    """Send what programs read."""
    response = make_response(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    response.headers["Content-Type"] = OBJECTS.content_type
    return response
