"""The questions as their files register them: headers read, and held against the query below them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sasaeai.catalogue.headers import Header, header
from sasaeai.catalogue.parameters import READERS, Parameter, term
from sasaeai.errors import ServiceError
from sasaeai.repository import QueryFile, Repository
from sasaeai.store.parameters import slots
from sasaeai.vocabulary import Words

RESERVED = {"page", "limit", "_format", "_mediatype", "format"}
"""Parameters that mean the same for every question; none of its own may be called so."""

_OF_A_PARAMETER = {"name", "type", "label", "example", "repeatable", "required", "default", "scheme"}
_OF_A_CHART = {"of", "over", "by"}
_MOST_TAGS = 2
_CITY = "city"
_BY_CODE = re.compile(r"ORDER BY \?m\b[^}]*\Z")


@dataclass(frozen=True)
class Chart:
    """Hold the columns of a chart: the numbers `of` one, `over` the times in another, a line for each value of `by`."""

    of: str
    over: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """Hold a question of the catalogue: its words, parameters, columns and SPARQL.

    One `by_city` promises that its answer about several cities is its answers about each, in the order of their codes.
    One that is `deprecated` since a day answers as it always did; `replaced_by` names the one to ask in its place.
    """

    name: str
    title: Words
    summary: Words
    tags: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, Words]
    example: Mapping[str, Any]
    text: str = field(repr=False)
    caveat: Words | None = None
    chart: Chart | None = None
    by_city: bool = False
    deprecated: date | None = None
    replaced_by: str | None = None


def questions(repository: Repository) -> dict[str, Question]:
    """Read every question of the repository that answers, by name.

    Raises ValueError naming the file whose header does not hold, the key, and what is wanted there.
    """
    files = repository.questions()
    read_ = {file.name: read(file) for file in files if file.body.strip()}
    themes = Header(repository.themes(), "themes.yaml")
    for theme in themes.keys:
        themes.words(theme)
    for file in files:
        about = header(file)
        other = about.file_name("replaced-by")
        if other is not None and other not in read_:
            raise about.wrong("replaced-by", f"there is no question {other} that answers")
        for tag in read_[file.name].tags if file.name in read_ else ():
            if tag not in themes:
                raise about.wrong("tags", f"there is no theme {tag}; there are {', '.join(themes.keys)}")
    return read_


def moved(repository: Repository) -> dict[str, str]:
    """Name the questions that answer no more (their files hold a header and no query), each with what replaces it."""
    gone = [(file.name, header(file)) for file in repository.questions() if not file.body.strip()]
    return {name: str(about.needed("replaced-by", "a file without a query says where to go")) for name, about in gone}


def read(file: QueryFile) -> Question:
    """Read one question's header and check it against its text; ValueError naming file, key and what is wanted."""
    about = header(file)
    tags = about.names("tags", "name one or two themes, as [council]")
    if len(set(tags)) != len(tags) or len(tags) > _MOST_TAGS:
        raise about.wrong("tags", f"name one or two themes; it says {', '.join(tags)}")
    parameters = _parameters(about, file.body)
    columns = _columns(about, file.body)
    return Question(
        name=file.name,
        title=about.words("title"),
        summary=about.words("summary"),
        tags=tags,
        parameters=parameters,
        columns=columns,
        example=_example(about, parameters, columns),
        text=file.body,
        caveat=about.optional_words("caveat"),
        chart=_chart(about, columns),
        by_city=_by_city(about, parameters, columns, file.body),
        deprecated=about.day("deprecated"),
        replaced_by=about.file_name("replaced-by"),
    )


