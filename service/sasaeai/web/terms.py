"""The documents whose parts have IRIs of their own: the vocabulary, the shapes, the kinds of mistakes."""

from flask import Blueprint, Response, make_response, render_template

from sasaeai import description, diagram, terms
from sasaeai.errors import messages
from sasaeai.vocabulary import BASE
from sasaeai.web import answers, documents
from sasaeai.web.context import here, in_language, language
from sasaeai.web.links import path_of
from sasaeai.web.operations import operation, parameter

blueprint = Blueprint("terms", __name__)

NUMBER = parameter(
    "number", "版の番号。", "The number of the version.", {"type": "string"}, where="path", example="0.1.0"
)

_CUT = {
    "ja": "この結果は上限に達したため途中で切られています。行は完全ですが、続きがあります。"
    "LIMITとOFFSETで分けるか、条件を絞ってください。",
    "en": "This result was cut at a limit of the service. Each row in it is whole, and there are more. "
    "Ask in parts with LIMIT and OFFSET, or narrow the query down.",
}


@blueprint.get("/ns")
@blueprint.get(f"/ns.<{documents.SUFFIX}>")
@operation("vocabulary", "語彙（クラスと属性）。", "The vocabulary: classes and properties.", **documents.TOLD)
def ontology(extension: str | None = None) -> Response:
    """Answer with the vocabulary, every term of which is a part of this document (a hash IRI)."""

    def page() -> Response:
        found = here().kept(terms.vocabulary, language())
        size = {"box_width": diagram.WIDTH, "box_height": diagram.HEIGHT}
        return _page("ontology.html", "/ns", found.embedded, found.version, vocabulary=found, **size)

    return documents.answer("/ns", extension, lambda: terms.ontology(here().store, here().repository), page)


@blueprint.get("/ns/<path:number>")
@operation(
    "vocabulary",
    "語彙の版のIRI。現在の版から語彙に至ります。",
    "The IRI of a version of the vocabulary. That of the present one leads to it.",
    answers=[303, 404, 503],
    parameters=[NUMBER],
)
def version(number: str) -> Response:
    """Lead from the IRI of the vocabulary's present version to the vocabulary."""
    terms.require_version(here().store, here().repository, f"{BASE}ns/{path_of(number)}")
    return documents.see("/ns")


@blueprint.get("/shapes")
@blueprint.get(f"/shapes.<{documents.SUFFIX}>")
@operation(
    "vocabulary",
    "制約（SHACL）。どのクラスに何が書けるか。",
    "The shapes (SHACL). What can be said of which class.",
    **documents.TOLD,
)
def shapes(extension: str | None = None) -> Response:
    """Answer with the shapes, likewise."""

    def page() -> Response:
        found = here().kept(terms.rules, language())
        return _page("shapes.html", "/shapes", found.embedded, found.version, found=found)

    return documents.answer("/shapes", extension, lambda: terms.shapes(here().store, here().repository), page)


@blueprint.get("/problem")
@blueprint.get(f"/problem.<{documents.SUFFIX}>")
@operation("vocabulary", "誤りの種類。", "The kinds of mistakes.", **documents.TOLD)
def problems(extension: str | None = None) -> Response:
    """Answer with the kinds of mistakes that answers tell of, likewise."""

    def page() -> Response:
        said = description.embedded(terms.problems(here().store), here().repository)
        return _page("mistakes.html", "/problem", said, here().store.version(), messages=messages())

    return documents.answer("/problem", extension, lambda: terms.problems(here().store), page)


@blueprint.get("/truncated")
@blueprint.get(f"/truncated.<{documents.SUFFIX}>")
@operation(
    "vocabulary",
    "答えが途中で切られているとはどういうことか。",
    "What it means that an answer was cut.",
    **documents.TOLD,
)
def truncated(extension: str | None = None) -> Response:
    """Say what it means that the head of a result links here."""

    def page() -> Response:
        words = in_language(_CUT["ja"], _CUT["en"])
        said = description.embedded(terms.truncation(here().store, _CUT), here().repository)
        return _page("truncated.html", "/truncated", said, here().store.version(), words=words)

    return documents.answer("/truncated", extension, lambda: terms.truncation(here().store, _CUT), page)


@blueprint.get("/context.jsonld")
@operation(
    "vocabulary",
    "JSON-LDの文脈。",
    "The JSON-LD context that descriptions are written with.",
    gives=["application/ld+json"],
)
def context() -> Response:
    """Give the JSON-LD context that descriptions are written with."""
    response = make_response(here().repository.context_text())
    response.headers["Content-Type"] = "application/ld+json"
    return response


def _page(template: str, document: str, embedded: str, version: str, **found: object) -> Response:
    return answers.send_page(render_template(template, document=document, embedded=embedded, **found), version)
