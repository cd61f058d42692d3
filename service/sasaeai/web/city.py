"""The page of a municipality, and the charts it shows beside their tables."""

from datetime import date, timedelta
from itertools import groupby

from flask import Blueprint, Response, render_template, request

from sasaeai import calendar, catalogue, charts, city, entity
from sasaeai.city.timeline import Lane, stretches
from sasaeai.errors import ServiceError
from sasaeai.model import is_municipality_code
from sasaeai.statements.things import Value
from sasaeai.vocabulary import ID
from sasaeai.web import answers
from sasaeai.web.context import as_of, here, in_language, language
from sasaeai.web.operations import OF_DATA, operation, parameter

blueprint = Blueprint("city", __name__)

SVG = "image/svg+xml"

M = parameter(
    "m",
    "市区町村のコード（6桁）。",
    "The 6-digit code of a municipality.",
    {"type": "string", "pattern": "^[0-9]{6}$"},
    required=True,
    example="011002",
)


def page(iri: str, document: str) -> Response | None:
    """Show a municipality or a prefecture; None for what is neither."""
    key = iri.removeprefix(ID)
    if key.startswith("prefecture/"):
        return _prefecture(iri, document)
    known = city.city(here().store, here().repository, iri, language()) if is_municipality_code(key) else None
    if known is None:
        return None
    questions = here().questions.values()
    embedded = entity.embedded(here().store, here().repository, iri)
    html = render_template(
        "city.html", city=known, document=document, embedded=embedded, questions=questions, version=known.version
    )
    return answers.send_page(html, known.version)


def _prefecture(iri: str, document: str) -> Response | None:
    table = city.municipalities(here().store, here().repository, iri, language())
    if not table.rows:
        return None
    embedded = entity.embedded(here().store, here().repository, iri)
    html = render_template("prefecture.html", table=table, document=document, embedded=embedded, version=table.version)
    return answers.send_page(html, table.version)


@blueprint.get("/charts/timeline.svg")
@operation(
    "compare",
    "一つの市区町村の実施者、名称、配置の変遷の図。",
    "A drawing of who ran what in a municipality, under which names, over time.",
    gives=[SVG],
    answers=[400, 503],
    parameters=[M, "asOf", "lang"],
    headers=OF_DATA,
)
def timeline() -> Response:
    """Draw who ran what in a municipality (`m`), under which names, over time."""
    lanes = city.of_time(here().store, here().repository, _municipality(), language())
    moment = as_of()
    days = [day for lane in lanes for day in _days(lane)]
    today = calendar.today()
    first = date(calendar.fiscal_year_of(min([*days, today])), 4, 1)
    span = (first, max([*days, today, *([moment.day] if moment else [])]))
    groups = [
        (GROUPS[group][language() == "en"], [(_label(each), _bars(each, span)) for each in under])
        for group, under in groupby(lanes, key=lambda lane: lane.group)
    ]
    years = range(first.year, span[1].year + 1)
    ticks = [(date(year, 4, 1), _year(year)) for year in years]
    drawing = charts.timeline(groups, span, ticks, moment.day if moment else None)
    return _svg(
        "timeline.svg", drawing, in_language("実施者、名称、配置の変遷", "Operators, names and coordinators over time")
    )


@blueprint.get("/charts/monthly.svg")
@operation(
    "compare",
    "一つの市区町村の月別の数値の図。",
    "A drawing of the figures of a municipality that a source gives month by month.",
    gives=[SVG],
    answers=[400, 503],
    parameters=[M, "lang"],
    headers=OF_DATA,
)
def monthly() -> Response:
    """Draw the figures of a municipality (`m`) that a source gives month by month."""
    found = city.by_month(here().store, here().repository, _municipality(), language())
    series = [
        (
            each.title,
            [
                (_month(month), float(value.text) if (value := point.one("obsValue")) else None)
                for month, point in each.points.items()
            ],
        )
        for each in found
    ]
    return _svg("panels.svg", charts.panels(series), in_language("月別の数値", "Figures by month"))


GROUPS = {
    "operation": ("実施者", "Who ran it"),
    "name": ("協議体の名称", "Names of councils"),
    "deployment": ("コーディネーターの配置（所属）", "Coordinators placed (and their hosts)"),
}
"""What the groups of the timeline are headed, in Japanese and English."""


def _municipality() -> str:
    code = request.args.get("m", "")
    if not is_municipality_code(code):
        wanted = catalogue.WANTED["municipality"]
        raise ServiceError("bad-parameter", 400, parameter="m", value=code[:100], wanted=wanted, example="011002")
    return ID + code


def _svg(template: str, drawing: charts.Drawing, title: str) -> Response:
    return answers.send_drawing(render_template(template, drawing=drawing, title=title), here().store.version())


def _days(lane: Lane) -> list[date]:
    when = lane.thing.validity
    told = (when.valid_from, when.not_before, when.first_known, when.last_known, when.valid_through, when.not_after)
    return [each for each in told if each]


def _bars(lane: Lane, span: tuple[date, date]) -> list[charts.Bar]:
    parts = stretches(lane.thing.validity, *span)
    return [charts.Bar(each.first, each.last + timedelta(1), each.state.value) for each in parts]


def _label(lane: Lane) -> str:
    def words(values: list[Value]) -> str:
        return in_language("、", ", ").join(each.text for each in values)

    whose = words(list(lane.of)) or in_language("事業全体", "the whole programme")
    return f"{whose}: {words(list(lane.names)) or in_language('記載なし', 'not stated')}"


def _year(year: int) -> str:
    label = calendar.fiscal_year_label(year, language())
    return f"{year}\n{label}" if language() == "ja" else label


def _month(iri: str) -> str:
    year, _, month = iri.rpartition("/")[2].partition("-")
    return f"{year}/{int(month)}" if month in ("01", "04") else str(int(month))
