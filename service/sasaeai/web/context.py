"""What every request needs: the settings, the repository, the store and the questions."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, current_app, request

from sasaeai.catalogue import LANGUAGES, Question
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store import Store


@dataclass(frozen=True)
class Context:
    """Hold what the application was built from."""

    settings: Settings
    repository: Repository
    store: Store
    questions: Mapping[str, Question]


def install(app: Flask, context: Context) -> None:
    """Give an application its context, and its templates the words they share."""
    app.extensions["sasaeai"] = context
    app.jinja_env.globals["language"] = language
    app.jinja_env.globals["_"] = in_language
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def here() -> Context:
    """Return the context of the application that answers this request."""
    context: Context = current_app.extensions["sasaeai"]
    return context


def language() -> str:
    """Return the language of this request's page and errors: `lang`, else Accept-Language, else Japanese."""
    wanted = request.args.get("lang")
    return wanted if wanted in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "ja"


def in_language(ja: str, en: str) -> str:
    """Choose between the two wordings of a text."""
    return ja if language() == "ja" else en
