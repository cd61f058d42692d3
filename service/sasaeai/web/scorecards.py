"""The pages of the indicators: all of them, one with what it finds of all cities, all of one city, and a drawing."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from flask import Response, render_template, request

from sasaeai import catalogue, charts
from sasaeai.errors import ServiceError
from sasaeai.indicators import THEMES, Indicator, tables
from sasaeai.indicators.cities import City
from sasaeai.indicators.distribution import Bin, Place
from sasaeai.indicators.measures import Findings
from sasaeai.indicators.readings import Reading, Standing
from sasaeai.statements import paging
from sasaeai.statements.evidence import Evidence, evidence
from sasaeai.statements.labels import labels
from sasaeai.web import answers, documents
from sasaeai.web.context import as_of, here, in_language, language
from sasaeai.web.links import this_file

_QUOTED = 5
"""Things of each reading whose quotes a page shows; the files name all."""
_PEERS = 10
_CHOICES = 60


def listing() -> Response:
    """List the indicators by theme."""
    known = here().measures.indicators.values()
    cities = here().measures.cities()
    html = render_template(
        "indicators.html",
        themes=[(THEMES[theme], list(each)) for theme, each in groupby(known, key=lambda one: one.theme)],
        units=names({each.unit for each in known}),
        offered=cities.with_documents[:_CHOICES],
        beyond=max(0, len(cities.with_documents) - _CHOICES),
        version=cities.version,
    )
    return answers.send_page(html, cities.version)


def of_city(city: City, day: date) -> Response:
    """Show all that is measured of one city, beside the others where they are few."""
    measures = here().measures
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


def page(indicator: Indicator, day: date, wanted: Sequence[City]) -> Response:
    """Show what an indicator finds of all cities, those named first."""
    measures = here().measures
    asked = paging.read(catalogue.arguments_of(request.args.items(multi=True)))
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
    return _linked(documents.link_pages(answers.send_page(html, found.version), asked, len(every)))


def drawing(indicator: Indicator, day: date, wanted: Sequence[City]) -> Response:
    """Draw how an indicator's values are spread, the bars of the cities named marked; ServiceError 404 for too few."""
    found = here().measures.findings(indicator, day)
    if found.distribution is None:
        raise ServiceError("not-found", 404, what=request.full_path)
    numbers = [number for city in wanted if (number := found.of(city).number) is not None]
    bars = [(_range(each), each.count, any(map(each.holds, numbers))) for each in found.distribution.bins]
    title = f"{indicator.title[language()]} (n = {found.n})"
    unit = names([indicator.unit]).get(indicator.unit, "")
    below = in_language(
        f"値（{unit}）と市区町村の数、n = {found.n}", f"Value ({unit.lower()}) and number of cities, n = {found.n}"
    )
    svg = render_template("distribution.svg", drawing=charts.histogram(bars), title=title, below=below)
    return answers.send_drawing(svg, found.version)


def names(iris: Iterable[str]) -> dict[str, str]:
    """Name things in the language of the request."""
    found = labels(here().store, here().repository, iris, language())
    return {iri: label["value"] for iri, label in found.items()}


def _chart(indicator: Indicator, wanted: Iterable[City]) -> str:
    moment = as_of()
    days = [("asOf", moment.day.isoformat())] if moment else []
    return urlencode(
        [("indicator", indicator.name), *(("m", each.code) for each in wanted), *days, ("lang", language())]
    )


def _told(found: Iterable[Findings], cities: Iterable[City]) -> dict[str, object]:
    """Name everything of some readings, and give the words that they rest on: two queries, however many there are."""
    findings, shown_cities = list(found), list(dict.fromkeys(cities))
    rows = list(tables.told(findings, shown_cities))
    statistics = [each for one in findings for each in here().measures.national().beside(one.indicator.iri)]
    counted = [iri for each in statistics for iri in (each.counts, each.unit, each.bound, each.period) if iri]
    kinds = [iri for city in shown_cities for iri in (city.kind, city.prefecture)]
    things = [*(iri for row in rows for iri in row.evidence[:_QUOTED]), *(each.figure for each in statistics)]
    quotes = evidence(here().store, here().repository, things, language())

    def quoted(iris: Iterable[str]) -> list[Evidence]:
        return list(dict.fromkeys(quote for iri in list(iris)[:_QUOTED] for quote in quotes.get(iri, ())))

    named = names([*tables.named(rows), *(each.indicator.unit for each in findings), *counted, *kinds])
    return {"names": named, "quoted": quoted, "most_quoted": _QUOTED}


def _others(found: Findings, city: City) -> list[tuple[City, Reading]]:
    return [(found.cities.by_iri[iri], found.by_city[iri].readings[0]) for iri in found.known if iri != city.iri]


def _place(found: Findings, city: City) -> Place | None:
    number = found.of(city).number
    return found.distribution.place(number) if found.distribution and number is not None else None


def _range(each: Bin) -> str:
    return f"{each.low:g}" if each.low == each.high else f"{each.low:g}–{each.high:g}"


def _linked(response: Response) -> Response:
    documents.link(response, *answers.files(tables.FORMATS, this_file))
    return response
