"""The whole graph: its description (DCAT, VoID, schema.org), its dumps, and what crawlers are told."""

import threading

from flask import Blueprint, Flask, Response, current_app, make_response, redirect, render_template, request, send_file

from sasaeai import dataset
from sasaeai.errors import ServiceError
from sasaeai.settings import Settings
from sasaeai.web import answers, documents
from sasaeai.web.context import here, language
from sasaeai.web.operations import operation, parameter
from sasaeai.web.requests import STREAMED

blueprint = Blueprint("dataset", __name__)

_RETRY_SECONDS = 30

NAME = parameter(
    "name",
    "ファイルの名前。",
    "The name of the file.",
    {"type": "string"},
    where="path",
    example="sasaeai.nq.gz",
)

ROBOTS = """User-agent: *
Allow: /
# An endless space of answers: what there is to read is linked from the pages.
Disallow: /sparql?
Disallow: /dump/
Disallow: /metrics
Crawl-delay: 1
"""


def install(app: Flask, settings: Settings) -> None:
    """Give an application the places that the readers of dumps take."""
    app.extensions["sasaeai-dumps"] = threading.BoundedSemaphore(settings.dumps_at_once)


@blueprint.get("/dataset")
@blueprint.get(f"/dataset.<{documents.SUFFIX}>")
@operation(
    "dataset",
    "データ全体の説明（DCAT、VoID、schema.org）。",
    "The description of the dataset (DCAT, VoID, schema.org).",
    **documents.TOLD,
)
def whole(extension: str | None = None) -> Response:
    """Answer with the description of the dataset."""

    def page() -> Response:
        found = here().kept(dataset.whole)
        shown = found.pages[language()]
        html = render_template("dataset.html", page=shown, document="/dataset", embedded=found.embedded)
        return answers.send_page(html, found.version)

    return documents.answer("/dataset", extension, lambda: here().kept(dataset.whole).described, page)


@blueprint.get("/.well-known/void")
@operation(
    "dataset",
    "データの説明に至る、決まったアドレス（VoID）。",
    "The well-known address that leads to the description (VoID).",
    answers=[302],
)
def void() -> Response:
    """Lead to the description of the dataset (VoID §7.2, RFC 5785)."""
    response: Response = redirect("/dataset", code=302)  # type: ignore[assignment]
    return response


@blueprint.get("/dump/<name>")
@operation(
    "dataset",
    "データ全体の一つのファイル。名前は /dataset にあります。",
    "A file with the whole graph in it. The page /dataset names the files.",
    gives=["application/gzip"],
    answers=[206, 404, 416, 503],
    parameters=[NAME],
    headers=["Last-Modified", "X-Dataset-Version", "Content-Disposition"],
)
def dump(name: str) -> Response:
    """Send a file with the whole graph in it, as it is read from the disk; ServiceError 503 to one reader too many."""
    found = next((each for each in here().store.dumps() if each.name == name), None)
    if found is None:
        raise ServiceError("not-found", 404, what=request.path)
    places: threading.BoundedSemaphore = current_app.extensions["sasaeai-dumps"]
    if not places.acquire(blocking=False):
        raise ServiceError("busy", 503, retry_after=_RETRY_SECONDS)
    try:
        response = send_file(found.path, mimetype=found.media_type, conditional=True, etag=found.sha256)
    except FileNotFoundError as error:
        # The next version was published between two looks.
        places.release()
        raise ServiceError("dump-unfinished", 503, retry_after=1) from error
    except BaseException:
        places.release()
        raise
    # Passed through, the file would be the answer itself, and its end nobody's business.
    response.direct_passthrough = False
    response.call_on_close(places.release)
    request.environ[STREAMED] = True
    response.headers["X-Dataset-Version"] = found.path.parent.name
    return response


@blueprint.get("/robots.txt")
@operation("pages", "検索ロボットへの案内。", "What crawlers are told.", gives=["text/plain"])
def robots() -> Response:
    """Tell crawlers that all that is linked may be read, and what is not worth it."""
    base = here().settings.public_base
    response = make_response(ROBOTS + (f"Sitemap: {base}sitemap.xml\n" if base else ""))
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response
