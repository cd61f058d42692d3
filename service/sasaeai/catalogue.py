"""The flow of the stored questions: read their headers, take typed values, ask, answer.

A file `queries/catalogue/<name>.rq` is the registration: its `#+` header (YAML, grlc's way) says what it asks, of
whom and with which example; its text runs unchanged in any SPARQL tool.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from sasaeai import calendar
from sasaeai.errors import ServiceError
from sasaeai.formats import GRAPH, RESULTS, Format
from sasaeai.model import is_municipality_code
from sasaeai.prefixes import PREFIXES, Prefixes, declarations, expanded
from sasaeai.repository import QueryFile, Repository
from sasaeai.store import Answer, Store
from sasaeai.store.parameters import Term, bind, iri, literal, slots
from sasaeai.store.writing import Statement, in_language, statement
from sasaeai.vocabulary import BASE, CONCEPT, LANGUAGES, Words

EXAMPLES = BASE + "queries/"
"""The document that describes the questions in RDF; each is `#` and its name."""

LICENCE = "https://spdx.org/licenses/MIT"
"""The licence of queries, as `LICENSE` says."""


@dataclass(frozen=True)
class Parameter:
    """Describe one thing a question can be told: its type decides what is read and which term is made of it."""

    name: str
    type: str
    label: Words
    example: str
    repeatable: bool = False
    required: bool = False
    default: str | None = None
    scheme: str | None = None


@dataclass(frozen=True)
class Question:
    """Hold a question of the catalogue: its words, parameters, columns and SPARQL."""

    name: str
    title: Words
    summary: Words
    tags: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, Words]
    example: Mapping[str, Any]
    text: str = field(repr=False)


def questions(repository: Repository) -> dict[str, Question]:
    """Read every question of the repository, by name.

    Raises ValueError naming the file whose header does not hold.
    """
    return {file.name: read(file) for file in repository.questions()}


def read(file: QueryFile) -> Question:
    """Read one question's header and check it against its text."""
    try:
        about = file.header
        parameters = {each["name"]: Parameter(**each) for each in about.get("parameters", [])}
        question = Question(
            name=file.name,
            title=about["title"],
            summary=about["summary"],
            tags=tuple(about["tags"]),
            parameters=parameters,
            columns=about["columns"],
            example=about["example"],
            text=file.body,
        )
        _check(question)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{file.path}: the header does not hold: {error!r}") from error
    return question


def _check(question: Question) -> None:
    for words in (question.title, question.summary, *question.columns.values()):
        if set(words) != set(LANGUAGES):
            raise ValueError(f"words are needed in {LANGUAGES}: {words}")
    for each in question.parameters.values():
        if each.type not in _READERS:
            raise ValueError(f"parameter {each.name}: no type {each.type}; there are {', '.join(_READERS)}")
        if slots(question.text).count(each.name) == 0:
            raise ValueError(f"parameter {each.name}: the query has no VALUES ?{each.name} {{ … }}")
    if "evidence" not in question.columns:
        raise ValueError("the column evidence is missing")


def fill(question: Question, arguments: Mapping[str, Sequence[str]]) -> str:
    """Return the question's SPARQL with the arguments as typed terms.

    Raises ServiceError 400 naming the parameter that is unknown, missing, repeated or not of its type.
    """
    unknown = sorted(arguments.keys() - question.parameters.keys())
    if unknown:
        raise ServiceError("unknown-parameter", 400, parameter=unknown[0], known=", ".join(question.parameters) or "—")
    return bind(question.text, {each.name: _terms(each, arguments) for each in question.parameters.values()})


def _terms(parameter: Parameter, arguments: Mapping[str, Sequence[str]]) -> list[Term]:
    given = list(arguments.get(parameter.name, ()))
    if not given and parameter.default is not None:
        given = [parameter.default]
    if not given and parameter.required:
        raise ServiceError("missing-parameter", 400, **_wanted(parameter))
    if len(given) > 1 and not parameter.repeatable:
        raise ServiceError("repeated-parameter", 400, parameter=parameter.name)
    terms = []
    for text in given:
        try:
            terms.append(_READERS[parameter.type](parameter, text))
        except calendar.CalendarError as error:
            why = {language: error.message(language) for language in LANGUAGES}
            raise ServiceError("bad-day", 400, parameter=parameter.name, why=why) from None
        except ValueError:
            raise ServiceError("bad-parameter", 400, value=text[:100], **_wanted(parameter)) from None
    return terms


