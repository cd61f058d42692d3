"""The indicators: what there is, what each finds of all cities, all of one city, and the same as files."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request

from sasaeai import calendar, catalogue, charts
from sasaeai.errors import ServiceError
from sasaeai.formats import WORKBOOK
from sasaeai.indicators import THEMES, Indicator
from sasaeai.indicators import tables as shown
from sasaeai.indicators.cities import City
from sasaeai.indicators.distribution import Bin, Place
from sasaeai.indicators.measures import Findings
from sasaeai.indicators.readings import Reading, Standing
from sasaeai.statements import paging
from sasaeai.statements.evidence import Evidence, evidence
from sasaeai.statements.labels import labels
from sasaeai.statements.municipalities import municipalities
from sasaeai.store import Answer
from sasaeai.web import answers, documents, particulars
from sasaeai.web.context import Context, as_of, here, in_language, language
from sasaeai.web.links import this_file, this_page
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA, Tree, operation, parameter

blueprint = Blueprint("indicators", __name__)

FORMATS = shown.FORMATS
ASKED = (particulars.cities, "asOf", "lang")

_EXTENSIONS = "any(csv, json, srj, xlsx, ttl, jsonld, rdf, nt)"
_QUOTED = 5
"""Things of each reading whose quotes a page shows; the files name all."""
_PEERS = 10
_MOST = 50
"""Municipalities that can be named at once; all are in the table where none is named."""
_CHOICES = 60


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
    "すべての指標。mがあれば、その市区町村の値。",
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
    return _scorecard(wanted[0]) if wanted else _index()


@blueprint.get(f"/indicators.<{_EXTENSIONS}:extension>")
@operation(
    "indicators",
    "すべての指標の値の表。",
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
    "指標のページ(定義、分布、市区町村の値)、または求められた形式の表。",
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
    return _page(indicator, wanted) if answers.wants_html(FORMATS) else _file([indicator], wanted, None)


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
    found = here().measures.findings(_indicator(request.args.get("indicator", "")), _day())
    if found.distribution is None:
        raise ServiceError("not-found", 404, what=request.full_path)
    numbers = [number for city in _cities() if (number := found.of(city).number) is not None]
    bars = [(_range(each), each.count, any(map(each.holds, numbers))) for each in found.distribution.bins]
    title = f"{found.indicator.title[language()]} (n = {found.n})"
    unit = _labels([found.indicator.unit]).get(found.indicator.unit, "")
    below = in_language(
        f"値({unit})と市区町村の数、n = {found.n}", f"Value ({unit.lower()}) and number of cities, n = {found.n}"
    )
    svg = render_template("distribution.svg", drawing=charts.histogram(bars), title=title, below=below)
    response = answers.worded(make_response(svg))
    response.headers["Content-Type"] = "image/svg+xml; charset=utf-8"
    response.headers["X-Dataset-Version"] = found.version
    return response


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


def _index() -> Response:
    known = here().measures.indicators.values()
    cities = here().measures.cities()
    html = render_template(
        "indicators.html",
        themes=[(THEMES[theme], list(each)) for theme, each in groupby(known, key=lambda one: one.theme)],
        units=_labels({each.unit for each in known}),
        offered=cities.with_documents[:_CHOICES],
        beyond=max(0, len(cities.with_documents) - _CHOICES),
        version=cities.version,
    )
    return answers.send_page(html, cities.version)


def _scorecard(city: City) -> Response:
    measures, day = here().measures, _day()
    found = [measures.findings(each, day) for each in measures.indicators.values()]
    rows = [(each, each.of(city)) for each in found]
    others = {each.indicator.name: _others(each, city) for each in found if each.distribution is None}
    html = render_template(
        "scorecard.html",
        city=city,
        day_asked=day.isoformat(),
        themes=[(THEMES[key], list(group)) for key, group in groupby(rows, key=lambda row: row[0].indicator.theme)],
        others=others,
        place=_place,
        national=measures.national(),
        version=found[0].version,
        **_told(found, [city]),
    )
    return _linked(answers.send_page(html, found[0].version))


def _page(indicator: Indicator, wanted: Sequence[City]) -> Response:
    measures, day, asked = here().measures, _day(), paging.read(_arguments())
    found = measures.findings(indicator, day)
    every = found.cities.with_documents
    shown_cities = asked.cut(every)
    groups = {city.code: found.peers(city) for city in wanted if found.of(city).number is not None}
    html = render_template(
        "indicator.html",
        indicator=indicator,
        found=found,
        day_asked=day.isoformat(),
        wanted=wanted,
        cities=shown_cities,
        total=len(every),
        paging=asked,
        peers=groups,
        chart_query=_chart(indicator, wanted),
        most_peers=_PEERS,
        place=_place,
        bin_name=_range,
        standings=list(Standing),
        national=measures.national(),
        sparql=measures.formula(indicator, day, [each.code for each in wanted]),
        version=found.version,
        **_told([found], [*wanted, *shown_cities]),
    )
    response = answers.send_page(html, found.version)
    for relation, number in asked.others(len(every)).items():
        documents.link(response, f'<{this_page(page=str(number))}>; rel="{relation}"')
    return _linked(response)


def _chart(indicator: Indicator, wanted: Iterable[City]) -> str:
    moment = as_of()
    days = [("asOf", moment.day.isoformat())] if moment else []
    return urlencode(
        [("indicator", indicator.name), *(("m", each.code) for each in wanted), *days, ("lang", language())]
    )


def _told(found: Iterable[Findings], cities: Iterable[City]) -> dict[str, object]:
    """Name everything of some readings, and give the words that they rest on: two queries, however many there are."""
    findings, shown_cities = list(found), list(dict.fromkeys(cities))
    rows = list(shown.told(findings, shown_cities))
    statistics = [each for one in findings for each in here().measures.national().beside(one.indicator.iri)]
    counted = [iri for each in statistics for iri in (each.counts, each.unit, each.bound, each.period) if iri]
    kinds = [iri for city in shown_cities for iri in (city.kind, city.prefecture)]
    things = [*(iri for row in rows for iri in row.evidence[:_QUOTED]), *(each.figure for each in statistics)]
    quotes = evidence(here().store, here().repository, things, language())

    def quoted(iris: Iterable[str]) -> list[Evidence]:
        return list(dict.fromkeys(quote for iri in list(iris)[:_QUOTED] for quote in quotes.get(iri, ())))

    names = _labels([*shown.named(rows), *(each.indicator.unit for each in findings), *counted, *kinds])
    return {"names": names, "quoted": quoted, "most_quoted": _QUOTED}


def _labels(iris: Iterable[str]) -> dict[str, str]:
    found = labels(here().store, here().repository, iris, language())
    return {iri: label["value"] for iri, label in found.items()}


def _others(found: Findings, city: City) -> list[tuple[City, Reading]]:
    return [(found.cities.by_iri[iri], found.by_city[iri].readings[0]) for iri in found.known if iri != city.iri]


def _place(found: Findings, city: City) -> Place | None:
    number = found.of(city).number
    return found.distribution.place(number) if found.distribution and number is not None else None


def _range(each: Bin) -> str:
    return f"{each.low:g}" if each.low == each.high else f"{each.low:g}–{each.high:g}"


def _file(asked: Sequence[Indicator], wanted: Sequence[City], extension: str | None) -> Response:
    format_ = answers.required(FORMATS, extension="srj" if extension == "json" else extension)
    measures, day = here().measures, _day()
    found = [measures.findings(each, day) for each in asked]
    cities = wanted or measures.cities().with_documents
    rows = list(shown.told(found, cities))
    names = _labels(shown.named(rows))
    written = shown.written(rows, names, here().prefixes, language(), format_)
    response = answers.worded(answers.send(Answer(written, format_, found[0].version, "solutions")))
    if format_ == WORKBOOK:
        name = asked[0].name if len(asked) == 1 else "indicators"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def _arguments() -> dict[str, list[str]]:
    return catalogue.arguments_of(request.args.items(multi=True))


def _linked(response: Response) -> Response:
    documents.link(response, *answers.files(FORMATS, this_file))
    return response
