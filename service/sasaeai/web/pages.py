"""The start page, and whether the service is alive and ready."""

from flask import Blueprint, Response, make_response, render_template, request

from sasaeai import entity
from sasaeai.errors import ServiceError
from sasaeai.store import metrics
from sasaeai.web import answers, askers
from sasaeai.web.context import here, language

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def start() -> Response:
    """Show what there is: the cities, and the questions that can be asked of them."""
    cities = entity.cities(here().store, here().repository, language())
    html = render_template("start.html", cities=cities, questions=here().questions.values())
    return answers.send_page(html, cities.version)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this web process answers."""
    return _plain("ok\n")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say that queries are answered, and over which version of the data; 503 until they are."""
    if not here().store.ready():
        raise ServiceError("engine-away", 503, retry_after=1)
    return _plain(f"ready {here().store.version()}\n")


@blueprint.get("/metrics")
def counts() -> Response:
    """Give the counts of the whole service to who may read them, in the text format of Prometheus."""
    settings = here().settings
    client = askers.address(request.environ, settings.trusted_proxies)
    if not (
        askers.is_in(client, settings.metrics_clients) and askers.is_direct(request.environ, settings.trusted_proxies)
    ):
        raise ServiceError("metrics-closed", 403)
    response = make_response(metrics.rendered())
    response.headers["Content-Type"] = "text/plain; version=0.0.4; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(text: str) -> Response:
    response = make_response(text)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response
