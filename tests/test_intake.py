"""What people send: mistakes found at their cell and explained, mess read or said, hostile files refused."""

import csv
import io
import json
import re
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from openpyxl.worksheet.worksheet import Worksheet
from rdflib import DCTERMS, RDF, SH, XSD, Graph, Literal, URIRef

from sasaeai import intake, workbook
from sasaeai.errors import ServiceError
from sasaeai.fields import Fields, Names
from sasaeai.intake import Report
from sasaeai.intake.export import documents
from sasaeai.intake.findings import SAYINGS
from sasaeai.intake.reading import city_of, read
from sasaeai.intake.rows import Submission
from sasaeai.repository import Repository
from sasaeai.vocabulary import BASE, ID, SAS

from .conftest import ROOT
from .test_command_line import sasaeai

MISTAKES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "workbook" / "mistakes.yaml").read_text("utf-8")
)
REPOSITORY = Repository(ROOT)
CITIES = sorted(MISTAKES)
DATES = (str(DCTERMS.issued), str(DCTERMS.modified))
KORIYAMA, MINATO, TAMA, SHIZUOKA = CITIES


@cache
def clean(city: str) -> bytes:
    return intake.template(REPOSITORY, city)


@cache
def fields() -> Fields:
    return Fields.of(REPOSITORY)


def changed(city: str, change: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(clean(city)))
    change(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def columns(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): place for place, cell in enumerate(sheet[1], 1)}


def back(content: bytes, name: str = "city.xlsx") -> Submission:
    grids = workbook.opened(name, content)
    return read(grids, fields(), city_of(grids))


def is_whole(submission: Submission, city: str) -> bool:
    """Tell whether a workbook still says all that the city's documents say, and nothing else."""
    return all(set(submission.graphs[name]) == set(said) for name, said in documents(REPOSITORY, city).items())


def rules(submission: Submission) -> dict[str, str]:
    return {each.place.cell: each.rule for each in submission.findings}


# The corpus of mistakes


def seeded(city: str) -> tuple[bytes, list[tuple[dict[str, Any], int, dict[str, int]]]]:
    places = []

    def change(book: openpyxl.Workbook) -> None:
        for each in MISTAKES[city]:
            sheet = book[each["sheet"]]
            head = columns(sheet)
            if "key" in each:
                row = [cell.row for cell in sheet["A"] if cell.value == each["key"]][each.get("nth", 1) - 1]
            else:
                row = sheet.max_row + 1
                for heading, value in each["row"].items():
                    sheet.cell(row, head[heading]).value = value
            places.append((each, row, head))
        for each, row, head in places:
            book[each["sheet"]].cell(row, head[each["cell"]]).value = None if each["value"] == "" else each["value"]

    return changed(city, change), places


@cache
def report(city: str) -> Report:
    return intake.examine(REPOSITORY, "city.xlsx", seeded(city)[0])


def test_the_corpus_has_sixty_mistakes_and_more() -> None:
    found = [each["finds"] for mistakes in MISTAKES.values() for each in mistakes if each["finds"]]
    assert len(found) >= 60
    assert len(set(found)) >= 35


@pytest.mark.slow
@pytest.mark.parametrize("city", CITIES)
def test_every_mistake_is_found_at_its_cell_and_nothing_else_is(city: str) -> None:
    found = {(each.place.cell, each.rule): each for each in report(city).findings}
    expected: set[tuple[str, str]] = set()
    for each, row, head in seeded(city)[1]:
        if not each["finds"]:
            continue
        letter = openpyxl.utils.get_column_letter(head[each.get("at", each["cell"])])
        place = f"{each['sheet']}!{letter}{row}"
        expected |= {(place, rule) for rule in (each["finds"], each.get("also")) if rule}
        assert (place, each["finds"]) in found, each
        assert found[place, each["finds"]].suggestion == each.get("right", ""), each
    extra = {key for key, each in found.items() if each.severity != "repair"} - expected
    assert not extra, [found[key].sentence("ja") for key in extra]


