"""Cities side by side: a form to choose them, the page of a comparison, and the same as CSV, Excel workbook and RDF."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request

from sasaeai import calendar, compare, workbook
from sasaeai.calendar import Moment
from sasaeai.compare import Comparison, Difference, sheets
from sasaeai.compare import tables as shown
from sasaeai.errors import ServiceError
from sasaeai.formats import BY_NAME, GRAPH_FORMATS, WORKBOOK, Format
from sasaeai.statements.municipalities import municipalities
from sasaeai.store import Answer
from sasaeai.vocabulary import CONCEPT
from sasaeai.web import answers, lists, particulars, problems
from sasaeai.web.context import Context, here, language
from sasaeai.web.matrix import Matrix
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA, Tree, operation, parameter, several

blueprint = Blueprint("compare", __name__)

FORMATS = (BY_NAME["csv"], WORKBOOK, *GRAPH_FORMATS)
"""The forms of a comparison beside its page."""

TELLS = ("市区町村を比べる。", "Municipalities side by side, as of any days.")


ASKS = (
    particulars.cities,
    parameter("asOf", "基準日。", "Days to compare as of.", several({"type": "string"}), example=["2019-04-01"]),
    parameter(
        "only",
        "この異同の行だけ。",
        "Only rows that compare so.",
        {"type": "string", "enum": [each.value for each in Difference]},
    ),
    "lang",
)


def _topic(context: Context) -> Tree:
    topics = {"type": "string", "enum": [*context.topics]}
    return parameter("key", "話題の鍵。", "The key of a topic.", topics, where="path")


_BETWEEN = re.compile(r"[,、,\n]")


@dataclass(frozen=True)
class Asked:
    """Hold what is to be compared: municipalities by code or name, days as they were written, and which rows."""

    cities: Sequence[str]
    days: Sequence[str]
    only: str | None

    @property
    def query(self) -> str:
        """Return the query string that asks this."""
        return self.matter + ("&lang=en" if language() == "en" else "")

    @property
    def matter(self) -> str:
        """Return the query string that asks this in whatever language the asker reads."""
        only = [("only", self.only)] if self.only else []
        return urlencode([*(("m", each) for each in self.cities), *(("asOf", each) for each in self.days), *only])


@blueprint.get("/compare")
@operation("compare", *TELLS, gives=[HTML, *FORMATS], answers=[303, 400, 406, 503], parameters=ASKS, headers=OF_DATA)
def page() -> Response:
    """Show a comparison, or the form to ask for one; or answer in the format asked for."""
    asked = _asked()
    if not answers.wants_html(FORMATS):
        return _file(asked, answers.required(FORMATS))
    if not asked.cities and len(asked.days) < 2:
        return _form(asked)
    try:
        known = _resolved(asked)
        comparison = _compared(known)
    except ServiceError as error:
        return problems.mark(_form(asked, error), error)
    if [*known.cities, *known.days] != [*request.args.getlist("m"), *request.args.getlist("asOf")]:
        # What a form sends, names and empty fields among it, has an address that can be shared.
        return redirect(f"/compare?{known.query}", code=303)  # type: ignore[return-value]
    return _linked(_page(known, comparison), known)


@blueprint.get("/compare.<any(csv, xlsx, ttl, nt, rdf, jsonld, trig, nq):extension>")
@operation(
    "compare", *TELLS, gives=FORMATS, answers=[400, 503], parameters=ASKS, headers=[*OF_DATA, "Content-Disposition"]
)
def file(extension: str) -> Response:
    """Answer with a comparison in the format its extension names."""
    return _file(_asked(), answers.required(FORMATS, extension=extension))


@blueprint.get("/compare/<key>")
@operation(
    "compare",
    "一つの話題について尋ねるSPARQL。",
    "The SPARQL of a topic, filled in with the municipalities given.",
    gives=["application/sparql-query"],
    answers=[400, 404, 503],
    parameters=[_topic, particulars.cities],
)
def text(key: str) -> Response:
    """Give the SPARQL of a topic, filled in with the municipalities given."""
    if key not in here().topics:
        raise ServiceError("not-found", 404, what=request.path)
    wanted = municipalities(here().store, here().repository).codes(_asked().cities)
    response = make_response(compare.fill(here().topics[key], wanted))
    response.headers["Content-Type"] = "application/sparql-query; charset=utf-8"
    return response


def _asked() -> Asked:
    only = request.args.get("only")
    return Asked(_given("m"), _given("asOf"), only if only in set(Difference) else None)


def _given(name: str) -> list[str]:
    return [part.strip() for value in request.args.getlist(name) for part in _BETWEEN.split(value) if part.strip()]


def _resolved(asked: Asked) -> Asked:
    return replace(asked, cities=municipalities(here().store, here().repository).codes(asked.cities))


def _moment(text: str) -> Moment:
    try:
        return calendar.asked_day(text)
    except calendar.CalendarError as error:
        why = {each: error.message(each) for each in ("ja", "en")}
        raise ServiceError("bad-day", 400, parameter="asOf", why=why) from None


def _compared(asked: Asked) -> Comparison:
    store, repository = here().store, here().repository
    moments = [_moment(each) for each in asked.days]
    beside = compare.columns(store, repository, asked.cities, moments, language())
    return compare.compare(store, repository, here().topics.values(), beside, language())


def _only(comparison: Comparison, only: str | None) -> Comparison:
    kept = tuple(line for line in comparison.lines if only is None or line.difference == only)
    return replace(comparison, lines=kept)


def _page(asked: Asked, comparison: Comparison) -> Response:
    html = render_template(
        "compare.html",
        asked=asked,
        comparison=_only(comparison, asked.only),
        matrix=Matrix(comparison),
        counts=Counter(line.difference.value for line in comparison.lines),
        differences=list(Difference),
        difference_name=lambda key: comparison.label(f"{CONCEPT}difference/{key}"),
        version=comparison.version,
        most=compare.MOST,
        **lists.choices(asked.cities),
    )
    return answers.send_page(html, comparison.version)


def _form(asked: Asked, error: ServiceError | None = None) -> Response:
    problem = error.message(language()) if error else None
    offered = lists.choices(asked.cities)
    return answers.send_page(
        render_template("compare.html", asked=asked, problem=problem, most=compare.MOST, **offered)
    )


def _file(asked: Asked, wanted: Format) -> Response:
    known = _resolved(asked)
    comparison = _only(_compared(known), asked.only)
    match wanted.name:
        case "csv":
            body = shown.csv_of(comparison, language())
        case "xlsx":
            body = workbook.write(sheets.sheets(comparison, language()), sheets.WIDTHS)
        case syntax:
            body = shown.rdf_of(comparison, here().prefixes, language(), syntax)
    response = answers.send(Answer(body, wanted, comparison.version, "solutions"))
    response.headers["Content-Language"] = language()
    if wanted == WORKBOOK:
        response.headers["Content-Disposition"] = f'attachment; filename="compare-{"-".join(known.cities)}.xlsx"'
    return _linked(response, known)


def _linked(response: Response, asked: Asked) -> Response:
    links = [f'</compare.{each.name}?{asked.query}>; rel="alternate"; type="{each.media_type}"' for each in FORMATS]
    links.append(f'</compare?{asked.matter}>; rel="canonical"; type="text/html"')
    response.headers["Link"] = ", ".join(links)
    return response
