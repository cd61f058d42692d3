"""The pages that stand for a thing: every thing's, an organisation's, a document's, a ward's."""

from dataclasses import replace

from flask import Response, render_template, request

from sasaeai import entity, thing
from sasaeai.thing import About, Page, Wanted
from sasaeai.web import answers, documents
from sasaeai.web.context import here


def page(about: About, document: str) -> Response:
    """Show a thing: its fields with their evidence, and what points to it."""
    return _send(thing.page(here().store, here().repository, about, _wanted()), document, "entity.html")


def body(about: About, document: str) -> Response:
    """Show an organisation: what it does, city by city."""
    return _send(thing.body(here().store, here().repository, about, _wanted()), document, "entity-body.html")


def source(about: About, document: str) -> Response:
    """Show a document: what was taken from it, with its words."""
    return _send(thing.document(here().store, here().repository, about, _wanted()), document, "entity-source.html")


def ward(about: About, document: str) -> Response:
    """Show a ward: of which city it is, what is recorded there, and what points to it."""
    shown = thing.page(here().store, here().repository, about, _wanted())
    city = thing.city_of(here().store, here().repository, about.iri, about.language)
    within = replace(shown, trail=[(city.iri, city.label)]) if city else shown
    return _send(within, document, "entity-ward.html", city=city)


def _send(shown: Page, document: str, template: str, **more: object) -> Response:
    version = shown.about.version
    embedded = entity.embedded(here().store, here().repository, shown.about.iri)
    html = render_template(template, page=shown, document=document, embedded=embedded, version=version, **more)
    return answers.send_page(html, version)


def _wanted() -> Wanted:
    """Read which part of the list a reader asks for; ServiceError 400 for a page that has no number."""
    return Wanted(documents.page_number(), request.args.get("kind"), request.args.get("via"))