@pytest.mark.slow
@pytest.mark.parametrize("city", CITIES)
def test_every_finding_says_what_is_wrong_and_how_to_mend_it_in_both_languages(city: str) -> None:
    for each in report(city).findings:
        assert set(each.messages) == {"ja", "en"}
        assert "{" not in each.sentence("ja") + each.sentence("en")
        for words in each.messages.values():
            assert not re.search("prefLabel|concept/|fiscal-year/|graph/|IRI|sas:|sdmx|dct:", words), words
        if each.severity == "violation":
            assert any(word in each.messages["ja"] for word in ("ください", "ませんか", "書きます")), each.messages[
                "ja"
            ]


@pytest.mark.slow
@pytest.mark.parametrize("city", CITIES)
def test_a_clean_workbook_raises_no_alarm(city: str) -> None:
    found = intake.examine(REPOSITORY, "city.xlsx", clean(city))
    assert found.conforms
    assert found.findings == []


# The forms of the report


@pytest.mark.slow
def test_the_report_comes_as_csv_json_shacl_and_the_sender_s_own_workbook() -> None:
    found, content = report(MINATO), seeded(MINATO)[0]
    table = list(csv.reader(io.StringIO(intake.as_csv(found, "ja").decode("utf-8-sig"))))
    assert intake.as_csv(found, "ja").startswith(b"\xef\xbb\xbf")
    assert len(table) == len(found.findings) + 1
    said = json.loads(intake.as_json(found))
    assert said["conforms"] is False
    assert {each["cell"] for each in said["findings"]} == {row[0] for row in table[1:]}
    graph = Graph().parse(data=intake.as_turtle(found), format="turtle")
    results = list(graph.subjects(RDF.type, SH.ValidationResult))
    assert len(results) == found.count("violation") + found.count("warning")
    needed = (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent)
    assert all(len(list(graph.objects(each, path))) == 1 for each in results for path in needed)
    book = openpyxl.load_workbook(io.BytesIO(intake.as_workbook(found, content, "ja")))
    assert book.sheetnames[0] == "検証結果"
    assert book["検証結果"].max_row == len(found.findings) + 1
    for each in found.findings:
        if each.severity == "violation":
            comment = book[each.place.sheet].cell(each.place.row, each.place.column).comment
            assert comment is not None
            assert each.messages["ja"] in comment.text


def test_the_workbook_given_back_names_nobody() -> None:
    def sign(book: openpyxl.Workbook) -> None:
        book.properties.creator = "山田 太郎"
        book.properties.lastModifiedBy = "山田 太郎"

    signed = changed(MINATO, sign)
    grids = workbook.opened("a.xlsx", signed)
    given = intake.as_workbook(Report("a.xlsx", MINATO, [], grids=grids), signed, "ja")
    with zipfile.ZipFile(io.BytesIO(given)) as archive:
        assert "山田".encode() not in b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.slow
def test_the_command_line_reports_on_a_workbook_and_writes_it_back(tmp_path: Path) -> None:
    (tmp_path / "city.xlsx").write_bytes(seeded(MINATO)[0])
    told = sasaeai("validate", str(tmp_path / "city.xlsx"))
    assert told.returncode == 1
    assert "会議!" in told.stdout
    written = sasaeai("validate", str(tmp_path / "city.xlsx"), "-o", str(tmp_path / "report.xlsx"))
    assert written.returncode == 1
    assert "検証結果" in openpyxl.load_workbook(tmp_path / "report.xlsx").sheetnames
    (tmp_path / "clean.xlsx").write_bytes(clean(MINATO))
    fine = sasaeai("validate", str(tmp_path / "clean.xlsx"))
    assert (fine.returncode, fine.stdout) == (0, "")


# Reading what people really send


def test_columns_may_be_moved_and_a_title_and_notes_stand_above_and_below() -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book["会議"]
        sheet.move_range(f"C1:F{sheet.max_row}", cols=30)
        sheet.insert_rows(1, 3)
        sheet["A1"] = "令和6年度 会議の一覧"
        sheet.cell(sheet.max_row + 3, 1).value = "※網掛けの欄は記入不要"

    submission = back(changed(KORIYAMA, change))
    assert is_whole(submission, KORIYAMA)
    assert {each.rule for each in submission.findings} == {"cells:row-ignored", "cells:heading-below"}


