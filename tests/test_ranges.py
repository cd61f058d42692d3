"""Ranges that people type into one cell: open ones are read where they can mean one thing, and the rest is said."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from sasaeai import intake, workbook
from sasaeai.fields import Statement
from sasaeai.intake import Report
from sasaeai.intake.findings import REPAIR, SAYINGS
from sasaeai.intake.reading import read
from sasaeai.intake.rows import Submission
from sasaeai.vocabulary import ID
from sasaeai.workbook import Grid

from .test_intake import KORIYAMA, REPOSITORY, TAMA, back, changed, clean, columns, fields

RANGES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "workbook" / "ranges.yaml").read_text("utf-8"))
OF_TIME = (
    *("設置日", "設置年度", "実施開始年度", "開始日", "終了日", "確認できる日", "開始年度", "終了年度"),
    *("始まった年度", "終わった年度", "対象年度", "期間"),
)
COMMISSION = ("実施主体・委託", f"{TAMA}/commission/tier-1-fy2024")


@cache
def sheets() -> list[Grid]:
    return workbook.opened("city.xlsx", clean(TAMA))


def typed(sheet: str, key: str, cells: dict[str, str]) -> Submission:
    """Read the workbook in which the first row of a key says of time what these cells do, and nothing else."""

    def written(grid: Grid) -> Grid:
        head, place = grid.rows[0], next(place for place, row in enumerate(grid.rows) if row[0] == key)
        row = [
            cells.get(str(heading), "") if heading in OF_TIME else cell
            for heading, cell in zip(head, grid.rows[place], strict=True)
        ]
        return replace(grid, rows=[*grid.rows[:place], row, *grid.rows[place + 1 :]])

    return read([written(grid) if grid.title == sheet else grid for grid in sheets()], fields(), TAMA)


def examined(cells: dict[str, str]) -> Report:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book[COMMISSION[0]]
        row = next(cell.row for cell in sheet["A"] if cell.value == COMMISSION[1])
        for heading in ("開始年度", "終了年度", "確認できる日"):
            sheet.cell(row, columns(sheet)[heading]).value = cells.get(heading)

    return intake.examine(REPOSITORY, "city.xlsx", changed(TAMA, change))


def said(submission: Submission, key: str) -> list[set[Statement]]:
    return [{each for each in graph if each[0] == ID + key} for graph in submission.graphs.values()]


@pytest.mark.parametrize("case", RANGES, ids=lambda case: " ".join(case["typed"].values()).replace("\n", " "))
def test_a_range_in_a_cell_is_read_or_said_where_it_belongs(case: dict[str, Any]) -> None:
    sheet, key = case.get("sheet", COMMISSION[0]), case.get("key", COMMISSION[1])
    submission = typed(sheet, key, case["typed"])
    plain = typed(sheet, key, case["reads"])
    assert plain.findings == []
    assert said(submission, key) == said(plain, key)
    found: dict[str, list[str]] = {}
    for each in submission.findings:
        found.setdefault(each.place.heading, []).extend((each.rule.removeprefix("cells:"), each.suggestion))
    assert found == case["finds"]


def test_a_range_that_is_read_asks_for_nothing_and_says_so_in_both_languages() -> None:
    (each,) = typed(*COMMISSION, {"開始年度": "令和6年度～"}).findings
    assert (each.severity, each.readability) == (REPAIR, ("L1-07",))
    assert each.messages["ja"] == "「令和6年度～」を、令和6年度 に始まるものとして読みました。"
    assert each.messages["en"] == "'令和6年度～' was read as beginning with 令和6年度."


def test_a_closed_range_names_both_columns_and_what_to_type_into_each() -> None:
    begins, ends = typed(*COMMISSION, {"開始年度": "令和元～3年度"}).findings
    assert "「開始年度」に「令和元年度」、「終了年度」に「令和3年度」" in begins.messages["ja"]
    assert "令和元年度 under 'From fiscal year', 令和3年度 under 'Through fiscal year'" in begins.messages["en"]
    assert ends.messages["ja"].endswith("とあります。そのうち「令和3年度」は、この列に書いてください。")
    assert ends.messages["en"].startswith("The column 'From fiscal year' has '令和元～3年度'.")


@pytest.mark.slow
def test_what_goes_on_needs_a_day_on_which_it_was_seen() -> None:
    """令和6年度~ on a page of 2025-03-31 is a beginning, that day, and no end."""
    assert examined({"開始年度": "令和6年度～", "確認できる日": "令和7年3月31日現在"}).conforms
    without = examined({"開始年度": "令和6年度～"})
    assert [each.rule for each in without.findings if each.severity != REPAIR] == ["shapes:openEnd-or"]


@pytest.mark.slow
def test_what_a_range_leaves_unread_is_not_missed_a_second_time_by_the_shapes() -> None:
    report = examined({"開始年度": "令和元年度～令和3年度"})
    assert [each.rule for each in report.findings] == ["cells:range-parted", "cells:range-rest"]


def test_a_new_row_gets_its_key_from_the_day_that_its_range_begins_with() -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book["会議"]
        head = columns(sheet)
        row = sheet.max_row + 1
        for heading, value in {"層": "第1層", "開催日": "令和6年5月1日～", "状況": "予定", "備考": "備考"}.items():
            sheet.cell(row, head[heading]).value = value

    findings = back(changed(KORIYAMA, change)).findings
    assert [each.suggestion for each in findings if each.rule == "cells:key-made"] == [f"{KORIYAMA}/meeting/2024-05-01"]


def test_every_word_on_ranges_is_tried_here() -> None:
    tried = {rule for case in RANGES for rules in case["finds"].values() for rule in rules[::2]}
    assert {key for key in SAYINGS if key.startswith("range-")} <= tried
