"""The prefixes of the project, as a page and in every form that a tool reads."""

from flask import Blueprint, Response, render_template

from sasaeai import prefixes
from sasaeai.formats import PREFIX_FORMATS
from sasaeai.web import answers
from sasaeai.web.context import here, language
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import operation

blueprint = Blueprint("prefixes", __name__)

DOCUMENT = "/prefixes"
TELLS = ("本プロジェクトの接頭辞。", "The prefixes of the project.")
HEADERS = ("Link", "Content-Location")


@blueprint.get(DOCUMENT)
@operation("vocabulary", *TELLS, gives=[*PREFIX_FORMATS, HTML], answers=[406], parameters=["lang"], headers=HEADERS)
def negotiated() -> Response:
    """Give the prefixes as the asker reads them."""
    return _document("html" if answers.wants_html(PREFIX_FORMATS) else None)


@blueprint.get(f"{DOCUMENT}.<any({', '.join(['html', *(each.name for each in PREFIX_FORMATS)])}):extension>")
@operation("vocabulary", *TELLS, gives=[*PREFIX_FORMATS, HTML], parameters=["lang"], headers=HEADERS)
def named(extension: str) -> Response:
    """Give the prefixes in the format its suffix names."""
    return _document(extension)


def _document(extension: str | None) -> Response:
    if extension == "html":
        page = render_template("prefixes.html", prefixes=here().prefixes, lines=prefixes.lines(here().prefixes))
        response, form = answers.send_page(page, here().store.version()), f"html?lang={language()}"
    else:
        wanted = answers.required(PREFIX_FORMATS, extension=extension)
        response, form = answers.send_text(prefixes.as_format(here().prefixes, wanted), wanted), wanted.name
    response.headers["Content-Location"] = f"{DOCUMENT}.{form}"
    response.headers["Link"] = ", ".join(answers.alternates(DOCUMENT, PREFIX_FORMATS))
    return response