def test_a_renamed_heading_is_read_and_listed_and_an_unknown_one_is_said() -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book["会議"]
        head = columns(sheet)
        sheet.cell(1, head["開催方法"]).value = "開催の方法"
        sheet.cell(1, len(head) + 1).value = "担当者の所感"
        sheet.cell(2, len(head) + 1).value = "盛況だった"

    submission = back(changed(KORIYAMA, change))
    assert is_whole(submission, KORIYAMA)
    assert sorted(rules(submission).values()) == ["cells:column-unknown", "cells:heading-renamed"]


@pytest.mark.parametrize("city", CITIES)
def test_a_workbook_handed_out_when_brackets_were_half_width_is_read_as_it_was(city: str) -> None:
    kinds = {kind.label["ja"] for sheet in fields().sheets for kind in sheet.kinds}
    words = kinds.union(*fields().lists.values())

    def change(book: openpyxl.Workbook) -> None:
        for cell in (cell for sheet in book for row in sheet.iter_rows() for cell in row):
            if cell.value in words or (cell.row == 1 and isinstance(cell.value, str)):
                cell.value = str(cell.value).replace("（", "(").replace("）", ")")

    content = changed(city, change)
    assert "根拠(原文の抜粋)" in columns(openpyxl.load_workbook(io.BytesIO(content))["会議"])
    submission = back(content)
    assert is_whole(submission, city)
    assert {each.rule for each in submission.findings} <= {"cells:name-folded"}


def test_a_sheet_of_one_s_own_is_left_alone_and_said_and_a_copied_title_is_read() -> None:
    def change(book: openpyxl.Workbook) -> None:
        book.create_sheet("集計").append(["年", "回数", "人数"])
        book["議題"].title = "議題 (2)"

    submission = back(changed(KORIYAMA, change))
    assert is_whole(submission, KORIYAMA)
    assert rules(submission) == {"集計": "cells:sheet-ignored", "議題 (2)": "cells:sheet-renamed"}


def test_merged_cells_count_for_each_of_their_rows() -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book["議題"]
        column = columns(sheet)["会議"]
        sheet.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)

    submission = back(changed(KORIYAMA, change))
    assert is_whole(submission, KORIYAMA)
    assert list(rules(submission).values()) == ["cells:merged"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("H29.5.30", None),
        ("Ｈ２９．５．３０", None),
        ("平成29年5月30日", None),
        ("2017/5/30", None),
        (date(2017, 5, 30), None),
        (datetime(2017, 5, 30), '[$-411]ggge"年"m"月"d"日"'),
        (date(2017, 5, 30), "[$-411]ge.m.d"),
    ],
)
def test_a_day_is_read_in_every_notation(typed: str | date, shown: str | None) -> None:
    def change(book: openpyxl.Workbook) -> None:
        cell = book["会議"].cell(2, columns(book["会議"])["開催日"])
        cell.value = typed
        cell.number_format = shown or cell.number_format

    submission = back(changed(KORIYAMA, change))
    assert is_whole(submission, KORIYAMA)
    assert {each.rule for each in submission.findings} <= {"cells:serial-day"}


@pytest.mark.parametrize(
    ("dates", "rule", "severity"),
    [
        (("平成30年5月1日", None), "cells:era-name-then", "repair"),
        (("平成30年5月", "2025-03-31"), "cells:era-name", "warning"),
        ((None, None), "cells:era-name", "warning"),
    ],
)
def test_an_era_s_name_is_judged_by_the_day_of_its_document(
    dates: tuple[str | None, str | None], rule: str, severity: str
) -> None:
    """平成32年度 was its name in a plan of 2018."""

    def change(book: openpyxl.Workbook) -> None:
        for heading, day in zip(("発行日", "更新日"), dates, strict=True):
            for row in range(2, book["出典"].max_row + 1):
                book["出典"].cell(row, columns(book["出典"])[heading]).value = day
        book["会議"].cell(2, columns(book["会議"])["年度"]).value = "平成32年度"

    (found,) = (each for each in back(changed(KORIYAMA, change)).findings if each.place.heading == "年度")
    assert (found.rule, found.severity, found.suggestion) == (rule, severity, "令和2年度")
    assert "平成32年度" in found.messages["ja"]


