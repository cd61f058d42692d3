"""The start page, and whether the service is alive and ready."""

from flask import Blueprint, Response, current_app, make_response, render_template, request

from sasaeai.errors import ServiceError
from sasaeai.lists import choosing
from sasaeai.store import metrics
from sasaeai.web import answers, askers
from sasaeai.web.context import here, language
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA, operation

blueprint = Blueprint("pages", __name__)

_CITIES = 24
"""Cities that the start page shows; the list has them all."""


@blueprint.get("/")
@operation(
    "pages",
    "はじめのページ。",
    "The start page.",
    gives=[HTML],
    answers=[400, 503],
    parameters=["asOf", "lang"],
    headers=OF_DATA,
)
def start() -> Response:
    """Show what there is: the cities with data, what can be asked of them, and where to go on."""
    entries = here().shelf.take(here().shelf.listings["cities"], language())
    cities = entries.heard
    html = render_template(
        "start.html",
        cities=cities,
        shown=cities[:_CITIES],
        of=len(entries.entries),
        totals={column: choosing.total(cities, column) for column in ("documents", "quotes")},
        questions=here().questions,
        compares="compare" in current_app.blueprints,
        version=entries.version,
    )
    return answers.send_page(html, entries.version)


@blueprint.get("/healthz")
@operation("operation", "このプロセスが応答しているか。", "Whether this web process answers.", gives=["text/plain"])
def healthz() -> Response:
    """Say that this web process answers."""
    return _plain("ok\n")


@blueprint.get("/readyz")
@operation(
    "operation",
    "問合せに答えられるか、どの版のデータからか。",
    "Whether queries are answered, and over which version of the data.",
    gives=["text/plain"],
    answers=[503],
)
def readyz() -> Response:
    """Say that queries are answered, and over which version of the data; 503 until they are."""
    if not here().store.ready():
        raise ServiceError("engine-away", 503, retry_after=1)
    return _plain(f"ready {here().store.version()}\n")


@blueprint.get("/metrics")
@operation(
    "operation",
    "サービス全体の計数（Prometheusの形式）。許されたアドレスからだけ読めます。",
    "Counts of the whole service in the text format of Prometheus. Only addresses that are let in may read them.",
    gives=["text/plain"],
    answers=[403],
)
def counts() -> Response:
    """Give the counts of the whole service to who may read them, in the text format of Prometheus."""
    settings = here().settings
    client = askers.address(request.environ, settings.trusted_proxies)
    if not (
        askers.is_in(client, settings.metrics_clients) and askers.is_direct(request.environ, settings.trusted_proxies)
    ):
        raise ServiceError("metrics-closed", 403)
    current_app.extensions["observer"].tell()
    response = make_response(metrics.rendered())
    response.headers["Content-Type"] = "text/plain; version=0.0.4; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(text: str) -> Response:
    response = make_response(text)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response
