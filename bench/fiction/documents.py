"""The documents of a made-up city: its page, perhaps a year's report, perhaps a page of its prefecture."""

from collections.abc import Iterator
from datetime import date

from fiction import words
from fiction.city import City
from fiction.document import Document, Value, both, concept, day, fiscal_year, ja, plain, ref
from fiction.numbers import tell_figures, tell_table
from fiction.structure import tell_structure
from fiction.work import tell_work
from sasaeai.calendar import fiscal_year_label


def documents(city: City) -> Iterator[Document]:
    """Write every document of a city, its page first: it is there that things get their names."""
    yield _page(city)
    if city.has(0.1 + 0.2 * city.wealth):
        yield _report(city)
    if city.has(0.25):
        yield _prefecture(city)


def _page(city: City) -> Document:
    page, number = Document(city.place.code, "city-page"), city.draw.randrange(10**6, 10**7)
    title = f"{city.place.ja}の生活支援体制整備事業(見本)", f"Page of {city.place.en} on its programme (made up)"
    modified = city.today
    dated = f"ページ番号{number} 更新日 {modified.year}年{modified.month}月{modified.day}日"
    page.open(title, f"id/{city.place.code}", dated, modified)
    page.things[0].said["sas:pageId"] = plain(str(number))
    tell_structure(city, page)
    tell_work(city, page)
    tell_figures(city, page)
    return page


def _report(city: City) -> Document:
    """Write the report on the year before: the city and its programme, the table, and some cases."""
    year = city.year - 1
    report, label = Document(city.place.code, f"fy{year}-report"), fiscal_year_label(year, "ja")
    title = f"{city.place.ja}生活支援体制整備事業 {label}実績(見本)", f"Report of {city.place.en}, FY{year} (made up)"
    report.open(title, f"id/{city.place.code}", f"{label}の実績について", None)
    _again(city, report, {"sas:fiscalYear": fiscal_year(year)})
    tell_table(city, report, year)
    for number, case in enumerate(city.draw.sample(words.CASES, city.some(2, 5)), start=1):
        channel, by, by_en, request, request_en, response, response_en = case
        said: dict[str, Value] = {
            "skos:prefLabel": both(request, request_en),
            "sas:programme": ref(city.id("programme")),
            "sas:fiscalYear": fiscal_year(year),
            "sas:channel": concept("channel", channel),
            "sas:raisedBy": both(by, by_en),
            "sas:request": both(f"{request}という声。", request_en),
            "sas:response": both(response, response_en),
        }
        rows = [f"事例{number} 「{request}」【{by}から】", f"事例{number}への対応 {response}"]
        report.tell(city.id(f"case/{number}"), "sas:Case", rows, said)
    return report


def _prefecture(city: City) -> Document:
    """Write the prefecture's page on the help it gave the programme in its second year."""
    page, year = Document(city.place.code, "prefecture-page"), city.began + 1
    modified = date(year + 1, 2, city.draw.randint(1, 28))
    title = f"{city.place.ja} 伴走支援(見本)", f"The prefecture's support for {city.place.en} (made up)"
    page.open(title, city.place.prefecture, f"最終更新 {modified:%Y.%m.%d}", modified)
    _again(city, page, {"sas:asOf": day(modified)})
    project = city.id("support-project/accompanying")
    said: dict[str, Value] = {
        "skos:prefLabel": both("伴走支援(見本)", "Accompanying support (sample)"),
        "sas:supports": ref(city.id("programme")),
        "sas:appliedBy": [ref(f"id/{city.place.code}"), ref(city.id("council/tier-1"))],
        "sas:providedBy": ref(city.place.prefecture),
        "sas:status": concept("status", "completed"),
        "sas:purpose": both("層ごとの役割を明らかにする。", "To make clear what each tier is for."),
        "sas:outcome": both("役割分担の案がまとまった。", "A draft of who does what was drawn up."),
    }
    page.tell(project, "sas:SupportProject", "伴走支援(見本)の詳細", said)
    entries = []
    for number in range(1, city.draw.randint(3, 5) + 1):
        moment = date(year, 6 + number, city.draw.randint(1, 28))
        said = {
            "skos:prefLabel": both(f"第{number}回ゼミ", f"Seminar {number}"),
            "sas:project": ref(project),
            "schema:startDate": day(moment),
            "skos:note": both("助言者を交えて話し合った。", "Talks with the advisers."),
        }
        row = f"{moment:%Y.%m.%d} 第{number}回ゼミ"
        entries.append(page.tell(city.id(f"project-entry/{moment}"), "sas:ProjectEntry", row, said))
    forum: dict[str, Value] = {
        "skos:prefLabel": both("支え合いフォーラム(見本)", "Forum on mutual support (sample)"),
        "sas:activityType": concept("activity-type", "forum"),
        "sas:tier": ref(city.tiers[0].path),
        "sas:conductedBy": ref(city.id("council/tier-1")),
        "schema:startDate": day(date(year, 11, city.draw.randint(1, 28))),
        "sas:status": concept("status", "planned"),
        # The page gives no year: it is that of the entry which speaks of it.
        "sas:basis": concept("basis", "inferred"),
        "prov:wasDerivedFrom": ref(entries[0]),
    }
    page.tell(city.id("activity/forum"), "sas:Activity", "支え合いフォーラム(見本)を開催予定", forum)
    return page


def _again(city: City, document: Document, when: dict[str, Value]) -> None:
    """Speak of what the city's page has named: the city, the programme, the widest tier and its council."""
    tier, itself = city.tiers[0], f"id/{city.place.code}"
    document.tell(itself, "sas:Municipality", f"{city.place.ja}の取組について", {})
    programme: dict[str, Value] = {"sas:runBy": ref(itself), **when}
    document.tell(city.id("programme"), "sas:Programme", f"{city.place.ja}の生活支援体制整備事業", programme)
    level: dict[str, Value] = {
        "skos:altLabel": ja(f"{tier.area_name}の層"),
        "sas:programme": ref(city.id("programme")),
        "sas:position": tier.position,
        **when,
    }
    document.tell(tier.path, "sas:Tier", f"{tier.area_name}の層の取組", level)
    council: dict[str, Value] = {"sas:serves": ref(tier.path), **when}
    document.tell(city.id("council/tier-1"), "sas:Council", f"{tier.area_name}の層の協議体", council)