def test_a_sheet_sent_alone_is_judged_by_the_recorded_day_of_its_document() -> None:
    sheet = dict(as_csvs(KORIYAMA, "utf-8"))["会議.csv"].decode().replace("平成29年度", "平成32年度").encode()
    said = documents(REPOSITORY, KORIYAMA)
    early = {
        name: [
            (thing, path, Literal("2018-05-01", datatype=XSD.date) if "/source/" in thing and path in DATES else value)
            for thing, path, value in statements
        ]
        for name, statements in said.items()
    }
    for present, rule in ((said, "cells:era-name"), (early, "cells:era-name-then")):
        found = read(workbook.opened("会議.csv", sheet), fields(), KORIYAMA, present).findings
        assert {each.rule for each in found if each.value == "平成32年度"} == {rule}


def test_a_formula_counts_by_its_value_and_without_one_it_is_said() -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["会議"].cell(2, columns(book["会議"])["回"]).value = "=1+0"

    submission = back(changed(KORIYAMA, change))
    assert list(rules(submission).values()) == ["cells:formula-without-value"]


def test_a_kind_of_row_is_known_with_brackets_of_either_width() -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book["実施主体・委託"]
        for kind in ("運営(委託か直営か不明)", "運営（委託か直営か不明）"):
            sheet.cell(sheet.max_row + 1, columns(sheet)["行の種類"]).value = kind
            sheet.cell(sheet.max_row, columns(sheet)["備考"]).value = "備考"

    submission = back(changed(KORIYAMA, change))
    assert "cells:kind-needed" not in rules(submission).values()
    made = [each.suggestion for each in submission.findings if each.rule == "cells:key-made"]
    assert [each.partition("/")[2].partition("/")[0] for each in made] == ["operation", "operation"]


def test_a_new_row_gets_a_key_of_its_class_s_pattern() -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book["会議"]
        head = columns(sheet)
        for day in ("令和6年5月1日", "令和6年5月1日", None):
            row = sheet.max_row + 1
            values = {"層": "第1層", "開催日": day, "状況": "予定", "根拠（原文の抜粋）": "会議の予定", "備考": "備考"}
            for heading, value in values.items():
                sheet.cell(row, head[heading]).value = value

    submission = back(changed(KORIYAMA, change))
    made = [each.suggestion for each in submission.findings if each.rule == "cells:key-made"]
    start = f"{KORIYAMA}/meeting"
    assert made == [f"{start}/2024-05-01", f"{start}/2024-05-01-02", f"{start}/meeting-01"]


def test_what_is_another_city_s_cannot_be_changed() -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["会議"]["A2"] = f"{TAMA}/meeting/1"

    assert "cells:key-of-another" in rules(back(changed(KORIYAMA, change))).values()


ENCODINGS = ["utf-8", "utf-8-sig", "cp932", "utf-16"]


