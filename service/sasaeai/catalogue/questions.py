"""The questions as their files register them: headers read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from sasaeai.catalogue.parameters import READERS, Parameter
from sasaeai.repository import QueryFile, Repository
from sasaeai.store.parameters import slots
from sasaeai.vocabulary import LANGUAGES, Words


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
        if each.type not in READERS:
            raise ValueError(f"parameter {each.name}: no type {each.type}; there are {', '.join(READERS)}")
        if slots(question.text).count(each.name) == 0:
            raise ValueError(f"parameter {each.name}: the query has no VALUES ?{each.name} {{ … }}")
    if "evidence" not in question.columns:
        raise ValueError("the column evidence is missing")
