"""Days, months, fiscal years and ranges, as they are written in Japan."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sasaeai.calendar import (
    ERAS,
    FIRST_YEAR,
    MESSAGES,
    CalendarError,
    Moment,
    Range,
    Remark,
    era_name,
    fiscal_year_days,
    fiscal_year_label,
    fiscal_year_of,
    in_japan,
    parse_day,
    parse_range,
    reading,
)

DATA = Path(__file__).parent.parent / "data"
DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(2117, 12, 31))
"""To 令和99年: era years have one or two digits."""
YEARS = st.integers(FIRST_YEAR, 2117)
FULL_WIDTH = str.maketrans("0123456789.-/MTSHR", "０１２３４５６７８９．－／ＭＴＳＨＲ")


def fiscal_year(year: int) -> Moment:
    return Moment(date(year, 4, 1), date(year + 1, 3, 31), year)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-04-01", date(2019, 4, 1)),
        ("2019年4月1日", date(2019, 4, 1)),
        ("２０１９年４月１日", date(2019, 4, 1)),
        ("2019/4/1", date(2019, 4, 1)),
        ("平成31年4月1日", date(2019, 4, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("令和1年5月1日", date(2019, 5, 1)),
        ("R6.4.1", date(2024, 4, 1)),
        ("r6.4.1", date(2024, 4, 1)),
        ("Ｒ６．４．１", date(2024, 4, 1)),
        ("Ｒ６－４－１", date(2024, 4, 1)),
        ("H31/4/1", date(2019, 4, 1)),
        ("㋿ 6年 4月 1日", date(2024, 4, 1)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("S64.1.7", date(1989, 1, 7)),
        ("大正15年12月24日", date(1926, 12, 24)),
        ("明治6年1月1日", date(1873, 1, 1)),
    ],
)
def test_a_day_is_read_as_it_is_written(text: str, day: date) -> None:
    assert parse_day(text) == Moment(day, day)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("FY2019", 2019),
        ("fy 2019", 2019),
        ("ＦＹ２０１９", 2019),
        ("2019年度", 2019),
        ("平成29年度", 2017),
        ("平成 29 年度", 2017),
        ("H29年度", 2017),
        ("平成31年度", 2019),
        ("令和元年度", 2019),
        ("令和1年度", 2019),
        ("Ｒ元年度", 2019),
        ("R6年度", 2024),
        ("平成元年度", 1989),
        ("昭和63年度", 1988),
    ],
)
def test_a_fiscal_year_is_asked_about_by_its_last_day(text: str, year: int) -> None:
    assert parse_day(text) == fiscal_year(year)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("平成31年4月", date(2019, 4, 1), date(2019, 4, 30)),
        ("2024年2月", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("R6.2", date(2024, 2, 1), date(2024, 2, 29)),
        ("昭和64年1月", date(1989, 1, 1), date(1989, 1, 31)),
        ("平成元年1月", date(1989, 1, 1), date(1989, 1, 31)),
    ],
)
def test_a_month_is_asked_about_by_its_last_day(text: str, first: date, last: date) -> None:
    assert parse_day(text) == Moment(first, last)


@pytest.mark.parametrize(
    ("text", "day", "japanese", "english"),
    [
        ("令和元年", "2019-12-31", "令和元年度", "FY2019"),
        ("R1", "2019-12-31", "令和元年度", "FY2019"),
        ("平成31年", "2019-12-31", "令和元年度", "FY2019"),
        ("昭和64年", "1989-12-31", "平成元年度", "FY1989"),
        ("平成32年", "2020-12-31", "令和2年度", "FY2020"),
        ("2019年", "2019-12-31", "令和元年度", "FY2019"),
        ("2019", "2019-12-31", "令和元年度", "FY2019"),
    ],
)
def test_a_bare_year_is_refused_with_both_readings(text: str, day: str, japanese: str, english: str) -> None:
    with pytest.raises(CalendarError) as refusal:
        parse_day(text)
    assert refusal.value.key == "bare-year"
    for language, label in (("ja", japanese), ("en", english)):
        assert text in refusal.value.message(language)
        assert day in refusal.value.message(language)
        assert label in refusal.value.message(language)
        assert parse_day(label) == fiscal_year(int(day[:4]))
    assert parse_day(day).day == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("平成31年5月1日", "令和元年5月1日"),
        ("平成31年5月", "令和元年5月"),
        ("H32.04", "令和2年4月"),
        ("平成32年度", "令和2年度"),
        ("平成57年度", "令和27年度"),
    ],
)
def test_a_year_past_its_era_is_a_repair_in_an_older_document_and_a_warning_in_a_newer(text: str, right: str) -> None:
    remark = Remark("era-over", text, right)
    before, after = parse_day(text, date(2018, 3, 1)), parse_day(text, date(2024, 3, 1))
    assert (before.repairs, before.warnings) == ((remark,), ())
    assert (after.repairs, after.warnings) == ((), (remark,))
    assert parse_day(text) == after
    assert (before.first, before.day) == (parse_day(right).first, parse_day(right).day)
    assert right in remark.message("ja")
    assert right in remark.message("en")


def test_the_last_day_of_an_era_still_is_before_the_change() -> None:
    assert parse_day("平成32年度", date(2019, 4, 30)).repairs
    assert parse_day("平成32年度", date(2019, 5, 1)).warnings


def test_a_day_before_its_era_began_warns_with_its_right_name() -> None:
    read = parse_day("令和元年4月1日")
    assert read.day == date(2019, 4, 1)
    assert read.warnings == (Remark("era-not-begun", "令和元年4月1日", "平成31年4月1日"),)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("昭和65年", "平成2年"),
        ("昭和65年度", "平成2年度"),
        ("昭和64年度", "平成元年度"),
        ("昭和64年1月8日", "平成元年1月8日"),
        ("S95.4.1", "令和2年4月1日"),
    ],
)
def test_a_year_that_an_old_era_never_reached_is_refused_with_a_hint(text: str, hint: str) -> None:
    for written in (None, date(2024, 4, 1)):
        with pytest.raises(CalendarError) as refusal:
            parse_day(text, written)
        assert refusal.value.key == "no-such-era-year"
        assert hint in refusal.value.message("ja")
        assert hint in refusal.value.message("en")


def test_a_year_past_its_era_is_right_in_a_plan_of_that_era() -> None:
    read = parse_day("昭和65年度", date(1985, 4, 1))
    assert read.day == date(1991, 3, 31)
    assert read.repairs == (Remark("era-over", "昭和65年度", "平成2年度"),)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "unreadable"),
        ("令和", "unreadable"),
        ("元年度", "unreadable"),
        ("令和0年度", "unreadable"),
        ("令和6年度中", "unreadable"),
        ("2019-4/1", "unreadable"),
        ("20190401", "unreadable"),
        ("FY19", "unreadable"),
        ("٢٠١٩-٠٤-٠١", "unreadable"),
        ("2019-02-29", "no-such-day"),
        ("令和6年13月", "no-such-day"),
        ("令和6年4月0日", "no-such-day"),
        ("明治5年12月2日", "out-of-range"),
        ("FY1872", "out-of-range"),
        ("9999-12-31", "out-of-range"),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(text: str, key: str) -> None:
    with pytest.raises(CalendarError) as refusal:
        parse_day(text)
    assert refusal.value.key == key
    assert f"「{text}」" in refusal.value.message("ja")
    assert f"'{text}'" in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        *("令和6年度~", "令和6年度～", "令和6年度〜", "令和6年度-", "令和6年度－", "令和6年度ー", " 令和 ６年度 ～ "),
        *("令和6年度から", "令和6年度より", "令和6年度以降", "令和6年度～現在", "令和6年度から現在に至る"),
    ],
)
def test_a_range_may_have_an_open_end(text: str) -> None:
    assert parse_range(text) == Range("令和6年度", "")


@pytest.mark.parametrize("text", ["~令和6年度", "～令和６年度", "-令和6年度", "令和6年度まで", "〜令和6年度まで"])
def test_a_range_may_have_an_open_beginning(text: str) -> None:
    assert parse_range(text) == Range("", "令和6年度")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("平成29年度~令和元年度", "平成29年度", "令和元年度"),
        ("FY2017 – FY2019", "FY2017", "FY2019"),
        ("平成29年度-平成31年度", "平成29年度", "平成31年度"),
        ("令和6年4月1日から令和7年3月31日まで", "令和6年4月1日", "令和7年3月31日"),
        ("2024/4/1-2025/3/31", "2024/4/1", "2025/3/31"),
    ],
)
def test_a_range_may_have_both_ends(text: str, start: str, end: str) -> None:
    assert parse_range(text) == Range(start, end)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("平成29~31年度", "平成29年度", "平成31年度"),
        ("平成29～令和元年度", "平成29年度", "令和元年度"),
        ("H29-31年度", "H29年度", "H31年度"),
        ("2017-2019年度", "2017年度", "2019年度"),
        ("令和元～3年度", "令和元年度", "令和3年度"),
        ("令和6年4月～9月", "令和6年4月", "令和6年9月"),
        ("令和6年4月1日～5日", "令和6年4月1日", "令和6年4月5日"),
        ("2024.4.1~9.30", "2024.4.1", "2024.9.30"),
    ],
)
def test_what_both_ends_share_is_written_once(text: str, start: str, end: str) -> None:
    assert parse_range(text) == Range(start, end)


@pytest.mark.parametrize("text", ["令和7年3月31日現在", "令和7年3月31日時点", "令和７年３月３１日　現在"])
def test_a_day_may_be_that_on_which_something_is_seen(text: str) -> None:
    assert parse_range(text) == Range(seen="令和7年3月31日")
    assert parse_range(f"令和6年度～{text}") == Range("令和6年度", "", "令和7年3月31日")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2019-04-01", None),
        ("2019-04-01-", Range("2019-04-01", "")),
        ("2019-04-", Range("2019-04", "")),
        ("2019-04", None),
        ("-2020-03-31", Range("", "2020-03-31")),
        ("2019-04-01-2020-03-31", Range("2019-04-01", "2020-03-31")),
        ("R1-5-1-R2-3-31", Range("R1-5-1", "R2-3-31")),
    ],
)
def test_a_hyphen_within_a_date_parts_no_range(text: str, found: Range | None) -> None:
    assert parse_range(text) == found


@pytest.mark.parametrize(
    "text",
    ["~", "-", "現在", "から", "まで", "令和6年度", "令和6年度~~", "2019-2020", "つながり～居場所", "042-338-6924", ""],
)
def test_what_is_no_range_is_none(text: str) -> None:
    assert parse_range(text) is None


@given(DAYS)
def test_every_day_is_read_back_from_each_way_of_writing_it(day: date) -> None:
    moment = Moment(day, day)
    era = next(era for era in ERAS if era.start <= day <= era.end)
    number = day.year - era.year_one + 1
    short = f"{era.letter}{number}.{day.month}.{day.day}"
    western = f"{day.year}年{day.month}月{day.day}日"
    for text in (day.isoformat(), era_name(day), short, western, day.strftime("%Y/%m/%d")):
        assert parse_day(text) == moment
        assert parse_day(text.translate(FULL_WIDTH)) == moment
        assert parse_range(text) is None
        for mark in ("~", "-", "から"):
            span = parse_range(text + mark)
            assert span
            assert (parse_day(span.start), span.end) == (moment, "")


def test_every_day_from_1926_to_2099_is_read_back_from_its_era() -> None:
    day, names = date(1926, 1, 1), set()
    while day.year < 2100:
        name = era_name(day)
        assert parse_day(name) == Moment(day, day)
        names.add(name)
        day += timedelta(days=1)
    assert len(names) == (day - date(1926, 1, 1)).days, "no two days have the same name"


@given(YEARS)
def test_every_fiscal_year_is_read_back_from_each_of_its_names(year: int) -> None:
    for text in (fiscal_year_label(year, "ja"), fiscal_year_label(year, "en"), f"{year}年度"):
        assert parse_day(text) == fiscal_year(year)
        span = parse_range(f"-{text}")
        assert span
        assert parse_day(span.end) == fiscal_year(year)


@given(DAYS)
def test_a_day_lies_within_its_fiscal_year(day: date) -> None:
    if day >= date(FIRST_YEAR, 4, 1):
        first, last = fiscal_year_days(fiscal_year_of(day))
        assert first <= day <= last


@given(st.text(alphabet="0123456789元平成令和昭年度月日HRSFY-./~〜 ０１", max_size=14), st.none() | DAYS)
def test_any_text_is_read_or_refused_in_both_languages(text: str, written: date | None) -> None:
    try:
        found = parse_day(text, written)
    except CalendarError as error:
        words = [error.message(language) for language in ("ja", "en")]
    else:
        remarks = (*found.repairs, *found.warnings)
        words = [remark.message(language) for remark in remarks for language in ("ja", "en")]
    assert all(words)


@given(st.text(alphabet="0123456789元平成令和年度月日HRFY-./~からまで現在", max_size=16))
def test_the_ends_of_any_range_are_no_ranges(text: str) -> None:
    found = parse_range(text)
    assert found is None or any((found.start, found.end, found.seen))
    for end in (found.start, found.end, found.seen) if found else ():
        assert parse_range(end) is None


def test_the_year_of_the_change_is_named_after_the_new_era() -> None:
    names = [fiscal_year_label(year, "ja") for year in range(1987, 1991)]
    assert names == ["昭和62年度", "昭和63年度", "平成元年度", "平成2年度"]
    names = [fiscal_year_label(year, "ja") for year in range(2017, 2021)]
    assert names == ["平成29年度", "平成30年度", "令和元年度", "令和2年度"]
    assert fiscal_year_label(2019, "en") == "FY2019"


def test_a_day_before_the_gregorian_calendar_has_no_era_name() -> None:
    with pytest.raises(CalendarError, match="1873"):
        era_name(date(1872, 12, 31))


def test_everything_is_worded_in_both_languages() -> None:
    assert all(set(words) == {"ja", "en"} and all(words.values()) for words in MESSAGES.values())


def test_the_fiscal_years_of_the_graph_are_those_of_the_calendar(tmp_path: Path) -> None:
    output = tmp_path / "fiscal-years.ttl"
    subprocess.run([sys.executable, str(DATA / "build_fiscal_years.py"), "--output", str(output)], check=True)
    committed = (DATA / "fiscal-years.ttl").read_bytes()
    assert output.read_bytes() == committed
    assert committed.decode().count("a sas:FiscalYear") == 41
    assert '"令和元年度"@ja, "FY2019"@en ;\n    skos:altLabel "平成31年度"@ja' in committed.decode()


@pytest.mark.parametrize(
    ("text", "ja", "en"),
    [
        ("2019-04-01", "2019年4月1日（平成31年4月1日）", "1 April 2019 (Heisei 31)"),
        ("2019-05-01", "2019年5月1日（令和元年5月1日）", "1 May 2019 (Reiwa 1)"),
        ("2018-01", "2018年1月（平成30年1月）", "January 2018 (Heisei 30)"),
        (
            "2018-02-09T13:30:00+09:00",
            "2018年2月9日（平成30年2月9日）13:30",
            "9 February 2018 (Heisei 30) 13:30",
        ),
        ("令和6年度~", "令和6年度~", "令和6年度~"),
    ],
)
def test_readers_see_a_day_with_its_era(text: str, ja: str, en: str) -> None:
    assert (reading(text, "ja"), reading(text, "en")) == (ja, en)


def test_a_moment_is_told_as_the_clocks_in_japan_have_it() -> None:
    assert in_japan("2024-03-31T15:30:00Z") == "2024-04-01T00:30"
