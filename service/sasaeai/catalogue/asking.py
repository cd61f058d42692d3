"""Asking a question: what a caller gives becomes terms of its query, which the store answers."""

from collections.abc import Iterable, Mapping, Sequence

from sasaeai.catalogue.parameters import terms
from sasaeai.catalogue.questions import Question
from sasaeai.errors import ServiceError
from sasaeai.formats import GRAPH, RESULTS, Format
from sasaeai.store import Answer, Store
from sasaeai.store.parameters import bind


def fill(question: Question, arguments: Mapping[str, Sequence[str]]) -> str:
    """Return the question's SPARQL with the arguments as typed terms.

    Raises ServiceError 400 naming the parameter that is unknown, missing, repeated or not of its type.
    """
    unknown = sorted(arguments.keys() - question.parameters.keys())
    if unknown:
        raise ServiceError("unknown-parameter", 400, parameter=unknown[0], known=", ".join(question.parameters) or "—")
    return bind(question.text, {each.name: terms(each, arguments) for each in question.parameters.values()})


def answer(
    store: Store, question: Question, arguments: Mapping[str, Sequence[str]], results: Format = RESULTS
) -> Answer:
    """Ask a question of the catalogue and return its answer in the format wanted."""
    return store.query(fill(question, arguments), results=results, graph=GRAPH, lane="own")


def example(question: Question, language: str) -> dict[str, list[str]]:
    """Return the arguments a question is best tried with, in a language where it takes one."""
    given = {name: [str(each) for each in values] for name, values in question.example.get("parameters", {}).items()}
    return given | {"lang": [language]} if "lang" in question.parameters else given


def arguments_of(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Gather name–value pairs into lists of values by name, in their order; an empty field of a form is no value."""
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            gathered.setdefault(name, []).append(value)
    return gathered
