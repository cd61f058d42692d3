"""The description of the whole HTTP surface in OpenAPI 3.1, made of the routes and what is told beside them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from flask import Flask
from werkzeug.routing import Rule

from sasaeai.formats import Format
from sasaeai.vocabulary import LANGUAGES
from sasaeai.web.answers import WITH_BOM
from sasaeai.web.context import Context
from sasaeai.web.links import path_of
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OPERATIONS, One, Operation, Tree, parameter

APART: Mapping[str, str] = {"static": "files that pages are made with, no interface of their own"}
"""Endpoints that the description leaves out, and why."""

METHODS = ("GET", "POST", "OPTIONS")

ALWAYS = ("ETag", "Cache-Control", "Vary")
"""Headers of every 200 to GET."""

_SHARED = Path(__file__).parent / "openapi.yaml"
_VARIABLE = re.compile(r"<(?:(?P<converter>\w+)(?:\((?P<choices>[^)]*)\))?:)?(?P<name>\w+)>")
_STOP = re.compile(r"。|\.(?:\s+|$)")
_NO_LETTER = re.compile("[^A-Za-z0-9]+")
_SCHEMAS: Mapping[str, Tree] = {
    "application/sparql-results+json": {"$ref": "#/components/schemas/SparqlResults"},
    "application/ld+json": {"$ref": "#/components/schemas/JsonLd"},
}


def describe(app: Flask, context: Context, language: str) -> dict[str, Any]:
    """Describe an application in one language; ValueError names the route of which nothing is told."""
    shared = yaml.safe_load(_SHARED.read_text("utf-8"))
    paths: dict[str, dict[str, Any]] = {}
    rules = [each for each in app.url_map.iter_rules() if each.endpoint not in APART]
    for rule in sorted(rules, key=lambda each: each.rule):
        for path, operations in _paths(rule, app.view_functions[rule.endpoint], context):
            paths.setdefault(path, {}).update(operations)
    used = {each["tags"][0] for methods in paths.values() for each in methods.values()}
    shared["info"]["version"] = version("sasaeai")
    shared["servers"] = [{"url": context.settings.public_base.removesuffix("/") or "/"}]
    shared["tags"] = [each for each in shared["tags"] if each["name"] in used]
    document: dict[str, Any] = _spoken(shared | {"paths": paths}, language)
    return document


def _spoken(tree: Any, language: str) -> Any:
    """Keep one language of each text that stands in both."""
    if isinstance(tree, Mapping):
        if tree.keys() == set(LANGUAGES) and all(isinstance(each, str) for each in tree.values()):
            return tree[language]
        return {name: _spoken(each, language) for name, each in tree.items()}
    return [_spoken(each, language) for each in tree] if isinstance(tree, list | tuple) else tree


def _paths(rule: Rule, view: Callable[..., Any], context: Context) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the paths of a route with their operations: one, or one for each thing that it stands for."""
    told = OPERATIONS.get(view, {})
    if missing := (rule.methods or set()) - {"HEAD", "OPTIONS"} - told.keys():
        raise ValueError(f"{rule.rule}: nothing is told of {', '.join(sorted(missing))}; see web/operations.py")
    path = _VARIABLE.sub(lambda found: f"{{{found['name']}}}", rule.rule)
    for each in sorted(told.values(), key=lambda each: METHODS.index(each.method)):
        method = each.method.lower()
        for one in each.each(context) if each.each else (None,):
            filled = path.replace("{name}", one.name) if one else path
            name = {"operationId": f"{method}{_NO_LETTER.sub('-', filled).rstrip('-')}"}
            yield filled, {method: name | _operation(rule, each, one, context)}


def _operation(rule: Rule, told: Operation, one: One | None, context: Context) -> dict[str, Any]:
    described: dict[str, Any] = {"tags": [told.tag], **_words(told, one)}
    if parameters := list(_parameters(rule, told, one, context)):
        described["parameters"] = parameters
    if one and one.deprecated:
        described["deprecated"] = True
    if told.body:
        described["requestBody"] = told.body
    if 401 in told.answers:
        described["security"] = [{"token": []}]
    described["x-example"] = _address(rule, parameters, one)
    described["responses"] = dict(_responses(rule, told, one))
    return described