def _wanted(parameter: Parameter) -> dict[str, Any]:
    return {"parameter": parameter.name, "wanted": WANTED[parameter.type], "example": parameter.example}


def answer(
    store: Store, question: Question, arguments: Mapping[str, Sequence[str]], results: Format = RESULTS
) -> Answer:
    """Ask a question of the catalogue and return its answer in the format wanted."""
    return store.query(fill(question, arguments), results=results, graph=GRAPH, lane="own")


def example(question: Question, language: str) -> dict[str, list[str]]:
    """Return the arguments a question is best tried with, in a language where it takes one."""
    given = {name: [str(each) for each in values] for name, values in question.example.get("parameters", {}).items()}
    return given | {"lang": [language]} if "lang" in question.parameters else given


def examples(questions: Iterable[Question], prefixes: Prefixes, endpoint: str) -> list[Statement]:
    """Describe the questions as examples of what an endpoint can be asked, each filled in with its own example.

    They are told as the SPARQL examples vocabulary does (https://purl.expasy.org/sparql-examples/ontology#): SHACL for
    the text and its prefixes, schema.org for endpoint and keywords.
    """
    described = [*declarations(prefixes), statement(EXAMPLES, expanded(prefixes, "dct:license"), iri(LICENCE))]
    for question in questions:
        about: list[tuple[str, Term]] = [
            ("rdf:type", iri(expanded(prefixes, "sh:SPARQLExecutable"))),
            ("rdf:type", iri(expanded(prefixes, "sh:SPARQLSelectExecutable"))),
            *(("rdfs:label", in_language(words, tag)) for tag, words in question.title.items()),
            *(("rdfs:comment", in_language(words, tag)) for tag, words in question.summary.items()),
            ("sh:prefixes", iri(PREFIXES)),
            ("sh:select", literal(fill(question, example(question, LANGUAGES[0])))),
            *(("schema:keywords", literal(tag)) for tag in question.tags),
            ("schema:target", iri(endpoint)),
            ("foaf:page", iri(EXAMPLES + question.name)),
        ]
        subject = f"{EXAMPLES}#{question.name}"
        described += [statement(subject, expanded(prefixes, name), value) for name, value in about]
    return described


def _code(_: Parameter, text: str) -> Term:
    code = unicodedata.normalize("NFKC", text).strip()
    if not is_municipality_code(code):
        raise ValueError(text)
    return literal(code)


def _day(_: Parameter, text: str) -> Term:
    if text == "today":
        return literal(calendar.today())
    return literal(calendar.parse_day(text).day)


def _year(_: Parameter, text: str) -> Term:
    year = calendar.parse_day(text).fiscal_year
    if year is None:
        raise ValueError(text)
    return literal(year)


def _language(_: Parameter, text: str) -> Term:
    if text not in LANGUAGES:
        raise ValueError(text)
    return literal(text)


def _concept(parameter: Parameter, text: str) -> Term:
    if not re.fullmatch(r"[a-z0-9-]{1,60}", text):
        raise ValueError(text)
    return iri(f"{CONCEPT}{parameter.scheme}/{text}")


def _iri(_: Parameter, text: str) -> Term:
    return iri(text)


def _text(_: Parameter, text: str) -> Term:
    return literal(text)


_READERS = {
    "municipality": _code,
    "day": _day,
    "fiscal-year": _year,
    "language": _language,
    "concept": _concept,
    "iri": _iri,
    "text": _text,
}

WANTED: Mapping[str, Words] = {
    "municipality": {
        "ja": "全国地方公共団体コード(6桁、検査数字を含む)を指定してください",
        "en": "Give the 6-digit code of a municipality, check digit included",
    },
    "day": {
        "ja": "日付または年度を指定してください。西暦でも和暦でもかまいません",
        "en": "Give a day or a fiscal year, in western or era notation",
    },
    "fiscal-year": {"ja": "年度を指定してください", "en": "Give a fiscal year"},
    "language": {"ja": "ja または en を指定してください", "en": "Give ja or en"},
    "concept": {"ja": "用語の鍵(英小文字)を指定してください", "en": "Give the key of a concept"},
    "iri": {"ja": "絶対IRIを指定してください", "en": "Give an absolute IRI"},
    "text": {"ja": "文字列を指定してください", "en": "Give a text"},
}
"""What a parameter of each type wants, in words."""


def arguments_of(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Gather name–value pairs into lists of values by name, in their order; an empty field of a form is no value."""
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            gathered.setdefault(name, []).append(value)
    return gathered
