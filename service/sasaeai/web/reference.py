"""The description of the service, for programs (OpenAPI) and for people."""

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template, request

from sasaeai.errors import ServiceError
from sasaeai.web import answers, openapi
from sasaeai.web.context import Context, here, language
from sasaeai.web.editor import LOCAL
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import Tree, operation, parameter

blueprint = Blueprint("reference", __name__)

CHOOSING = {"_format", "_mediatype", "extension"}
"""Parameters that only choose a form: pages show the forms themselves."""

PART = parameter("tag", "どの部分か。", "Which part.", {"type": "string"}, where="path", example="queries")


@dataclass(frozen=True)
class Line:
    """Hold one method of one path: what it does there, in which forms, and an address to try it at."""

    method: str
    path: str
    about: str
    types: Sequence[str]
    example: str
    statuses: Sequence[str]
    headers: Sequence[str]


@dataclass(frozen=True)
class Entry:
    """Hold what the description says of one thing that can be asked, at however many paths."""

    anchor: str
    title: str
    about: str
    lines: list[Line] = field(default_factory=list)
    parameters: dict[str, Tree] = field(default_factory=dict)
    bodies: dict[str, Tree] = field(default_factory=dict)


@functools.cache
def _document(context: Context, language: str) -> dict[str, Any]:
    """Describe the service; it is made of what was read at start, so that it is done once."""
    return openapi.describe(current_app, context, language)


@functools.cache
def _written(context: Context, language: str) -> bytes:
    return json.dumps(_document(context, language), ensure_ascii=False).encode() + b"\n"


@blueprint.get("/openapi.json")
@operation(
    "pages",
    "このサービスのアドレス全ての説明（OpenAPI 3.1）。",
    "The description of all that the service answers (OpenAPI 3.1).",
    gives=["application/json"],
    parameters=["lang"],
    headers=["Link", "Content-Language"],
)
def description() -> Response:
    """Give the description of the service in OpenAPI 3.1."""
    response = answers.worded(make_response(_written(here(), language())))
    response.headers["Content-Type"] = "application/json"
    response.headers["Link"] = f'</docs>; rel="service-doc"; type="{HTML}"'
    return response


@blueprint.get("/docs")
@operation(
    "pages", "APIの説明。", "The API explained.", gives=[HTML], parameters=["lang"], headers=["Content-Language"]
)
def index() -> Response:
    """Explain what the service can be asked, and what all its answers have in common."""
    return _page("docs.html", parts=_parts())


@blueprint.get("/docs/<tag>")
@operation(
    "pages",
    "APIの一部分の説明。",
    "One part of the API explained.",
    gives=[HTML],
    parameters=[PART, "lang"],
    headers=["Content-Language"],
)
def part(tag: str) -> Response:
    """Explain one part of what the service can be asked."""
    document, parts = _document(here(), language()), _parts()
    if tag not in parts:
        raise ServiceError("not-found", 404, what=request.path)
    about = next(each for each in document["tags"] if each["name"] == tag)
    base = here().settings.public_base or LOCAL
    return _page("docs-part.html", about=about, entries=parts[tag], base=base, examples=_examples)


def _page(template: str, **found: object) -> Response:
    response = answers.send_page(render_template(template, api=_document(here(), language()), **found))
    response.headers["Link"] = '</openapi.json>; rel="service-desc"; type="application/json"'
    return response


def _parts() -> Mapping[str, Sequence[Entry]]:
    return _entries(here(), language())


@functools.cache
def _entries(context: Context, language: str) -> Mapping[str, Sequence[Entry]]:
    """Gather the paths of a description by part, and in it by what they are about."""
    document = _document(context, language)
    parts: dict[str, dict[str, Entry]] = {each["name"]: {} for each in document["tags"]}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            about, _, more = told.get("description", "").partition("\n\n")
            entries = parts[told["tags"][0]]
            entry = entries.setdefault(told["summary"], Entry(told["operationId"], told["summary"], more))
            entry.lines.append(_line(method, path, about, told))
            entry.parameters.update({each["name"]: each for each in _resolved(document, told.get("parameters", []))})
            entry.bodies.update(told.get("requestBody", {}).get("content", {}))
    return {tag: list(entries.values()) for tag, entries in parts.items()}


def _examples(told: Tree) -> list[str]:
    """Return what a parameter may be given, as its description shows it."""
    if "examples" in told:
        return [str(each["value"]) for each in told["examples"].values()]
    given = told.get("example", [])
    return [str(each) for each in (given if isinstance(given, list) else [given])]


def _line(method: str, path: str, about: str, told: Tree) -> Line:
    answer = told["responses"].get("200", {})
    types, headers = list(answer.get("content", ())), list(answer.get("headers", ()))
    return Line(method.upper(), path, about, types, told["x-example"], list(told["responses"]), headers)


def _resolved(document: Tree, parameters: Sequence[Tree]) -> Iterator[Tree]:
    """Yield parameters as they are, those that are shared from where they stand."""
    shared = document["components"]["parameters"]
    for each in parameters:
        told = shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        if told["name"] not in CHOOSING:
            yield told
