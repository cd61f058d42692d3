"""What there is to say of a cell: what is wrong, and what was mended in reading; values, collected and never raised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sasaeai.vocabulary import Words

MESSAGES: dict[str, dict[str, str]] = {
    "not-a-date": {
        "ja": "「{value}」は日付として読めません。{why}",
        "en": "'{value}' is no date. {why}",
    },
    "wanted-day": {
        "ja": "「{value}」は日まで書かれていません。この列には年月日を書きます。"
        "文書が日を述べていなければ空けて、年度の列か備考に書いてください。",
        "en": "'{value}' names no day. Give year, month and day; where the document gives none, leave it out "
        "and use the column of the fiscal year, or the notes.",
    },
    "era-name": {"ja": "{why}", "en": "{why}"},
    "not-a-fiscal-year": {
        "ja": "「{value}」は年度として読めません。令和6年度、2024年度 のように「年度」を付けて書いてください。",
        "en": "'{value}' is no fiscal year. Write it as 令和6年度 or FY2024.",
    },
    "not-a-period": {
        "ja": "「{value}」は年度・月・日のどれとも読めません。令和6年度、2024-04、2024-04-01 "
        "のいずれかの形で書いてください。",
        "en": "'{value}' is no fiscal year, month or day. Write 令和6年度, 2024-04 or 2024-04-01.",
    },
    "not-a-number": {
        "ja": "「{value}」は数として読めません。単位や「約」を付けず、半角数字だけを書いてください。"
        "数が書かれていなければ空けます(0とは書きません)。",
        "en": "'{value}' is no number. Write digits alone, without a unit or 'about'; leave it empty (not 0) "
        "where none is given.",
    },
    "not-yes-or-no": {
        "ja": "「{value}」は「はい」「いいえ」のどちらでもありません。どちらかを選び、"
        "文書が述べていなければ空けてください。",
        "en": "'{value}' is neither はい (yes) nor いいえ (no). Choose one, or leave it empty where the document "
        "does not say.",
    },
    "not-a-mark": {
        "ja": "「{value}」は印ではありません。当てはまるなら「○」を書き、当てはまらなければ空けてください。",
        "en": "'{value}' is no mark. Write ○ where it is so, and leave the cell empty where it is not.",
    },
    "not-a-choice": {
        "ja": "「{value}」は選べません。{choices} のどれかを書いてください。",
        "en": "'{value}' cannot be chosen. Write one of {choices}.",
    },
    "not-in-list": {
        "ja": "「{value}」はコード表にありません。シート「コード表」の言葉のどれかを選んでください。",
        "en": "'{value}' is not in the code list. Choose one of the words on the sheet コード表.",
    },
    "unknown-name": {
        "ja": "「{value}」という{wanted}は、このブックにも全国の一覧にもありません。名称の綴りを確かめるか、"
        "そのシートに1行加えてください。",
        "en": "No {wanted} named '{value}' is in this workbook or known. Check its spelling, or add a row for it "
        "on its sheet.",
    },
    "other-kind": {
        "ja": "「{value}」は、この列に書けるもの({wanted})ではありません。ほかの列のものでないか確かめてください。",
        "en": "'{value}' is not what this column takes ({wanted}). See whether it belongs into another column.",
    },
    "ambiguous-name": {
        "ja": "「{value}」に当たるものが複数あります。キーを添えて {choices} のどれかを書いてください。",
        "en": "'{value}' can mean several things. Write one of these, with its key: {choices}.",
    },
    "placeholder": {
        "ja": "「{value}」は値ではありません。文書に書かれていないことは、何も書かずに空けてください。",
        "en": "'{value}' is no value. Leave the cell empty where the document does not say.",
    },
    "ditto": {
        "ja": "「{value}」では上の行のことか分かりません。同じ値をそのまま書いてください。",
        "en": "'{value}' does not say what is meant. Write the same value again.",
    },
    "cell-error": {
        "ja": "数式がエラー({value})になっています。数式を直すか、値を直接書いてください。",
        "en": "The formula ends in an error ({value}). Mend the formula, or write the value itself.",
    },
    "formula-without-value": {
        "ja": "数式の結果が保存されていません。表計算ソフトで開いて保存し直すか、値を直接書いてください。",
        "en": "The result of this formula was not saved. Open and save the file in a spreadsheet program, or "
        "write the value.",
    },
    "not-text": {
        "ja": "この列には文字を書きますが、「{value}」は日付か真偽の値です。"
        "セルの書式を文字列にして書き直してください。",
        "en": "This column takes text, but '{value}' is a date or a truth value. Format the cell as text and "
        "write it again.",
    },
    "bad-key": {
        "ja": "「{value}」はキーの形ではありません。書き出したときのキーに戻してください。新しい行なら空けてください。",
        "en": "'{value}' is no key. Put back the key it was exported with; leave it empty for a new row.",
    },
    "key-of-another": {
        "ja": "キー「{value}」は団体コード {city} のものではありません。ほかの市区町村のものは変えられません。"
        "新しい行なら空けてください。",
        "en": "The key '{value}' is not one of the municipality {city}: what is another's cannot be changed "
        "here. Leave it empty for a new row.",
    },
    "key-needed": {
        "ja": "この行にはキーが必要です。{wanted}は一覧にあるものだけを書けるので、そのコードをキーに書いてください。",
        "en": "This row needs a key: {wanted} are those of the register. Write its code as the key.",
    },
    "kind-needed": {
        "ja": "行の種類が「{value}」です。{choices} のどれかを選んでください。",
        "en": "The kind of this row is '{value}'. Choose one of {choices}.",
    },
    "source-needed": {
        "ja": "出典がありません。この行の元になった文書を、シート「出典」にある名称で書いてください。",
        "en": "The source is missing. Name the document that this row rests on, as the sheet 出典 does.",
    },
    "foreign-source": {
        "ja": "「{value}」はこの市区町村の出典ではありません。シート「出典」に書いた文書を書いてください。",
        "en": "'{value}' is no source of this municipality. Name a document of the sheet 出典.",
    },
    "city-unknown": {
        "ja": "どの市区町村のブックか分かりません。"
        "シート「自治体」のキーに全国地方公共団体コード(6桁)を書いてください。",
        "en": "It cannot be told which municipality this is of. Write its 6-digit code as the key on the sheet 自治体.",
    },
    "no-sheet": {
        "ja": "読めるシートがありません。sasaeai template で書き出したブックのシート名と見出しを残してください。",
        "en": "There is no sheet that can be read. Keep the titles and headings of the workbook as exported.",
    },
    "sheet-ignored": {
        "ja": "シート「{value}」は読みませんでした。市区町村のブックにないシートです。書いた内容があれば、"
        "当てはまるシートに移してください。",
        "en": "The sheet '{value}' was not read: a city's workbook has none of this name. Move what it says to "
        "the sheet it belongs to.",
    },
    "column-unknown": {
        "ja": "列「{value}」は読みませんでした。このシートにない見出しです。"
        "当てはまる列がなければ備考に書いてください。",
        "en": "The column '{value}' was not read: this sheet has none of this heading. If no column fits, use "
        "the notes.",
    },
    "column-twice": {
        "ja": "見出し「{value}」の列が2つあるので、右の列は読みませんでした。1列にまとめてください。",
        "en": "There are two columns headed '{value}'; the right one was not read. Make them one.",
    },
    "column-missing": {
        "ja": "列「{value}」がありません。キーの列がないと、どの行も新しい行になります。"
        "書き出したブックの列を残してください。",
        "en": "The column '{value}' is missing: without keys every row is a new one. Keep the columns as exported.",
    },
    "no-heading": {
        "ja": "見出しの行が見付かりません。書き出したブックの見出しを1行目に残してください。",
        "en": "No row of headings was found. Keep the headings as exported in the first row.",
    },
    "other-unreadable": {
        "ja": "「その他の記述」のこの行は読めません。書き出したときのまま残すか、行ごと消してください。",
        "en": "This row of その他の記述 cannot be read. Leave it as exported, or delete the whole row.",
    },
    "sheets-kept": {
        "ja": "このファイルにないシート({value})の{count}行は、今の記録のまま残します。"
        "行をなくすときは、シートを残して、その行を消してください。",
        "en": "The {count} rows of sheets that this file lacks ({value}) stay as they are recorded. To remove a row, "
        "keep its sheet and delete the row.",
    },
    "documents-kept": {
        "ja": "このファイルにない文書{count}件({value})は、今の記録のまま残します。",
        "en": "The {count} documents that this file does not hold ({value}) stay as they are recorded.",
    },
    "columns-kept": {
        "ja": "このシートにない列({value})の内容は、今の記録のまま残します。"
        "なくすときは、列を残して、セルを空けてください。",
        "en": "What stands in columns that this sheet lacks ({value}) stays as it is recorded. To remove it, keep the "
        "column and empty its cells.",
    },
    "description-made": {
        "ja": "新しい出典なので、英語の名称と文は訳出したものとして「グラフの説明」を補いました。",
        "en": "The source is new: its description was added, by which English names and texts are renderings.",
    },
    "quote-made": {
        "ja": "このブックが出典なので、根拠は、この行のセルの文字「{right}」としました。",
        "en": "The workbook is the source: the text of the row's cells, '{right}', was taken for its quote.",
    },
    "row-ignored": {
        "ja": "注記と見て、この行は読みませんでした。",
        "en": "This row was taken for a note and not read.",
    },
    "heading-renamed": {
        "ja": "見出し「{value}」を「{right}」として読みました。",
        "en": "The heading '{value}' was read as '{right}'.",
    },
    "sheet-renamed": {
        "ja": "シート「{value}」を「{right}」として読みました。",
        "en": "The sheet '{value}' was read as '{right}'.",
    },
    "merged": {
        "ja": "結合されたセルの値「{value}」を、{rows}行のそれぞれの値として読みました。",
        "en": "The value '{value}' of a merged cell was read for each of its {rows} rows.",
    },
    "merged-across": {
        "ja": "横に結合されたセルの値「{value}」を、左端の列の値として読みました。",
        "en": "The value '{value}' of cells merged across columns was read for the leftmost column.",
    },
    "width-folded": {
        "ja": "「{value}」を {right} として読みました。",
        "en": "'{value}' was read as {right}.",
    },
    "name-folded": {
        "ja": "「{value}」を「{right}」のこととして読みました。",
        "en": "'{value}' was read as '{right}'.",
    },
    "names-split": {
        "ja": "「{value}」を{count}件に分けて読みました。1件ごとに改行してください。",
        "en": "'{value}' was read as {count} names. Write one a line.",
    },
    "zeros-added": {
        "ja": "「{value}」の先頭の0が落ちていると見て、{right} として読みました。",
        "en": "'{value}' seems to have lost a leading zero and was read as {right}.",
    },
    "serial-day": {
        "ja": "日付の書式が外れた数「{value}」を {right} として読みました。",
        "en": "The number '{value}', a date without its format, was read as {right}.",
    },
    "year-as-fiscal": {
        "ja": "「{value}」を{right}として読みました。",
        "en": "'{value}' was read as {right}.",
    },
    "source-filled": {
        "ja": "出典が書かれていないので、ブックにただ一つの出典「{right}」の行として読みました。",
        "en": "The row names no source and was read as of the only one, '{right}'.",
    },
    "kind-filled": {
        "ja": "行の種類が書かれていないので、キーの形から「{right}」として読みました。",
        "en": "The row names no kind and was read as '{right}', by its key.",
    },
    "key-made": {
        "ja": "新しい行にキー「{right}」を付けました。",
        "en": "The new row got the key '{right}'.",
    },
}
"""What each remark on a cell says: what is wrong and how to mend it, or what was mended."""

VIOLATION, WARNING, INFO, REPAIR = "violation", "warning", "info", "repair"
"""How grave a finding is: the cell is wrong; it is read, but look at it; good to know; it was mended in reading."""

WARNINGS = {"era-name", "sheet-ignored", "column-unknown", "column-twice", "merged-across"}
INFOS = {"sheets-kept", "columns-kept", "documents-kept"}
REPAIRS = {
    "description-made",
    "quote-made",
    "row-ignored",
    "heading-renamed",
    "sheet-renamed",
    "merged",
    "width-folded",
    "name-folded",
    "names-split",
    "zeros-added",
    "serial-day",
    "year-as-fiscal",
    "source-filled",
    "kind-filled",
    "key-made",
}


@dataclass(frozen=True)
class Place:
    """Hold a place: a sheet, its row and column from 1 (0: the whole row or sheet), and the heading.

    Of RDF it is a file, its line (0: it is not known), and the thing and property in the place of the heading.
    """

    sheet: str
    row: int = 0
    column: int = 0
    heading: str = ""
    line: int = 0

    @property
    def cell(self) -> str:
        """Name the place as spreadsheets do, 会議!C12; a line of a file as compilers do, city.ttl:12."""
        if self.line:
            return f"{self.sheet}:{self.line}"
        letters, number = "", self.column
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{self.sheet}!{letters}{self.row or ''}" if letters or self.row else self.sheet


@dataclass(frozen=True)
class Remark:
    """Say something of a value, wherever it stands; `key` names the entry of MESSAGES, `suggestion` is what to type."""

    key: str
    value: str
    suggestion: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """Tell how grave it is."""
        known = {WARNING: WARNINGS, INFO: INFOS, REPAIR: REPAIRS}
        return next((severity for severity, keys in known.items() if self.key in keys), VIOLATION)

    def at(self, place: Place) -> "Finding":
        """Return it as a finding at a place."""
        words = {}
        for language, text in MESSAGES[self.key].items():
            told = {
                name: each.get(language, "") if isinstance(each, Mapping) else each
                for name, each in self.parameters.items()
            }
            words[language] = text.format_map({"value": self.value, "right": self.suggestion, **told})
        return Finding(place, self.value, self.severity, f"cells:{self.key}", words, self.suggestion)


@dataclass(frozen=True)
class Finding:
    """Say what is wrong with a cell, or was mended in it: where, by which rule, in words, and what to type instead."""

    place: Place
    value: str
    severity: str
    rule: str
    messages: Words
    suggestion: str = ""
    focus: str = ""

    def sentence(self, language: str) -> str:
        """Word it on one line: the cell, its heading and value; what is wrong and how to mend it; the rule."""
        about = " ".join(each for each in (self.place.heading, self.value) if each)
        right = f" → {self.suggestion}" if self.suggestion else ""
        return f"{self.place.cell}: {about}: {self.messages[language]}{right} [{self.rule}]"