def as_saved(cell: workbook.Raw) -> object:
    """Write a number as spreadsheet programs do: a whole one without a decimal point."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def as_csvs(city: str, encoding: str) -> Iterator[tuple[str, bytes]]:
    for title in openpyxl.load_workbook(io.BytesIO(clean(city)), read_only=True).sheetnames:
        grid = next(each for each in workbook.opened("a.xlsx", clean(city)) if each.title == title)
        text = io.StringIO(newline="")
        csv.writer(text).writerows([[as_saved(each) for each in row] for row in grid.rows])
        yield f"{title}.csv", text.getvalue().encode(encoding, "strict" if encoding != "cp932" else "replace")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_archive_of_csv_files_says_the_same_as_the_workbook(encoding: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in as_csvs(KORIYAMA, encoding):
            new.writestr(name, content)
    submission = back(archive.getvalue(), "city.zip")
    lost = [
        each
        for name, said in documents(REPOSITORY, KORIYAMA).items()
        for each in set(said) - set(submission.graphs[name])
    ]
    unfit = [each for each in lost if str(each[2]).encode("cp932", "replace").decode("cp932") == str(each[2])]
    assert unfit == []
    assert encoding == "cp932" or lost == []


def test_one_sheet_may_come_as_a_csv_file_of_any_name() -> None:
    content = dict(as_csvs(KORIYAMA, "cp932"))["会議.csv"]
    submission = back(content, "20240401送付.csv")
    assert rules(submission)["20240401送付"] == "cells:sheet-renamed"
    assert any("/meeting/2017-05-30" in thing for _, thing in submission.rows)


# Machine readability

THIRTY = {f"L{level}-{number:02}" for level, last in ((1, 15), (2, 6), (3, 9)) for number in range(1, last + 1)}


def test_a_finding_names_the_rules_of_machine_readability_that_its_cell_breaks() -> None:
    assert {rule for said in SAYINGS.values() for rule in said.get("rules", ())} <= THIRTY

    def change(book: openpyxl.Workbook) -> None:
        sheet = book["会議"]
        head = columns(sheet)
        sheet.cell(2, head["回"]).value = "第3回"
        sheet.cell(3, head["状況"]).value = "同上"
        sheet.cell(4, head["開催日"]).value = "春ごろ"

    found = {each.rule: each for each in back(changed(KORIYAMA, change)).findings}
    cited = {rule: each.readability for rule, each in found.items()}
    assert cited["cells:not-a-number"] == ("L2-01",)
    assert cited["cells:ditto"] == ("L2-02",)
    assert cited["cells:not-a-date"] == ("L3-05",)
    report = Report("city.xlsx", KORIYAMA, list(found.values()))
    told = json.loads(intake.as_json(report))["findings"]
    assert {each["rule"]: tuple(each["readability"]) for each in told} == cited
    assert "cells:ditto L2-02" in intake.as_csv(report, "ja").decode("utf-8-sig")
    assert found["cells:ditto"].sentence("en").endswith("[cells:ditto L2-02]")


# What a file does not speak of


def beside(content: bytes, city: str, name: str = "city.xlsx") -> Submission:
    """Read a file of a city beside what is recorded of it."""
    return read(workbook.opened(name, content), fields(), city, documents(REPOSITORY, city))


def removed_by(submission: Submission, city: str) -> list[Any]:
    """List what is recorded of a city and would be no more."""
    return [
        each
        for name, said in documents(REPOSITORY, city).items()
        for each in said
        if each not in submission.graphs.get(name, ())
    ]


@pytest.mark.parametrize("title", ["会議", "構成団体", "出典"])
def test_a_single_sheet_removes_nothing_of_what_stands_on_the_others(title: str) -> None:
    submission = beside(dict(as_csvs(TAMA, "utf-8"))[f"{title}.csv"], TAMA, f"{title}.csv")
    assert removed_by(submission, TAMA) == []
    assert is_whole(submission, TAMA)
    (kept,) = [each for each in submission.findings if each.rule == "cells:sheets-kept"]
    assert (kept.severity, title in kept.value, "事業・層" in kept.value) == ("info", False, True)


def test_a_row_left_out_of_a_sheet_that_was_sent_is_removed_and_nothing_else() -> None:
    lines = dict(as_csvs(KORIYAMA, "utf-8"))["会議.csv"].decode().splitlines(keepends=True)
    key = lines[1].split(",")[0]
    submission = beside("".join([lines[0], *lines[2:]]).encode(), KORIYAMA, "会議.csv")
    gone = removed_by(submission, KORIYAMA)
    assert gone
    assert {thing.removeprefix(f"{ID}") for thing, _, _ in gone} == {key}


def test_a_workbook_without_a_sheet_or_a_column_leaves_both_as_they_are() -> None:
    def change(book: openpyxl.Workbook) -> None:
        del book["構成団体"]
        sheet = book["協議体"]
        sheet.delete_cols(columns(sheet)["対象の層"])

    submission = beside(changed(TAMA, change), TAMA)
    assert removed_by(submission, TAMA) == []
    assert is_whole(submission, TAMA)
    said = {each.rule: each for each in submission.findings}
    assert said["cells:sheets-kept"].value == "構成団体"
    assert (said["cells:columns-kept"].place.sheet, said["cells:columns-kept"].value) == ("協議体", "対象の層")
    assert said.keys() == {"cells:sheets-kept", "cells:columns-kept"}


def test_an_emptied_cell_and_a_deleted_row_are_removed_where_their_sheet_is_there() -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["構成団体"].delete_rows(2)
        sheet = book["協議体"]
        sheet.cell(2, columns(sheet)["対象の層"]).value = None

    gone = removed_by(beside(changed(TAMA, change), TAMA), TAMA)
    assert {path for thing, path, _ in gone if "/council/" in thing} == {f"{SAS}serves"}
    assert len({thing for thing, _, _ in gone}) == 2


def test_new_rows_may_mean_by_its_name_what_stands_on_a_sheet_that_was_not_sent() -> None:
    text = "キー,出典,層,開催日,状況,根拠(原文の抜粋)\n,,第1層,令和6年5月1日,予定,会議の予定\n"
    submission = beside(text.encode(), KORIYAMA, "会議.csv")
    assert not [each for each in submission.findings if each.severity == "violation"]
    assert (f"{ID}{KORIYAMA}/meeting/2024-05-01", f"{SAS}tier", URIRef(f"{ID}{KORIYAMA}/tier/1")) in [
        each for said in submission.graphs.values() for each in said
    ]


# Sources that a city names


def with_source(more: dict[str, Any], row: dict[str, Any]) -> Submission:
    """Add a source to Koriyama's workbook, and a meeting that rests on it."""

    def change(book: openpyxl.Workbook) -> None:
        source = {"行の種類": "出典", "題名": "新しい文書", "題名（英語）": "A new document", **more}
        meeting = {"出典": "新しい文書", "層": "第1層", "開催日": "令和6年5月1日", "状況": "予定", **row}
        for title, values in (("出典", source), ("会議", meeting)):
            sheet = book[title]
            number = sheet.max_row + 1
            for heading, value in values.items():
                sheet.cell(number, columns(sheet)[heading]).value = value

    return back(changed(KORIYAMA, change))


