"""Sasaeai: the public knowledge graph of 生活支援体制整備事業, and the service that answers over it."""

from flask import Flask

from sasaeai import catalogue
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.store import Store
# Not the flows of the web by name: they would hide those of the package.
from sasaeai.web import BLUEPRINTS, answers, context, problems


def create_app(settings: Settings, store: Store) -> Flask:
    """Build the web application over a store."""
    app = Flask(__name__, template_folder="web/templates", static_folder="web/static")
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    repository = Repository(settings.root)
    context.install(app, context.Context(settings, repository, store, catalogue.questions(repository)))
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    problems.install(app)
    answers.install(app)
    return app
