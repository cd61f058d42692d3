"""What every request needs: the settings, the repository, the store, the questions and the prefixes."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import Flask, current_app, request
from werkzeug.datastructures import LanguageAccept

from sasaeai.catalogue import LANGUAGES, Question
from sasaeai.prefixes import Prefixes
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store import Store


@dataclass(frozen=True, eq=False)
class Context:
    """Hold what the application was built from; it is equal to itself only, and so can be a key."""

    settings: Settings
    repository: Repository
    store: Store
    questions: Mapping[str, Question]
    prefixes: Prefixes


def install(app: Flask, context: Context) -> None:
    """Give an application its context, and its templates the words they share."""
    app.extensions["sasaeai"] = context
    app.jinja_env.globals["language"] = language
    app.jinja_env.globals["in_other_language"] = in_other_language
    app.jinja_env.globals["_"] = in_language
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def here() -> Context:
    """Return the context of the application that answers this request."""
    context: Context = current_app.extensions["sasaeai"]
    return context


def language() -> str:
    """Return the language of this request's page and errors: `lang`, else Accept-Language, else Japanese."""
    if (wanted := request.args.get("lang")) in LANGUAGES:
        return wanted
    # Who reads en-GB reads en, before what he reads less.
    accepted = LanguageAccept([(tag.partition("-")[0], quality) for tag, quality in request.accept_languages])
    return accepted.best_match(LANGUAGES) or "ja"


def in_other_language() -> str:
    """Return the address of this page in the other language, with all else that was asked."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{quote(request.path)}?{urlencode([*asked, ('lang', in_language('en', 'ja'))])}"


def in_language(ja: str, en: str) -> str:
    """Choose between the two wordings of a text."""
    return ja if language() == "ja" else en
