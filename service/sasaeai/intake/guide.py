"""What helps those who fill a workbook in: the code lists, words at each column, and how everything is written."""

from collections.abc import Iterable, Sequence

from sasaeai.calendar import fiscal_year_label
from sasaeai.fields import Column, Field, Fields, Sheet
from sasaeai.intake.cells import MARK, NO, YES
from sasaeai.intake.layout import GUIDE, KEY, KIND, LISTS, SOURCE, SOURCES, is_needed
from sasaeai.intake.values import BOOLEAN, DATE, DECIMAL, INTEGER, LANG_STRING, MOMENT, MONTH
from sasaeai.vocabulary import PREF_LABEL, SAS
from sasaeai.workbook import Help, Table

FISCAL_YEAR = SAS + "FiscalYear"
YEARS = {"ja": "年度", "en": "Fiscal years"}

FIRST: dict[str, str] = {
    KEY["ja"]: "このシステムでの番号です。新しい行では空けてください。書き出された行では変えないでください。",
    KIND["ja"]: "このシートの行には種類があります。一つを選んでください。",
    SOURCE["ja"]: "この行の元になった資料です。シート「出典」の見出しを書きます。必ず書いてください。",
}
"""What the first columns are for."""

_LAST = 3000


def title_of(kind: str, fields: Fields) -> str:
    """Name a code list."""
    return YEARS["ja"] if kind == FISCAL_YEAR else fields.names.label(kind) or kind.rpartition("#")[2]


def lists_table(fields: Fields) -> Table:
    """Lay the code lists out side by side, each below its name."""
    columns = [[title_of(kind, fields), *words] for kind, words in fields.lists.items()]
    longest = max(map(len, columns))
    return [[column[row] if row < len(column) else "" for column in columns] for row in range(longest)]


def guide(fields: Fields) -> Table:
    """Say of each column what it holds, whether it must be filled in, and how it is written."""
    rows = [["シート", "列", "説明", "必須", "1つのセルに", "書き方"]]
    for sheet in fields.sheets:
        title = sheet.title["ja"]
        rows.append([title, "", sheet.comment["ja"], "", "", ""])
        rows += [[title, each, text, "", "1個", ""] for each, text in _first(sheet)]
        for column in sheet.columns:
            field = column.field
            needed = [kind for kind in sheet.kinds if is_needed(field, kind)]
            must = "必須" if needed == list(sheet.kinds) else "・".join(f"{each.label['ja']}は必須" for each in needed)
            many = "1個" if field.single else "何個でも（改行して並べる）"
            rows.append([title, column.heading["ja"], field.description["ja"], must, many, way(field, fields)])
    return rows


def helps(sheet: Sheet, fields: Fields) -> list[Help]:
    """Return what is shown at each column of a sheet."""
    found = []
    for heading, text in _first(sheet):
        choices = ""
        if heading == KIND["ja"]:
            choices = _quoted(each.label["ja"] for each in sheet.kinds)
        elif heading == SOURCE["ja"]:
            choices = _names_of(SOURCES, fields)
        found.append(Help(heading, text, choices))
    for column in sheet.columns:
        words = f"{column.field.description['ja']}\n{way(column.field, fields)}"
        found.append(Help(column.heading["ja"], words, _choices(column.field, fields)))
    return found


def _first(sheet: Sheet) -> list[tuple[str, str]]:
    return [(each, text) for each, text in FIRST.items() if each != KIND["ja"] or len(sheet.kinds) > 1]


def way(field: Field, fields: Fields) -> str:
    """Say how a value is written, by an example."""
    if field.choices:
        return f"当てはまれば「{MARK}」" if field.choices[0].startswith("http") else "・".join(field.choices)
    if field.period:
        year = fiscal_year_label(2024, "ja")
        return f"{year}" if "month/" not in field.pattern else f"{year}、2024-04、2024-04-01"
    if not field.datatypes:
        listed = [title_of(each, fields) for each in field.kinds if each in fields.lists]
        return (
            f"コード表「{listed[0]}」から選ぶ"
            if listed and len(field.kinds) == 1
            else "名称又はキー（名称のない会議は開催日）"
        )
    if BOOLEAN in field.datatypes:
        return f"{YES}、{NO}"
    if INTEGER in field.datatypes or DECIMAL in field.datatypes:
        return "半角数字（例 12）"
    ways = [text for kind, text in _DAYS.items() if kind in field.datatypes]
    return "、".join(ways) if ways else "" if LANG_STRING in field.datatypes else "文字のとおり"


_DAYS = {DATE: "2024-04-01（令和6年4月1日でもよい）", MONTH: "2024-04", MOMENT: "2024-04-01 15:30"}


def _choices(field: Field, fields: Fields) -> str:
    if field.choices:
        return _quoted([MARK] if field.choices[0].startswith("http") else field.choices)
    if BOOLEAN in field.datatypes:
        return _quoted([YES, NO])
    if len(field.kinds) == 1 and field.kinds[0] in (known := fields.lists):
        place = list(known).index(field.kinds[0])
        return f"'{LISTS['ja']}'!${_letters(place)}$2:${_letters(place)}${len(known[field.kinds[0]]) + 1}"
    return _names_of(field.kinds, fields)


def _names_of(kinds: Iterable[str], fields: Fields) -> str:
    """Return where the names of things of these classes stand, if that is one sheet."""
    found = [fields.kind_of(each) for each in kinds]
    sheets = {each[0].title["ja"]: each[0] for each in found if each}
    if None in found or len(sheets) != 1:
        return ""
    ((title, sheet),) = sheets.items()
    firsts = len(_first(sheet))
    named = (place for place, each in enumerate(sheet.columns, firsts) if _is_name(each))
    letters = next((_letters(place) for place in named), "")
    return f"'{title}'!${letters}$2:${letters}${_LAST}" if letters else ""


def _is_name(column: Column) -> bool:
    return column.field.path == PREF_LABEL and column.language == "ja"


def _quoted(words: Iterable[str]) -> str:
    return f'"{",".join(words)}"'


def _letters(place: int) -> str:
    return (chr(ord("A") + place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


WIDTHS: dict[str, Sequence[int]] = {GUIDE["ja"]: (18, 22, 70, 14, 22, 40)}
"""The widths of the columns of the guide, in characters."""
