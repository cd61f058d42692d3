"""The page where a city's staff check their file, the same for programs, and the workbook to begin with."""

import json
from itertools import chain
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request

from sasaeai.errors import ServiceError
from sasaeai.examiner import Examined
from sasaeai.formats import BY_NAME, OBJECTS, WORKBOOK, Format
from sasaeai.statements.municipalities import municipalities
from sasaeai.web import answers, lists, problems, waiting
from sasaeai.web.context import client, here, language
from sasaeai.web.editor import LOCAL
from sasaeai.web.negotiation import HTML
from sasaeai.web.operations import OF_DATA, operation, parameter

blueprint = Blueprint("validate", __name__)

FORMATS = (OBJECTS, BY_NAME["csv"], BY_NAME["ttl"], WORKBOOK)
"""The forms of a report beside its page."""

ENDINGS = (".xlsx", ".xlsm", ".csv", ".tsv", ".zip", ".ttl", ".nt", ".jsonld", ".trig", ".nq")
"""How the names of the files end that can be examined."""

MEDIA_TYPES = {
    WORKBOOK.media_type: "xlsx",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/zip": "zip",
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/ld+json": "jsonld",
    "application/trig": "trig",
    "application/n-quads": "nq",
}
"""What a file is sent as by itself, and the ending of the name it then gets."""

FORM = "multipart/form-data"
LONGEST_NAME = 100
_REPORT = "validate-report.html"
MOST = 500
"""Findings of each kind that a page shows; the other forms have them all."""

BODY = {
    "required": True,
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "contentMediaType": "application/octet-stream"},
                    "_format": {"type": "string", "enum": [*(each.name for each in FORMATS), "html"]},
                },
            }
        }
    }
    | {each: {"schema": {}} for each in MEDIA_TYPES},
}
"""What a file is sent in: the field of a form, or by itself."""

CITY = parameter(
    "m",
    "市区町村の名称かコード（6桁）。",
    "The name or 6-digit code of a municipality.",
    {"type": "string"},
    required=True,
    example="011002",
)
CODE = parameter(
    "code", "市区町村のコード（6桁）。", "The 6-digit code.", {"type": "string"}, where="path", example="011002"
)


@blueprint.route("/validate", methods=["GET", "POST", "OPTIONS"])
@operation(
    "validate",
    "ファイルを検証するページ。",
    "The page to check a file on.",
    gives=[HTML],
    answers=[503],
    parameters=["lang"],
    headers=["Link", "Content-Language"],
)
@operation(
    "validate",
    "ファイルを検証する。誤りがあっても200で、報告を返します。送られたものは残しません。",
    "Check a file. The answer is 200 and a report whether or not something is wrong. Nothing that is sent is kept.",
    method="POST",
    gives=[HTML, *FORMATS],
    answers=[400, 406, 413, 415, 422, 429, 503],
    parameters=["lang"],
    headers=["Content-Language", "Content-Disposition", "X-Dataset-Version"],
    body=BODY,
)
@operation("validate", "CORSの事前確認。", "The preflight of CORS.", method="OPTIONS", answers=[204])
def check() -> Response:
    """Show the page to check a file on, or check the file that is sent."""
    if request.method == "OPTIONS":
        return answers.preflight()
    if request.method != "POST":
        return _form()
    if not answers.wants_html(FORMATS):
        return _report(answers.required(FORMATS))
    try:
        waited = here().examiner.examining(*sent(), OBJECTS.name, language(), client())
        first = next(waited)
    except ServiceError as error:
        return problems.mark(_form(error), error)
    if isinstance(first, Examined):
        found = told(first.body)
        html = render_template(_REPORT, outcome=lambda: found, version=first.version, **offered())
        return _unkept(answers.send_page(html), first.version)
    page = waiting.page(_REPORT, chain([first], waited), lambda examined: told(examined.body), **offered())
    return _unkept(page)


