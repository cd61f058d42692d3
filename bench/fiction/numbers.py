"""The figures of a made-up city: those of its page, and the table of a year's report, month by month."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from fiction import words
from fiction.city import City
from fiction.document import Document, Value, both, concept, fiscal_year, plain, ref
from fiction.structure import seen
from sasaeai.calendar import fiscal_year_label

EMPTY = "—"
"""What a table writes where it gives no value: which is not zero."""


class Number(NamedTuple):
    """Hold a number of the page: what it counts of what, its names, its value, and how the page writes it."""

    indicator: str
    subject: str
    name: str
    english: str
    value: str
    written: str
    bound: str | None = None


def tell_figures(city: City, page: Document) -> None:
    """Write the numbers of the page."""
    for each in _numbers(city):
        said = _said(each.indicator, each.subject, both(each.name, each.english), each.value) | {
            "sas:asWritten": plain(each.written),
            "sas:bound": concept("bound", each.bound) if each.bound else None,
            "sas:asOf": seen(city),
        }
        page.tell(city.id(f"figure/{each.indicator}"), "sas:Figure", f"{each.name} {each.written}", said)


def _numbers(city: City) -> Iterator[Number]:
    """Draw the numbers of the municipality, of its narrowest tier and of an activity."""
    draw, itself, tier = city.draw, f"id/{city.place.code}", city.tiers[-1]
    if city.has(0.6):
        people = f"{draw.randint(4, 990)}000"
        yield Number("population", itself, "人口", "Population", people, f"約{people}人", "about")
    if city.has(0.6):
        rate = f"{draw.randint(200, 480) / 10}"
        yield Number("ageing-rate", itself, "高齢化率", "Ageing rate", rate, f"{rate}%")
    if city.has(0.4):
        rate = f"{draw.randint(120, 230) / 10}"
        yield Number("care-certification-rate", itself, "要介護認定率", "Care certification rate", rate, f"{rate}%")
    if city.areas:
        areas, councils = len(city.areas), sum(each.council_since is not None for each in city.areas)
        yield Number("area-count", tier.path, "区域の数", "Number of areas", f"{areas}", f"全{areas}区域")
        yield Number("council-count", tier.path, "協議体の数", "Number of councils", f"{councils}", f"{councils}区域")
    if city.has(0.5):
        places = f"{draw.randint(1, 40) * 5}"
        written = f"{places}か所以上"
        yield Number("gathering-place-count", itself, "通いの場の数", "Gathering places", places, written, "at-least")
    if city.has(0.3):
        group = city.id("activity/01")
        yield Number("minimum-group-size", group, "仲間の人数", "Size of a group", "5", "5人以上", "at-least")
        yield Number("times-a-week", group, "週の回数", "Times a week", "1", "週1回以上", "at-least")


def tell_table(city: City, report: Document, year: int) -> None:
    """Write the table of a report: each measure by months, with the year's total; sittings as the page has them."""
    tier, sittings = city.tiers[0], city.sittings.get(year, [])
    held = [sum(each.month == month for each in sittings) for month in _MONTHS]
    name, english = f"協議体の開催({tier.ja})", f"Council meetings, {tier.en}"
    _row(city, report, year, ("council-meetings", tier.path, name, english, "回"), held)
    for indicator, name, english, unit, most in words.MEASURES[: city.some(3, 5)]:
        counts = [city.draw.randint(0, most) if city.draw.random() < 0.8 else 0 for _ in _MONTHS]
        _row(city, report, year, (indicator, f"id/{city.place.code}", name, english, unit), counts)


_MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)


def _row(city: City, report: Document, year: int, head: tuple[str, str, str, str, str], counts: list[int]) -> None:
    indicator, subject, name, english, unit = head
    cells = " ".join(str(each) if each else EMPTY for each in counts)
    row = f"{name} ({unit}) {cells} {sum(counts)}"
    parts = []
    for month, count in zip(_MONTHS, counts, strict=True):
        moment = date(year + (month < 4), month, 1)
        key = f"{moment:%Y-%m}"
        label = both(f"{name}({moment.year}年{month}月)", f"{english}, {moment:%B %Y}")
        said = _said(indicator, subject, label, str(count) if count else None) | {
            "sdmx-dimension:refPeriod": ref(f"id/month/{key}"),
            "sdmx-attribute:obsStatus": None if count else "sdmx-code:obsStatus-M",
            "sas:asWritten": None if count else plain(EMPTY),
        }
        parts.append(ref(report.tell(city.id(f"figure/{indicator}-{key}"), "sas:Figure", row, said)))
    label = both(f"{name}({fiscal_year_label(year, 'ja')}合計)", f"{english}, FY{year} total")
    said = _said(indicator, subject, label, str(sum(counts)))
    said |= {"sdmx-dimension:refPeriod": fiscal_year(year), "sas:totalOf": parts}
    report.tell(city.id(f"figure/{indicator}-fy{year}"), "sas:Figure", row, said)


def _said(indicator: str, subject: str, label: tuple[str, str], value: str | None) -> dict[str, Value]:
    return {
        "skos:prefLabel": label,
        "sas:indicator": concept("indicator", indicator),
        "sas:subject": ref(subject),
        "sdmx-measure:obsValue": value,
    }
