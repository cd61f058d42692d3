"""The edge to HTTP: one module a flow, and what they share. Only here Flask is spoken."""

from flask import Flask

from sasaeai import catalogue
from sasaeai import prefixes as declared
from sasaeai.lists import listings
from sasaeai.lists.shelf import Shelf
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store import Store
from sasaeai.web import (
    answers,
    bodies,
    cache,
    city,
    compare,
    context,
    dataset,
    discovery,
    entity,
    indicators,
    links,
    lists,
    pages,
    prefixes,
    problems,
    questions,
    reference,
    requests,
    revisions,
    saying,
    signing,
    sparql,
    submissions,
    terms,
    texts,
    validate,
)


def create_app(settings: Settings, store: Store) -> Flask:
    """Build the web application over a store."""
    app = Flask(__name__)
    # None is async, and to look each time costs more than many a function.
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    repository = Repository(settings.root, settings.state)
    known = catalogue.questions(repository), declared.read(repository), Shelf(store, listings(repository))
    context.install(app, context.Context(settings, repository, store, *known))
    links.install(app)
    saying.install(app)
    for each in (
        pages,
        sparql,
        prefixes,
        city,
        entity,
        terms,
        dataset,
        questions,
        compare,
        indicators,
        lists,
        texts,
        validate,
        signing,
        submissions,
        revisions,
        discovery,
        reference,
    ):
        app.register_blueprint(each.blueprint)
    bodies.install(app, settings)
    dataset.install(app, settings)
    problems.install(app)
    answers.install(app)
    cache.install(app, store, settings.cache_mb * 1_000_000)
    requests.install(app, settings)
    return app
