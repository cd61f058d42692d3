"""The desk's pages for revisions: listed, read, compared, restored."""

from flask import Blueprint, Response, request

from sasaeai import publish
from sasaeai.desk import revisions
from sasaeai.desk.revisions import Revision
from sasaeai.desk.tokens import Token
from sasaeai.errors import ServiceError
from sasaeai.formats import OBJECTS
from sasaeai.web import desk, documents, signing, told
from sasaeai.web.context import here, language
from sasaeai.web.desk import Done
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import operation, parameter

blueprint = Blueprint("revisions", __name__)
blueprint.register_error_handler(ServiceError, signing.to_sign_in)

_PAGE = "/revisions/"

ALL = "all"
"""Asked for in place of an earlier revision: not what has changed, but all it says."""

NUMBER = parameter("number", "改訂の番号。", "The revision's number.", {"type": "integer"}, where="path", example="1")
CITY = parameter("m", "市区町村のコード（6桁）。", "The 6-digit code of a municipality.", {"type": "string"})
FROM = parameter(
    "from",
    "比べる改訂の番号。0は収録ファイル、allは全文。指定がなければ一つ前。",
    "The revision to compare with; 0: the files of the repository; all: the whole text. By default the one before.",
    {"type": "string", "pattern": "^([0-9]{1,9}|all)$"},
)


@blueprint.get("/revisions")
@operation(
    "desk",
    "改訂の一覧の1ページ。新しい順。市区町村には自らのもの、審査者には全て。",
    "A page of the revisions, the newest first. To a city its own, to a reviewer all.",
    gives=[HTML, OBJECTS],
    answers=[400, 401, 403, 404, 503],
    parameters=[CITY, "page", "limit", "lang"],
    headers=["Link"],
)
def every() -> Response:
    """List the revisions that the asker may see, the newest first."""
    asked = documents.page_asked()
    found, total = publish.history(here().desk, signing.asker(), asked, request.args.get("m", ""))
    if desk.reads_pages():
        response = desk.page("revisions.html", revisions=found, paging=asked, total=total)
    else:
        response = desk.send({"revisions": [told.revision(each) for each in found], "total": total})
    return documents.link_pages(response, asked, total)


@blueprint.get("/revisions/<int(max=999999999):number>")
@operation(
    "desk",
    "改訂が前から何を変えたか、又は全文。",
    "What a revision has changed, or all it says.",
    gives=[HTML, OBJECTS],
    answers=[400, 401, 403, 404, 503],
    parameters=[NUMBER, FROM, "lang"],
)
def one(number: int) -> Response:
    """Show a revision to its city and to reviewers, in words."""
    return _shown(number)


@blueprint.post("/revisions/<int(max=999999999):number>/restore")
@operation(
    "desk",
    "この改訂の内容を新しい改訂として公開する。審査者だけに。",
    "Publish what this revision said as a new one. Reviewers only.",
    method="POST",
    gives=[OBJECTS],
    answers=[303, 400, 401, 403, 404, 409, 413, 422, 503],
    parameters=[NUMBER, "lang"],
    body=signing.form(),
)
def restore(number: int) -> Response:
    """Make a new revision that says what an earlier one said."""
    context = here()

    def act(token: Token) -> Done:
        judge = context.examiner.mistakes
        made = publish.restore(context.desk, context.repository, context.store, token, number, judge=judge).revision
        return f"{_PAGE}{made.id}", lambda: desk.send(told.revision(made))

    return desk.done(act, lambda error: _shown(number, error))


def _shown(number: int, error: ServiceError | None = None) -> Response:
    context = here()
    found = publish.seen(context.desk, signing.asker(), number)
    others = [each for each in revisions.of_city(context.desk, found.city) if each.id != number]
    earlier = _earlier(found)
    if earlier is None:
        between = publish.whole(context.desk, context.repository, context.store, found)
    else:
        between = publish.between(context.desk, context.repository, context.store, found, earlier)
    if not desk.reads_pages():
        changes = told.changes(between.changes, between.wording)
        return desk.send(told.revision(found) | {"from": earlier, "changes": changes})
    newest = max(number, *(each.id for each in others)) if others else number
    return desk.page(
        "revision.html",
        error,
        at=f"{_PAGE}{number}",
        it=found,
        newest=newest,
        others=others[::-1],
        earlier=earlier,
        chapters=publish.chapters(between.changes, between.wording, language()),
    )


def _earlier(revision: Revision) -> int | None:
    """Return the revision that is asked to be compared with, else the one before; None where the whole is asked for."""
    asked = request.args.get("from", "")
    if asked == ALL:
        return None
    if not asked:
        return publish.before(here().desk, revision)
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 10):
        wanted = {"ja": "改訂の番号です", "en": "It is the number of a revision"}
        raise ServiceError("bad-parameter", 400, parameter="from", value=asked[:100], wanted=wanted, example="1")
    return int(asked)
