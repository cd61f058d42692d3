"""The desk's pages for submissions: handed in by a city, looked at, accepted or returned by a reviewer."""

import json
from collections.abc import Callable
from itertools import chain
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, request

from sasaeai import publish
from sasaeai.desk import revisions, submissions
from sasaeai.desk.audit import record
from sasaeai.desk.submissions import Submission
from sasaeai.desk.tokens import Token
from sasaeai.errors import ServiceError
from sasaeai.examiner import Step
from sasaeai.formats import OBJECTS
from sasaeai.publish import Handed
from sasaeai.web import desk, documents, signing, told, validate, waiting
from sasaeai.web.context import client, here, language
from sasaeai.web.desk import Done
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import operation, parameter

blueprint = Blueprint("submissions", __name__)
blueprint.register_error_handler(ServiceError, signing.to_sign_in)

_REPORT = "submission-report.html"
_LONGEST_FILE = 3_000_000
"""Bytes of a workbook with comments that a page carries with it."""

_PAGE, _SAME = "/submissions/", "same:"
_COMMENT = {"type": "string", "maxLength": 4000}
RECEIPT = parameter("receipt", "受付番号。", "The receipt.", {"type": "string"}, where="path", example="0" * 32)


@blueprint.get("/submissions")
@operation(
    "desk",
    "申請の一覧の1ページ。審査待ちが先。市区町村には自らのもの、審査者には全て。",
    "A page of the submissions, those that wait first. To a city its own, to a reviewer all.",
    gives=[HTML, OBJECTS],
    answers=[400, 401, 404, 503],
    parameters=["page", "limit", "lang"],
    headers=["Link"],
)
def every() -> Response:
    """List the submissions that the asker may see; a city hands in here."""
    return _listed()


@blueprint.post("/submissions")
@operation(
    "desk",
    "ファイルを提出する。誤りがあれば422で、何も受け付けません。1秒を超えるページは、200で進み具合から示します。",
    "Hand in a file. With mistakes in it: 422, and nothing is received. A page of over a second: 200, progress first.",
    method="POST",
    gives=[HTML],
    answers=[201, 303, 400, 401, 403, 404, 413, 415, 422, 429, 503],
    parameters=["lang"],
    body=validate.BODY,
)
def submit() -> Response:
    """Examine a file; hand it in if nothing is wrong with it, else show what is."""
    token = signing.asker()
    signing.check_form()
    as_page = desk.reads_pages()
    try:
        file = validate.sent()
        if not as_page:
            return _handed(token, *here().examiner.hand_in(*file, language(), client()))
        waited = here().examiner.handing_in(*file, language(), client())
        if not isinstance(first := next(waited), Step):
            return _handed(token, *first)
    except ServiceError as error:
        if not as_page:
            raise
        return _listed(error)
    shown = desk.asked_by() | validate.offered()
    return waiting.page(_REPORT, chain([first], waited), lambda handed: _outcome(token, *handed), **shown)


def _outcome(token: Token, handed: Handed, commented: bytes) -> dict[str, Any]:
    return _mistaken(handed, commented) if handed.mistakes else {"receipt": _received(token, handed)}


def _handed(token: Token, handed: Handed, commented: bytes) -> Response:
    """Receive a file that was examined, or tell what is wrong with it."""
    if handed.mistakes and desk.reads_pages():
        return desk.page(_REPORT, status=422, outcome=lambda: _mistaken(handed, commented), **validate.offered())
    if handed.mistakes:
        report = json.loads(handed.report)
        raise ServiceError("not-conforming", 422, name=handed.name, count=handed.mistakes, report=report)
    receipt = _received(token, handed)
    if desk.reads_pages():
        return desk.led(_PAGE + receipt)
    response = desk.send(told.submission(publish.find(here().desk, token, receipt)))
    response.status_code = 201
    response.headers["Location"] = _PAGE + receipt
    return response


def _received(token: Token, handed: Handed) -> str:
    return publish.submit(here().desk, here().repository, token, handed)


@blueprint.get("/submissions/<receipt>")
@operation(
    "desk",
    "受付票。待っている間は、受理すると変わることも。",
    "The receipt. While it waits, with what accepting it would change.",
    gives=[HTML, OBJECTS],
    answers=[401, 404, 503],
    parameters=[RECEIPT, "lang"],
)
def one(receipt: str) -> Response:
    """Show what became of a submission, to its city and to reviewers."""
    return _shown(receipt)


