"""The indicators: what there is, what each finds of all cities, all of one city, and the same as files."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Response, make_response, request

from sasaeai import calendar
from sasaeai.errors import ServiceError
from sasaeai.formats import WORKBOOK
from sasaeai.indicators import Indicator, tables
from sasaeai.indicators.cities import City
from sasaeai.statements.municipalities import municipalities
from sasaeai.store import Answer
from sasaeai.web import answers, particulars, scorecards
from sasaeai.web.context import Context, as_of, here, language
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA, Tree, operation, parameter

blueprint = Blueprint("indicators", __name__)

FORMATS = tables.FORMATS
ASKED = (particulars.cities, "asOf", "lang")

_EXTENSIONS = "any(csv, json, srj, xlsx, ttl, jsonld, rdf, nt)"
_MOST = 50
"""Municipalities that can be named at once; all are in the table where none is named."""


def _chosen(context: Context) -> Tree:
    names = {"type": "string", "enum": [*context.measures.indicators]}
    return parameter(
        "indicator",
        "指標の名前。",
        "The name of an indicator.",
        names,
        required=True,
        example=next(iter(context.measures.indicators), ""),
    )


@blueprint.get("/indicators/")
@operation(
    "indicators",
    "全ての指標。mがあれば、その市区町村の値。",
    "All indicators. With m, their readings of that municipality.",
    gives=[HTML, *FORMATS],
    answers=[400, 406, 503],
    parameters=ASKED,
    headers=OF_DATA,
)
def index() -> Response:
    """List the indicators by theme; or show all of one city (`m`)."""
    wanted = _cities()
    if not answers.wants_html(FORMATS):
        return _file(list(here().measures.indicators.values()), wanted, None)
    if len(wanted) > 1:
        raise ServiceError("repeated-parameter", 400, parameter="m")
    return scorecards.of_city(wanted[0], _day()) if wanted else scorecards.listing()


@blueprint.get(f"/indicators.<{_EXTENSIONS}:extension>")
@operation(
    "indicators",
    "全ての指標の値の表。",
    "The readings of all indicators, as a table.",
    gives=FORMATS,
    answers=[400, 503],
    parameters=ASKED,
    headers=[*OF_DATA, "Content-Disposition"],
)
def file(extension: str) -> Response:
    """Give the readings of all indicators, of the cities named or of all with documents."""
    return _file(list(here().measures.indicators.values()), _cities(), extension)


@blueprint.get("/indicators/<name>")
@operation(
    "indicators",
    "指標のページ（定義、分布、市区町村の値）、又は求められた形式の表。",
    "The page of an indicator with its definition, distribution and readings; or the table in the format asked for.",
    gives=[HTML, *FORMATS],
    answers=[400, 404, 406, 503],
    parameters=[*ASKED, "page", "limit"],
    headers=[*OF_DATA, "Content-Disposition"],
    each=particulars.indicators,
)
def page(name: str) -> Response:
    """Show what an indicator finds of all cities, those named (`m`) first, or give it in the format asked for."""
    indicator, wanted = _indicator(name), _cities()
    if answers.wants_html(FORMATS):
        return scorecards.page(indicator, _day(), wanted)
    return _file([indicator], wanted, None)


@blueprint.get(f"/indicators/<name>.<{_EXTENSIONS}:extension>")
@operation(
    "indicators",
    "末尾の示す形式の表。",
    "The table in the format that the suffix names.",
    gives=FORMATS,
    answers=[400, 503],
    parameters=ASKED,
    headers=[*OF_DATA, "Content-Disposition"],
    each=particulars.indicators,
)
def one_file(name: str, extension: str) -> Response:
    """Give the readings of an indicator in the format its suffix names."""
    return _file([_indicator(name)], _cities(), extension)


@blueprint.get("/indicators/<name>.rq")
@operation(
    "indicators",
    "算出に用いるSPARQL。",
    "The formula in SPARQL.",
    gives=["application/sparql-query"],
    answers=[400, 503],
    parameters=ASKED,
    each=particulars.indicators,
)
def formula(name: str) -> Response:
    """Give the formula of an indicator: its SPARQL, filled in with the day and the cities asked about."""
    moment = as_of()
    text = here().measures.formula(_indicator(name), moment.day if moment else None, [each.code for each in _cities()])
    response = make_response(text)
    response.headers["Content-Type"] = "application/sparql-query; charset=utf-8"
    return response


@blueprint.get("/charts/distribution.svg")
@operation(
    "indicators",
    "指標の値の分布の図。値の分かる市区町村が10未満のときは404です。",
    "A drawing of how the values of an indicator are spread. It is 404 while fewer than ten are known.",
    gives=["image/svg+xml"],
    answers=[400, 404, 503],
    parameters=[_chosen, *ASKED],
    headers=OF_DATA,
)
def chart() -> Response:
    """Draw how the values of an indicator (`indicator`) are spread, with the bars of the cities named (`m`) marked."""
    return scorecards.drawing(_indicator(request.args.get("indicator", "")), _day(), _cities())


def _indicator(name: str) -> Indicator:
    try:
        return here().measures.indicators[name]
    except KeyError:
        raise ServiceError("unknown-indicator", 404, name=name[:100]) from None


def _day() -> date:
    moment = as_of()
    return moment.day if moment else calendar.today()


def _cities() -> list[City]:
    given = [each.strip() for each in request.args.getlist("m") if each.strip()]
    if not given:
        return []
    if len(given) > _MOST:
        wanted = {"ja": f"{_MOST}市区町村までにしてください", "en": f"Name at most {_MOST} municipalities"}
        raise ServiceError(
            "bad-parameter", 400, parameter="m", value=str(len(given)), wanted=wanted, example=given[0][:9]
        )
    known = here().measures.cities().by_code
    codes = municipalities(here().store, here().repository).codes(given)
    if unknown := [code for code in codes if code not in known]:
        raise ServiceError("unknown-municipality", 400, parameter="m", value=unknown[0], example="011002")
    return [known[code] for code in codes]


def _file(asked: Sequence[Indicator], wanted: Sequence[City], extension: str | None) -> Response:
    format_ = answers.required(FORMATS, extension="srj" if extension == "json" else extension)
    measures, day = here().measures, _day()
    found = [measures.findings(each, day) for each in asked]
    cities = wanted or measures.cities().with_documents
    rows = list(tables.told(found, cities))
    names = scorecards.names(tables.named(rows))
    written = tables.written(rows, names, here().prefixes, language(), format_)
    response = answers.worded(answers.send(Answer(written, format_, found[0].version, "solutions")))
    if format_ == WORKBOOK:
        name = asked[0].name if len(asked) == 1 else "indicators"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