NEW = f"{BASE}graph/{KORIYAMA}/a-new-document"
MEETING = f"{ID}{KORIYAMA}/meeting/2024-05-01"


def quotes(submission: Submission) -> list[str]:
    return [str(value) for thing, path, value in submission.graphs[NEW] if (thing, path) == (MEETING, f"{SAS}quote")]


def test_a_new_source_needs_neither_file_nor_digest_nor_a_description_of_its_graph() -> None:
    submission = with_source({}, {"根拠（原文の抜粋）": "5月の会議"})
    assert not [each for each in submission.findings if each.severity != "repair"]
    assert (NEW, f"{SAS}ownRendering", Literal("en")) in submission.graphs[NEW]
    assert "cells:description-made" in rules(submission).values()
    assert quotes(submission) == ["5月の会議"]


def test_where_the_workbook_is_the_source_its_rows_are_quoted_by_the_text_of_their_cells() -> None:
    submission = with_source({"このブックが出典": "はい"}, {})
    assert quotes(submission) == ["第1層 2024-05-01 予定"]
    assert "cells:quote-made" in rules(submission).values()


def test_a_quote_that_stands_in_no_cell_of_its_row_gives_way_to_what_does() -> None:
    own = with_source({"このブックが出典": "はい"}, {"根拠（原文の抜粋）": "第1層 2024-05-01"})
    assert quotes(own) == ["第1層 2024-05-01"]
    other = with_source({"このブックが出典": "はい"}, {"根拠（原文の抜粋）": "どこにもない言葉"})
    assert quotes(other) == ["第1層 2024-05-01 予定"]


@pytest.mark.parametrize("meant", ["2024-07-10", date(2024, 7, 10), "2024-07-10 ", "132241/meeting/2024-07-10"])
def test_an_item_of_an_agenda_means_a_meeting_without_a_heading_by_its_day(meant: str | date) -> None:
    def change(book: openpyxl.Workbook) -> None:
        meetings, items = book["会議"], book["議題"]
        source, row = book["協議体"].cell(2, columns(book["協議体"])["出典"]).value, meetings.max_row + 1
        for heading, value in {"出典": source, "協議体": "132241/council/marutto", "開催日": "令和6年7月10日"}.items():
            meetings.cell(row, columns(meetings)[heading]).value = value
        row = items.max_row + 1
        for heading, value in {"出典": source, "会議": meant, "名称": "冬の足", "順番": 1}.items():
            items.cell(row, columns(items)[heading]).value = value

    submission = back(changed(TAMA, change))
    said = {each for statements in submission.graphs.values() for each in statements}
    (item,) = {thing for thing, _, value in said if str(value) == "冬の足"}
    assert (item, f"{SAS}meeting", URIRef(f"{ID}{TAMA}/meeting/2024-07-10")) in said
    assert not [each for each in submission.findings if each.severity == "violation" and "会議" in each.place.heading]


