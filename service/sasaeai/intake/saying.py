"""What the shapes and checks say, in the words of a workbook: its headings, names and keys, none of the graph's."""

import re

from sasaeai.fields import Fields, Names
from sasaeai.intake.findings import SAYINGS
from sasaeai.intake.keys import key_of, source_of
from sasaeai.validation import Violation, short
from sasaeai.vocabulary import BASE, GRAPH, Words

_PLACE = re.compile(r"( ?)<([^<>\s]+)>( ?)|( ?)\b(sdmx-code:[\w-]+)( ?)")
_PROPERTY = re.compile(r"(?: ?\(|（)sas:\w+[)）]|\b(sas:\w+)")
_EMPTY_CELL = "sdmx-code:obsStatus-M"
_IRI = re.compile(r"(?<![A-Za-z0-9])IRI(?=s?(?![A-Za-z0-9]))")
_QUOTES = {"ja": "「{}」", "en": "“{}”"}


class Saying:
    """Word what is wrong in a workbook; `names` are those of its things, and of all that its cells may name."""

    def __init__(self, fields: Fields, names: Names) -> None:
        self._names = names
        self._headings: dict[tuple[str, str], Words] = {}
        for column in (column for sheet in fields.sheets for column in sheet.columns):
            self._headings.setdefault((column.field.path, column.language), column.heading)
            self._headings.setdefault((short(column.field.path), ""), column.field.name)

    def words(self, violation: Violation) -> Words:
        """Word it in both languages."""
        heading = self._headings.get((violation.path, violation.value))
        if violation.rule == "checks:languages-missing" and heading:
            said = SAYINGS[f"{'english' if violation.value == 'en' else 'japanese'}-missing"]
            return {language: said[language].format(heading=heading[language]) for language in violation.messages}
        return {language: self._plain(text, language) for language, text in violation.messages.items()}

    def _plain(self, text: str, language: str) -> str:
        def called(found: re.Match[str]) -> str:
            before, iri, after = (found[1], found[2], found[3]) if found[2] else (found[4], found[5], found[6])
            name = self._name(iri, language)
            if not name:
                return f"{before}{key_of(BASE + iri)}{after}"
            quoted = _QUOTES[language].format(name)
            return quoted if language == "ja" else f"{before}{quoted}{after}"

        def headed(found: re.Match[str]) -> str:
            heading = self._headings.get((found[1], ""))
            return _QUOTES[language].format(heading[language]) if heading else ""

        told = _PROPERTY.sub(headed, _PLACE.sub(called, text))
        return _IRI.sub({"ja": "キー", "en": "key"}[language], told)

    def _name(self, iri: str, language: str) -> str:
        """Return what a workbook calls it: a term of the lists, a year, a document, a thing it names.

        In English, what to type comes first: the words of the lists are Japanese.
        """
        if iri == _EMPTY_CELL:
            return "○"
        whole = BASE + iri
        thing = source_of(whole) if whole.startswith(GRAPH) else whole
        typed, told = self._names.label(thing), self._names.label(thing, language)
        return typed if told in ("", typed) else f"{typed} ({told})"
