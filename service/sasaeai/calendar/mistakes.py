"""What can be wrong with the text of a day or worth saying of it, in both languages."""

from dataclasses import dataclass
from typing import Any

MESSAGES: dict[str, dict[str, str]] = {
    "unreadable": {
        "ja": "「{text}」は日付とも年度とも読めません。2019-04-01、平成31年4月1日、令和元年度のように書きます。",
        "en": "'{text}' is neither a day nor a fiscal year. Write 2019-04-01, 平成31年4月1日, FY2019 or 令和元年度.",
    },
    "no-such-day": {
        "ja": "「{text}」という日はありません。月と日を確かめてください。",
        "en": "There is no such day as '{text}'. Check its month and day.",
    },
    "out-of-range": {
        "ja": "「{text}」は扱える範囲（{first}年から{last}年まで）の外にあります。",
        "en": "'{text}' is outside of the years that can be read here, {first} to {last}.",
    },
    "bare-year": {
        "ja": "「{text}」は暦年とも年度とも読めます。{year}年の末日なら{day}、年度なら{fiscal_year}と書いてください。",
        "en": "'{text}' can be a calendar year or a fiscal year. Write {day} for the last day of {year}, "
        "or {fiscal_year} for the fiscal year.",
    },
    "no-such-era-year": {
        "ja": "「{text}」は存在しません。{era}は{end}までです。正しくは{right}ではありませんか。",
        "en": "There is no '{text}': {era} ended on {end}. Is {right} meant?",
    },
    "era-over": {
        "ja": "「{text}」は改元後の名では{right}です。",
        "en": "'{text}' is named {right} since the era changed.",
    },
    "era-not-begun": {
        "ja": "「{text}」は改元前なので、正しくは{right}です。",
        "en": "'{text}' lies before the era began; its name is {right}.",
    },
}
"""What can be wrong with a date or worth saying of it, in both languages."""


class CalendarError(ValueError):
    """Say why a text cannot be read, and what could be written instead.

    `key` names the entry of MESSAGES, `parameters` fill the words; a mapping holds one for each language.
    """

    def __init__(self, key: str, **parameters: Any) -> None:
        super().__init__(key)
        self.key = key
        self.parameters = parameters

    def message(self, language: str) -> str:
        """Word the error in `ja` or `en`."""
        words = {name: value[language] if isinstance(value, dict) else value for name, value in self.parameters.items()}
        return MESSAGES[self.key][language].format_map(words)

    def __str__(self) -> str:
        """Return the English words."""
        return self.message("en")


@dataclass(frozen=True)
class Remark:
    """Say by which name a text that was read is rightly called."""

    key: str
    text: str
    right: str

    def message(self, language: str) -> str:
        """Word the remark in `ja` or `en`."""
        return MESSAGES[self.key][language].format(text=self.text, right=self.right)