def _parameters(rule: Rule, told: Operation, one: One | None, context: Context) -> Iterator[Tree]:
    variables = {found["name"]: found for found in _VARIABLE.finditer(rule.rule)}
    chosen = variables.get("extension")
    if chosen:
        choices = [each.strip() for each in chosen["choices"].split(",")]
        schema = {"type": "string", "enum": choices}
        yield parameter("extension", "形式を表す末尾。", "The suffix that names the format.", schema, where="path")
    for each in (*told.parameters, *(one.parameters if one else ())):
        if isinstance(each, str):
            yield {"$ref": f"#/components/parameters/{each}"}
        else:
            yield each(context) if callable(each) else each
    if not chosen and told.body is None and len(told.gives) > 1:
        yield from _choosing(told.gives)


def _choosing(gives: Sequence[Format | str]) -> Iterator[Tree]:
    """Yield the parameters by which a form is chosen where the address does not name it."""
    formats = [each for each in gives if isinstance(each, Format)]
    names = [*(each.name for each in formats), *([WITH_BOM] if any(each.name == "csv" for each in formats) else [])]
    types = [type_ for each in formats for type_ in (each.media_type, *each.aliases)]
    if HTML in gives:
        names, types = [*names, "html"], [*types, HTML]
    first = {"type": "string", "enum": names}
    yield parameter("_format", "形式。Accept に先立ちます。", "The format, before what Accept says.", first)
    second = {"type": "string", "enum": list(dict.fromkeys(types))}
    yield parameter("_mediatype", "形式をメディア型で。", "The format by its media type.", second)


def _words(told: Operation, one: One | None) -> Tree:
    """Head an operation by what it is about, or else by the first sentence of what is told of it."""
    if one:
        described = {each: f"{told.words[each]}\n\n{one.summary[each]}" for each in LANGUAGES}
        return {"summary": one.title, "description": described}
    parted = {each: _STOP.split(told.words[each], maxsplit=1) for each in LANGUAGES}
    first, rest = ({each: words[place] for each, words in parted.items()} for place in (0, 1))
    return {"summary": first} | ({"description": rest} if any(rest.values()) else {})


def _address(rule: Rule, parameters: Sequence[Tree], one: One | None) -> str:
    """Return an address that the operation can be tried at."""
    values = {each["name"]: _value(each) for each in parameters if each.get("in") == "path"}
    if one:
        values["name"] = one.name
    given = [(each["name"], each["example"]) for each in parameters if each.get("in") == "query" and "example" in each]
    query = urlencode(one.example if one else given, doseq=True)
    return _VARIABLE.sub(lambda found: path_of(values[found["name"]]), rule.rule) + (f"?{query}" if query else "")


def _value(told: Tree) -> str:
    """Return what a parameter is best tried with."""
    choices = told["schema"].get("enum", ["1"])
    return str(told.get("example", "csv" if "csv" in choices else choices[0]))


def _responses(rule: Rule, told: Operation, one: One | None) -> Iterable[tuple[str, Tree]]:
    read = bool(told.gives) and told.method == "GET"
    if told.gives:
        names = (*(ALWAYS if read else ALWAYS[-1:]), *told.headers)
        yield (
            "200",
            {
                "description": {"ja": "答え。", "en": "The answer."},
                "headers": {each: {"$ref": f"#/components/headers/{each}"} for each in names},
                "content": {_type(each): {"schema": _schema(_type(each), one)} for each in told.gives},
            },
        )
    # What no address is made of leads nowhere.
    statuses = {*told.answers, *([304] if read else []), *([404] if _VARIABLE.search(rule.rule) and read else [])}
    for status in sorted(statuses):
        yield str(status), {"$ref": f"#/components/responses/{status}"}


def _type(given: Format | str) -> str:
    return given.media_type if isinstance(given, Format) else given


def _schema(media_type: str, one: One | None) -> Tree:
    if one and media_type in one.schemas:
        return one.schemas[media_type]
    return _SCHEMAS.get(media_type, {"type": "string"} if media_type.startswith("text/") else {})