@blueprint.get("/submissions/<receipt>/file")
@operation(
    "desk",
    "提出されたファイル。送った市区町村と審査者だけに。",
    "The file that was handed in. To its city and to reviewers only.",
    gives=["application/octet-stream"],
    answers=[401, 404, 410, 503],
    parameters=[RECEIPT],
    headers=["Content-Disposition"],
)
def file(receipt: str) -> Response:
    """Give the file back as it was sent."""
    token = signing.asker()
    found = _found(token, receipt)
    if not found.content:
        raise ServiceError("upload-removed", 410, receipt=receipt)
    record(here().desk, token.name, "upload read", receipt)
    response = make_response(found.content)
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
    return response


@blueprint.post("/submissions/<receipt>/accept")
@operation(
    "desk",
    "受理して公開する。審査者だけに。既存の団体とみなす新しい団体は same:（新）=（既存）で。",
    "Accept it, and publish it. Reviewers only. A new organisation that is a known one: same:(new)=(known).",
    method="POST",
    gives=[OBJECTS],
    answers=[303, 400, 401, 403, 404, 409, 413, 422, 503],
    parameters=[RECEIPT, "lang"],
    body=signing.form(over={"type": "string", "enum": ["1"]}, comment=_COMMENT),
)
def accept(receipt: str) -> Response:
    """Make a submission its city's newest revision."""
    same = {name.removeprefix(_SAME): known for name, known in request.form.items() if name.startswith(_SAME) and known}
    over, comment, context = request.form.get("over") == "1", request.form.get("comment", ""), here()

    def act(token: Token) -> None:
        _found(token, receipt)
        publish.accept(
            context.desk,
            context.repository,
            context.store,
            token,
            receipt,
            same=same,
            over=over,
            comment=comment,
            judge=context.examiner.mistakes,
        )

    return _decided(receipt, act)


@blueprint.post("/submissions/<receipt>/return")
@operation(
    "desk",
    "意見を付けて差し戻す。審査者だけに。",
    "Return it with a comment. Reviewers only.",
    method="POST",
    gives=[OBJECTS],
    answers=[303, 400, 401, 403, 404, 409, 413, 422, 503],
    parameters=[RECEIPT, "lang"],
    body=signing.form(comment=_COMMENT),
)
def return_(receipt: str) -> Response:
    """Give a submission back to its sender."""

    def act(token: Token) -> None:
        _found(token, receipt)
        publish.return_(here().desk, token, receipt, request.form.get("comment", ""))

    return _decided(receipt, act)


def _decided(receipt: str, act: Callable[[Token], None]) -> Response:
    """Decide on a submission; what became of it is told, or shown on its page."""

    def decide(token: Token) -> Done:
        act(token)
        return _PAGE + receipt, lambda: _shown(receipt)

    return desk.done(decide, lambda error: _shown(receipt, error))


def _listed(error: ServiceError | None = None) -> Response:
    token, asked = signing.asker(), documents.page_asked()
    found, total = publish.listed(here().desk, token, asked)
    if desk.reads_pages():
        shown = validate.offered() | {"found": found, "paging": asked, "total": total}
        response = desk.page("submissions.html", error, **shown)
    else:
        response = desk.send({"submissions": [told.submission(each) for each in found], "total": total})
    return documents.link_pages(response, asked, total)


def _shown(receipt: str, error: ServiceError | None = None) -> Response:
    token = signing.asker()
    found = _found(token, receipt)
    waits = found.state == submissions.RECEIVED
    review = publish.review(here().desk, here().repository, here().store, receipt) if waits else None
    made = [each for each in revisions.of_city(here().desk, found.city) if each.submission == receipt]
    if not desk.reads_pages():
        number, looked_at = made[0].id if made else None, told.review(review) if review else None
        return desk.send(told.submission(found) | {"revision": number, "review": looked_at})
    return desk.page(
        "submission.html",
        error,
        at=_PAGE + receipt,
        it=found,
        review=review,
        revision=made[0] if made else None,
        report=json.loads(found.report) if found.report else None,
        chapters=publish.chapters(review.changes, review.wording, language()) if review else [],
        most=validate.MOST,
    )


def _mistaken(handed: Handed, commented: bytes) -> dict[str, Any]:
    """Return what is wrong in a file that was not received; it goes back with comments, since it is not kept."""
    return validate.told(handed.report) | {"commented": commented if len(commented) <= _LONGEST_FILE else b""}


def _found(token: Token, receipt: str) -> Submission:
    """Return a submission to who may see it; to others there is none: ServiceError 404."""
    try:
        return publish.find(here().desk, token, receipt)
    except ServiceError as error:
        if error.key != "another-city":
            raise
        raise ServiceError("unknown-receipt", 404, receipt=receipt) from error
