"""A page that begins before it is known what it tells: who waits sees in it how far it is, without any script.

Its template runs through `steps` and then asks for the `outcome`; after each step it writes `sent`, and what is written
by then goes out. The status is 200 by then: a mistake that comes later is told in the page.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from flask import Response, current_app, request, stream_template

from sasaeai.errors import ServiceError
from sasaeai.examiner import Step
from sasaeai.journal import log
from sasaeai.web import answers
from sasaeai.web.context import language
from sasaeai.web.requests import STREAMED

_SENT = "\0"
"""Written where what is written is to be sent; a page has it nowhere else."""

Outcome = Mapping[str, Any]
T = TypeVar("T")


def page(template: str, waited: Iterator[Step | T], outcome: Callable[[T], Outcome], **shown: Any) -> Response:
    """Send a page piece by piece; `outcome` makes what it tells at last of what was waited for."""
    ended: list[Outcome] = []

    def steps() -> Iterator[Step]:
        try:
            for each in waited:
                if isinstance(each, Step):
                    yield each
                else:
                    ended.append(outcome(each))
        except ServiceError as error:
            ended.append({"problem": error.message(language())})
        except Exception as error:
            # What has begun is sent already: nobody else could tell of it.
            log("fault", path=request.path, trace="".join(traceback.format_exception(error)))
            ended.append({"problem": ServiceError("internal", 500).message(language())})

    # The server sends each piece as it comes, and a proxy is not to keep it back until all are there.
    request.environ[STREAMED] = True
    pieces = stream_template(template, steps=steps(), outcome=ended.pop, sent=_SENT, **shown)
    response = answers.worded(current_app.response_class(_gathered(pieces), mimetype="text/html"))
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _gathered(pieces: Iterator[str]) -> Iterator[bytes]:
    held: list[str] = []
    for each in pieces:
        if each == _SENT:
            yield "".join(held).encode()
            held.clear()
        else:
            held.append(each)
    yield "".join(held).encode()