@blueprint.get("/template")
@operation(
    "validate",
    "名称かコードで市区町村のブックへ。",
    "To the workbook of a municipality, by name or code.",
    answers=[303, 400, 503],
    parameters=[CITY, "lang"],
)
def find() -> Response:
    """Lead to the workbook of a municipality that is named."""
    known = municipalities(here().store, here().repository)
    (code,) = known.codes([request.args.get("m", "").strip() or "-"])
    return redirect(f"/template/{code}.xlsx", code=303)  # type: ignore[return-value]


@blueprint.get("/template/<code>.xlsx")
@operation(
    "validate",
    "市区町村のブック。今の記録が入っています。",
    "The workbook of a municipality. It is filled with what is recorded of it.",
    gives=[WORKBOOK],
    answers=[404, 422, 429, 503],
    parameters=[CODE],
    headers=[*OF_DATA, "Content-Disposition"],
)
def template(code: str) -> Response:
    """Give the workbook of a municipality, filled with what its documents say."""
    if not (len(code) == 6 and code.isascii() and code.isdecimal()):
        raise ServiceError("not-found", 404, what=request.path)
    made = here().examiner.template(code, client())
    response = make_response(made.body)
    response.headers["Content-Type"] = WORKBOOK.content_type
    response.headers["Content-Disposition"] = f'attachment; filename="sasaeai-{code}.xlsx"'
    response.headers["Content-Language"] = "ja"
    response.headers["X-Dataset-Version"] = made.version
    return response


def sent() -> tuple[str, bytes]:
    """Return the file that was sent, with a name that is no path; ServiceError 4xx without one that can be taken."""
    name, content = _sent()
    if not content:
        raise ServiceError("no-file", 400)
    if len(content) > (limit := here().settings.max_file_bytes):
        raise ServiceError("too-large", 413, limit=limit)
    return name, content


def _sent() -> tuple[str, bytes]:
    if request.mimetype == FORM:
        sent = request.files.getlist("file")
        if len(sent) != 1 or not sent[0].filename:
            raise ServiceError("no-file", 400)
        plain = "".join(each for each in sent[0].filename.replace("\\", "/") if each.isprintable())
        name = PurePosixPath(plain).name[-LONGEST_NAME:]
        if not name.lower().endswith(ENDINGS):
            raise ServiceError("kind-of-file", 415, name=name, wanted=", ".join(ENDINGS))
        return name, sent[0].read()
    if request.mimetype not in MEDIA_TYPES:
        raise ServiceError("media-type", 415, given=request.mimetype, wanted=", ".join((FORM, *MEDIA_TYPES)))
    return f"file.{MEDIA_TYPES[request.mimetype]}", request.get_data()


def _report(wanted: Format) -> Response:
    examined = here().examiner.examine(*sent(), wanted.name, language(), client())
    response = make_response(examined.body)
    response.headers["Content-Type"] = wanted.content_type
    response.headers["Content-Disposition"] = f'attachment; filename="report.{wanted.name}"'
    response.headers["Content-Language"] = "ja, en" if wanted in (OBJECTS, BY_NAME["ttl"]) else language()
    return _unkept(response, examined.version)


def told(report_of: bytes) -> dict[str, Any]:
    """Return what the page of a report shows: what was found, and what was mended in reading."""
    report = json.loads(report_of)
    repairs = [each for each in report["findings"] if each["severity"] == "repair"]
    found = [each for each in report["findings"] if each["severity"] != "repair"]
    return {"report": report, "found": found, "repairs": repairs}


def _form(error: ServiceError | None = None) -> Response:
    problem = error.message(language()) if error else None
    return answers.send_page(render_template("validate.html", problem=problem, **offered()))


def offered() -> dict[str, Any]:
    """Return what the form to send a file shows, and a report beside what was found."""
    return {
        "endings": ENDINGS,
        "most": MOST,
        "largest": here().settings.max_file_bytes,
        "base": here().settings.public_base or LOCAL,
        **lists.choices(()),
    }


def _unkept(response: Response, version: str = "") -> Response:
    """Say of an answer about somebody's file that nobody may keep it; and, where known, what it was held against."""
    response.headers["Cache-Control"] = "no-store"
    if version:
        response.headers["X-Dataset-Version"] = version
    return response