def test_of_things_of_one_name_that_of_the_city_itself_is_meant() -> None:
    shared = [each for each in fields().names.meant("北区", ()) if each.startswith(ID)]
    assert len(shared) > 1
    own = Names(others=fields().names, home="151009")
    assert own.meant("北区", (f"{SAS}Ward",)) == {f"{ID}151017"}


# Hostile files


def refused(content: bytes, name: str = "city.xlsx") -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        workbook.opened(name, content)
    assert 400 <= caught.value.status < 500
    assert set(map(caught.value.message, ("ja", "en")))
    return caught.value


def archive_of(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return made.getvalue()


def parts_of(city: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(clean(city))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_archive_that_swells_is_refused_before_it_is_whole_in_memory() -> None:
    bomb = archive_of({"a.csv": b"\0" * 300_000_000})
    tracemalloc.start()
    assert refused(bomb, "a.zip").key == "archive-too-large"
    assert tracemalloc.get_traced_memory()[1] < 150_000_000
    tracemalloc.stop()


def test_an_archive_of_very_many_parts_is_refused() -> None:
    assert refused(archive_of({f"{number}.csv": b"a" for number in range(600)}), "a.zip").key == "archive-too-large"


@pytest.mark.parametrize("declared", ['<!DOCTYPE a [<!ENTITY b "c">]>', '<!doctype a SYSTEM "file:///etc/passwd">'])
def test_a_document_type_is_refused(declared: str) -> None:
    parts = parts_of(MINATO)
    name = "xl/workbook.xml"
    start, _, rest = parts[name].partition(b"<workbook")
    assert refused(archive_of(parts | {name: start + declared.encode() + b"<workbook" + rest})).key == "document-type"


def test_a_cell_at_the_far_corner_of_a_sheet_is_refused() -> None:
    parts = parts_of(MINATO)
    name = "xl/worksheets/sheet1.xml"
    sheet = parts[name].replace(b'r="A1"', b'r="XFD1048576"', 1)
    assert refused(archive_of(parts | {name: sheet})).key == "sheet-too-large"


@pytest.mark.parametrize(
    ("content", "name", "key"),
    [
        (b"PK\x03\x04 and no more", "a.xlsx", "unreadable-file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xlsx", "old-workbook"),
        (b"\x80\xff\xfe\x81", "a.csv", "unknown-encoding"),
        (b"a," * 500, "a.csv", "sheet-too-large"),
        (b"a\n" * 30_000, "a.csv", "sheet-too-large"),
        (b"a" * 10_000_001, "a.csv", "too-large"),
    ],
)
def test_what_cannot_be_opened_is_a_plain_refusal(content: bytes, name: str, key: str) -> None:
    assert refused(content, name).key == key


def test_a_workbook_with_a_part_cut_short_is_refused() -> None:
    parts = parts_of(MINATO)
    name = "xl/worksheets/sheet2.xml"
    assert refused(archive_of(parts | {name: parts[name][: len(parts[name]) // 2]})).key == "unreadable-file"


def test_macros_and_links_to_other_files_are_not_read_and_do_not_come_back() -> None:
    parts = {"xl/vbaProject.bin": b"macros", "xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    content = archive_of(parts_of(KORIYAMA) | parts)
    grids = workbook.opened("city.xlsm", content)
    assert is_whole(read(grids, fields(), KORIYAMA), KORIYAMA)
    given_back = intake.as_workbook(Report("city.xlsm", KORIYAMA, [], grids=grids), content, "ja")
    with zipfile.ZipFile(io.BytesIO(given_back)) as archive:
        assert not [name for name in archive.namelist() if "vba" in name or "external" in name]


def test_a_file_of_no_city_is_told_so() -> None:
    found = intake.examine(REPOSITORY, "a.csv", "見出し,値\nあ,1\n".encode())
    assert [each.rule for each in found.findings] == ["cells:city-unknown"]
