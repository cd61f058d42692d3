"""What every request needs: the settings, the repository, the store, the questions and the prefixes."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request
from rdflib import SKOS, Graph, Literal

from sasaeai import calendar, catalogue
from sasaeai.catalogue import ByCity, Question
from sasaeai.compare import Topic, topics
from sasaeai.desk import Desk
from sasaeai.errors import ServiceError
from sasaeai.examiner import Examiner
from sasaeai.indicators import indicators
from sasaeai.indicators.measures import Measures
from sasaeai.lists.shelf import Shelf
from sasaeai.prefixes import Prefixes
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.statements.keeping import Keeper, Thing
from sasaeai.store import Store
from sasaeai.store.budget import Budget
from sasaeai.vocabulary import LANGUAGES, Words
from sasaeai.web import askers
from sasaeai.web.negotiation import preferred_language


@dataclass(frozen=True, eq=False)
class Context:
    """Hold what the application was built from; it is equal to itself only, and so can be a key."""

    settings: Settings
    repository: Repository
    store: Store
    questions: Mapping[str, Question]
    prefixes: Prefixes
    shelf: Shelf

    @cached_property
    def by_city(self) -> ByCity:
        """Return who asks the questions."""
        return ByCity(self.store, self.repository, self.settings.cities_seconds, self.settings.max_answer_bytes)

    @cached_property
    def examiner(self) -> Examiner:
        """Return who examines files."""
        return Examiner(self.settings)

    @cached_property
    def desk(self) -> Desk:
        """Return the desk's records; ServiceError 404 where this service has no desk."""
        if self.settings.state is None:
            raise ServiceError("no-desk", 404)
        return Desk(self.settings.state)

    @cached_property
    def refusals(self) -> Budget:
        """Return what counts the tokens of each client that are none, over all web processes."""
        folder = self.settings.run_dir or self.desk.state
        return Budget(folder / "refusals", self.settings.refused_tokens)

    @cached_property
    def _keeper(self) -> Keeper[Any]:
        return Keeper(self.store)

    def kept(self, read: Callable[..., Thing], *language: str) -> Thing:
        """Return what a flow reads that is the same for everybody (of a language): once for each version of the data.

        `read` takes the store, the repository and the language, and is the key.
        """
        kept: Thing = self._keeper.take((read, *language), lambda: read(self.store, self.repository, *language))
        return kept

    @cached_property
    def topics(self) -> Mapping[str, Topic]:
        """Return the topics that cities are compared by."""
        return topics(self.repository)

    @cached_property
    def themes(self) -> Mapping[str, Words]:
        """Return the words of the themes that questions are about, in their order."""
        return self.repository.themes()

    @cached_property
    def moved(self) -> Mapping[str, str]:
        """Name the questions that answer no more, each with what has taken its place."""
        return catalogue.moved(self.repository)

    @cached_property
    def measures(self) -> Measures:
        """Return what the indicators find of all cities."""
        return Measures(self.store, self.repository, indicators(self.repository))

    @cached_property
    def state_names(self) -> Mapping[tuple[str, str], str]:
        """Name the states of an answer by key and language, as their concepts are labelled."""
        labels = Graph().parse(self.repository.scheme("state")).subject_objects(SKOS.prefLabel)
        return {
            (str(concept).rpartition("/")[2], str(label.language)): str(label)
            for concept, label in labels
            if isinstance(label, Literal)
        }


def install(app: Flask, context: Context) -> None:
    """Give an application its context, and its templates the words they share."""
    app.extensions["sasaeai"] = context
    app.context_processor(_words)
    app.jinja_env.globals["language"] = language
    app.jinja_env.globals["as_of"] = as_of
    app.jinja_env.globals["state_name"] = lambda key: context.state_names[key, language()]
    app.jinja_env.globals["_"] = in_language
    app.jinja_env.globals["navigation"] = navigation
    app.jinja_env.globals["colophon"] = colophon
    app.jinja_env.globals["has_desk"] = context.settings.state is not None
    app.jinja_env.globals["design_tokens"] = (Path(app.static_folder or "") / "npm" / "tokens.css").is_file()
    app.jinja_env.filters["reading"] = lambda text: calendar.reading(str(text), language())
    app.jinja_env.filters["in_japan"] = calendar.in_japan
    app.jinja_env.filters["base64"] = lambda content: b64encode(content).decode()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _words() -> dict[str, Any]:
    """Give a page its language once: it is asked for thousands of times."""
    known = language()
    return {"language": lambda: known, "_": (lambda ja, _: ja) if known == "ja" else (lambda _, en: en)}


def here() -> Context:
    """Return the context of the application that answers this request."""
    context: Context = current_app.extensions["sasaeai"]
    return context


def client() -> str:
    """Return the account that the limits of who asks are kept on."""
    return askers.account(askers.address(request.environ, here().settings.trusted_proxies))


def language() -> str:
    """Return the language of this request's page and errors: `lang`, else Accept-Language, else Japanese."""
    try:
        known: str = g.language  # a page asks for it thousands of times
    except AttributeError:
        known = g.language = _language()
    return known


def _language() -> str:
    # Tags of languages know no case (RFC 5646 §2.1.1).
    if (wanted := request.args.get("lang", "").lower()) in LANGUAGES:
        return wanted
    return preferred_language(request.headers.get("Accept-Language", ""))


def as_of() -> calendar.Moment | None:
    """Return the day this request asks about (of a fiscal year, its last), or None where it asks about none.

    Raises ServiceError 400 for what is no day.
    """
    given = request.args.get("asOf", "").strip()
    if not given:
        return None
    if "as_of" not in g:
        g.as_of = _moment(given)
    moment: calendar.Moment = g.as_of
    return moment


def _moment(given: str) -> calendar.Moment:
    try:
        return calendar.asked_day(given)
    except calendar.CalendarError as error:
        why = {each: error.message(each) for each in LANGUAGES}
        raise ServiceError("bad-day", 400, parameter="asOf", why=why) from None


def in_language(ja: str, en: str) -> str:
    """Choose between the two wordings of a text."""
    return ja if language() == "ja" else en


def navigation() -> list[tuple[str, str]]:
    """Name the pages that every page leads to, with their paths."""
    return [
        ("/lists/", in_language("一覧", "Lists")),
        ("/compare", in_language("比べる", "Compare")),
        ("/indicators/", in_language("指標", "Indicators")),
        ("/queries/", in_language("質問集", "Questions")),
        ("/sparql", "SPARQL"),
        ("/dataset", in_language("データ", "Data")),
        ("/validate", in_language("ファイルの検証", "Check a file")),
    ]


def colophon() -> list[tuple[str, str]]:
    """Name the pages about the service itself, with their paths."""
    desk = [("/submissions", in_language("申請窓口", "The desk"))] if here().settings.state else []
    return [
        *desk,
        ("/about", in_language("このサービスについて", "About")),
        ("/ask", in_language("SPARQLを使わずに尋ねる", "Asking without SPARQL")),
        ("/docs", in_language("APIの説明", "API")),
        ("/cite", in_language("引用の仕方", "How to cite")),
        ("/accessibility", in_language("アクセシビリティ", "Accessibility")),
        ("/privacy", in_language("プライバシー", "Privacy")),
    ]
