"""What a route can be asked and what it answers, told beside the route in the words of OpenAPI 3.1."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sasaeai.formats import Format
from sasaeai.vocabulary import Words
from sasaeai.web.context import Context

Tree = Mapping[str, Any]
"""A part of the description: JSON, in which a text may stand in both languages."""

Told = str | Tree | Callable[[Context], Tree]
"""A parameter: the name of one that is shared, or what it is, or what it is in a repository."""

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class One:
    """Hold what is particular to one of the things that share a route: a question, a list.

    `example` is what it is best tried with, `results` the schema of its SPARQL Query Results in JSON.
    """

    name: str
    title: Words
    summary: Words
    parameters: Sequence[Tree]
    example: Sequence[tuple[str, str]] = ()
    results: Tree = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """Hold what a method of a route does, in one sentence or more; the first heads it.

    `gives` are the forms of its 200, formats or media types, in the order of preference; `answers` the other statuses
    that it can have; `headers` what a 200 may carry beside what every answer does. `each` are the things that the part
    `<name>` of its path stands for: each of them is a path of its own.
    """

    tag: str
    words: Words
    gives: Sequence[Format | str]
    answers: Sequence[int]
    parameters: Sequence[Told]
    headers: Sequence[str]
    body: Tree | None
    each: Callable[[Context], Iterable[One]] | None
    method: str


OF_DATA = ("Link", "Last-Modified", "Content-Language", "X-Dataset-Version")
"""Headers of what rests on the data."""

OPERATIONS: dict[Callable[..., Any], dict[str, Operation]] = {}
"""What has been told of the views, by method."""


def operation(  # noqa: PLR0913 — as many things as OpenAPI asks about
    tag: str,
    ja: str,
    en: str,
    *,
    gives: Sequence[Format | str] = (),
    answers: Sequence[int] = (),
    parameters: Sequence[Told] = (),
    headers: Sequence[str] = (),
    body: Tree | None = None,
    each: Callable[[Context], Iterable[One]] | None = None,
    method: str = "GET",
) -> Callable[[View], View]:
    """Tell of a view what one of its methods does."""
    told = Operation(tag, {"ja": ja, "en": en}, gives, answers, parameters, headers, body, each, method)

    def tell(view: View) -> View:
        OPERATIONS.setdefault(view, {})[method] = told
        return view

    return tell


def parameter(name: str, ja: str, en: str, schema: Tree, **more: Any) -> Tree:
    """Tell of a parameter: in the query, unless `where` names another place; `more` is in OpenAPI's words."""
    where = more.pop("where", "query")
    required = {"required": True} if where == "path" else {}
    return {"name": name, "in": where, "description": {"ja": ja, "en": en}, "schema": schema} | required | more


def several(schema: Tree) -> Tree:
    """Return the schema of a parameter that can be given several times."""
    return {"type": "array", "items": schema}


def results(columns: Mapping[str, Words]) -> Tree:
    """Return the schema of SPARQL Query Results in JSON with columns that are known."""
    cells = {name: {"$ref": "#/components/schemas/Term", "description": words} for name, words in columns.items()}
    rows = {"bindings": {"items": {"properties": cells}}}
    return {"$ref": "#/components/schemas/SparqlResults", "properties": {"results": {"properties": rows}}}
