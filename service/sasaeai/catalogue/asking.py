"""Asking a question: what a caller gives becomes terms of its query, which the store answers."""

from collections.abc import Iterable, Mapping, Sequence

from sasaeai.catalogue import parameters
from sasaeai.catalogue.questions import Question
from sasaeai.errors import ServiceError
from sasaeai.formats import GRAPH, RESULTS, Format
from sasaeai.repository import Repository
from sasaeai.store import Answer, LaneName, Store
from sasaeai.store.parameters import bind


def fill(question: Question, arguments: Mapping[str, Sequence[str]]) -> str:
    """Return the question's SPARQL with the arguments as typed terms.

    Raises ServiceError 400 naming the parameter that is unknown, missing, repeated or not of its type.
    """
    _check_known(question, arguments)
    return bind(question.text, {each.name: parameters.terms(each, arguments) for each in question.parameters.values()})


def resolved(
    store: Store, repository: Repository, question: Question, arguments: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Return arguments as `fill` takes them: municipalities by their codes and concepts by their keys, not by names.

    Raises ServiceError 400 naming the parameter that is unknown, or whose value is nothing's name or several things'.
    """
    _check_known(question, arguments)
    return {
        name: parameters.resolved(question.parameters[name], values, store, repository)
        for name, values in arguments.items()
    }


def _check_known(question: Question, arguments: Mapping[str, Sequence[str]]) -> None:
    if unknown := sorted(arguments.keys() - question.parameters.keys()):
        raise ServiceError(
            "unknown-parameter", 400, parameter=unknown[0][:100], known=", ".join(question.parameters) or "—"
        )


def answer(  # noqa: PLR0913 — the last are as in `Store`
    store: Store,
    question: Question,
    arguments: Mapping[str, Sequence[str]],
    results: Format = RESULTS,
    *,
    lane: LaneName = "own",
    seconds: float | None = None,
) -> Answer:
    """Ask a question of the catalogue by one query and return its answer in the format wanted."""
    return store.query(fill(question, arguments), results=results, graph=GRAPH, lane=lane, seconds=seconds)


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