def _by_city(about: Header, parameters: Mapping[str, Parameter], columns: Mapping[str, Words], text: str) -> bool:
    """Tell whether a header makes the promise of `scope: city`, and see that the query can keep it."""
    if "scope" not in about:
        return False
    if (said := about.text("scope", f"write {_CITY}, or leave the key out")) != _CITY:
        raise about.wrong("scope", f"write {_CITY}, or leave the key out; it says {said!r}")
    cities = parameters.get("m")
    if not (cities and cities.type == "municipality" and cities.repeatable):
        raise about.wrong("scope", "what is answered city by city has a repeatable parameter m of type municipality")
    if next(iter(columns)) != "municipality":
        raise about.wrong("scope", "the first column of what is answered city by city is municipality")
    if not _BY_CODE.search(text):
        raise about.wrong("scope", "what is answered city by city ends in ORDER BY ?m …")
    return True


def _parameters(about: Header, text: str) -> dict[str, Parameter]:
    places = slots(text)
    found: dict[str, Parameter] = {}
    for said in about.mappings("parameters", _OF_A_PARAMETER):
        each = _parameter(said)
        if each.name in RESERVED or each.name in found:
            raise said.wrong("name", f"{each.name} is taken; choose another name")
        if each.name not in places:
            raise said.wrong("name", f"the query has no place for it; write VALUES ?{each.name} {{ UNDEF }} in it")
        found[each.name] = each
    return found


def _parameter(said: Header) -> Parameter:
    kinds = f"write one of {', '.join(READERS)}"
    each = Parameter(
        name=said.name("name", "name it as the query does in VALUES ?name { … }, without the question mark"),
        type=said.text("type", kinds),
        label=said.words("label"),
        example=said.text("example", "give a value that can be tried"),
        repeatable=said.truth("repeatable"),
        required=said.truth("required"),
        default=said.text("default", "give a value, or leave the key out") if "default" in said else None,
        scheme=said.text("scheme", "name the scheme of the concepts") if "scheme" in said else None,
    )
    if each.type not in READERS:
        raise said.wrong("type", f"there is no type {each.type}; {kinds}")
    if (each.type == "concept") != (each.scheme is not None):
        raise said.wrong("scheme", "a concept needs the scheme it is of, and nothing else has one")
    if each.required and each.default is not None:
        raise said.wrong("default", "what is required has no default")
    for key, value in (("example", each.example), ("default", each.default)):
        if value is not None:
            _check(said, key, each, value)
    return each


def _check(said: Header, key: str, parameter: Parameter, value: str) -> None:
    try:
        term(parameter, value)
    except ServiceError as error:
        raise said.wrong(key, error.message("en")) from error


def _columns(about: Header, text: str) -> dict[str, Words]:
    about.needed("columns", "give the columns of the SELECT in their order, each with its words")
    said = about.mapping("columns")
    if "evidence" not in said:
        raise about.wrong("columns", "evidence is missing: every row says what it rests on")
    for name in said.keys:
        if not re.search(rf"[?$]{re.escape(name)}\b", text):
            raise about.wrong("columns", f"the query has no ?{name}")
    return {name: said.words(name) for name in said.keys}


def _example(about: Header, parameters: Mapping[str, Parameter], columns: Mapping[str, Words]) -> dict[str, Any]:
    about.needed("example", "give parameters to try, and cells of the first row of their answer")
    said = about.mapping("example", {"parameters", "first"})
    given, first = said.mapping("parameters", set(parameters)), said.mapping("first", set(columns))
    for name in given.keys:
        for value in given.values(name):
            _check(given, name, parameters[name], value)
    return {
        "parameters": {name: given.values(name) for name in given.keys},
        "first": {name: first.values(name)[0] for name in first.keys},
    }


def _chart(about: Header, columns: Mapping[str, Words]) -> Chart | None:
    if "chart" not in about:
        return None
    said = about.mapping("chart", _OF_A_CHART)
    chart = Chart(
        of=said.text("of", "name the column of the numbers"),
        over=said.text("over", "name the column that the numbers go along, such as a year"),
        by=said.names("by", "list the columns whose values a line is drawn for"),
    )
    for key, names in (("of", (chart.of,)), ("over", (chart.over,)), ("by", chart.by)):
        for name in names:
            if name not in columns:
                raise said.wrong(key, f"there is no column {name}")
    return chart
