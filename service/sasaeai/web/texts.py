"""The pages of text: what this is, how to ask and to cite, who can use it, what is recorded of its readers.

A file `templates/texts/<name>.html` is the registration: it is served at `/<name>`.
"""

from pathlib import Path

from flask import Blueprint, Response, render_template

from sasaeai.lists.choosing import choose
from sasaeai.lists.wishes import Wish
from sasaeai.web import answers
from sasaeai.web.context import here, language
from sasaeai.web.editor import LOCAL
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA, operation

NAMES = sorted(each.stem for each in (Path(__file__).parent / "templates" / "texts").glob("*.html"))

blueprint = Blueprint("texts", __name__)


@operation(
    "pages",
    "このサービスについての文章。",
    "A text about this service.",
    gives=[HTML],
    answers=[503],
    parameters=["lang"],
    headers=OF_DATA,
)
def page(name: str) -> Response:
    """Show a page of text, with what it needs to speak of this service and these data."""
    settings, listing = here().settings, here().shelf.listings["cities"]
    entries = here().shelf.take(listing, language())
    found = choose(listing, entries, Wish(chosen={"data": ["true"]}))
    html = render_template(
        f"texts/{name}.html",
        settings=settings,
        base=settings.public_base or LOCAL,
        codes=[entry.cells["code"][0].text for entry in found.entries[:2]],
        version=entries.version,
    )
    return answers.send_page(html, entries.version)


for _name in NAMES:
    blueprint.add_url_rule(f"/{_name}", view_func=page, defaults={"name": _name}, endpoint=_name)
