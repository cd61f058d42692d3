"""What a city's workbook has beside the columns of the shapes: the words of its first columns and its last sheet."""

from sasaeai.fields import Field, RowKind, Sheet
from sasaeai.vocabulary import SAS, Words

KEY: Words = {"ja": "キー", "en": "Key"}
KIND: Words = {"ja": "行の種類", "en": "Kind of row"}
SOURCE: Words = {"ja": "出典", "en": "Source"}
OTHERS: Words = {"ja": "その他の記述", "en": "Other statements"}
PROPERTY: Words = {"ja": "項目", "en": "Property"}
VALUE: Words = {"ja": "値", "en": "Value"}
GUIDE: Words = {"ja": "記入要領", "en": "How to fill in"}
LISTS: Words = {"ja": "コード表", "en": "Code lists"}
FINDINGS: Words = {"ja": "検証結果", "en": "Findings"}

SOURCES = (SAS + "Source",)
DCT_ISSUED = "http://purl.org/dc/terms/issued"
DCT_MODIFIED = "http://purl.org/dc/terms/modified"
DCT_SOURCE = "http://purl.org/dc/terms/source"
DCT_TITLE = "http://purl.org/dc/terms/title"
QUOTE = SAS + "quote"
OWN_RENDERING = SAS + "ownRendering"
SUBMITTED = SAS + "submittedWorkbook"


def first_columns(sheet: Sheet) -> list[Words]:
    """Return the headings before those of the shapes."""
    return [KEY, *([KIND] if len(sheet.kinds) > 1 else []), SOURCE]


def is_needed(field: Field, kind: RowKind) -> bool:
    """Tell whether a row must say this; of what the register names it need not."""
    return field.required and field.path in kind.paths and kind.pattern not in ("", "{city}")
