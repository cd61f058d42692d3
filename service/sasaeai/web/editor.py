"""The page of /sparql: a form to write a query on, its answer, and the ways to take both elsewhere.

All of it works without JavaScript; `static/sparql.js` puts the editor over the form where there is one.
"""

import shlex
from pathlib import Path
from urllib.parse import urlencode

from flask import Response, current_app, render_template

from sasaeai import catalogue
from sasaeai.catalogue import Question
from sasaeai.errors import ServiceError
from sasaeai.statements import table
from sasaeai.store import Answer
from sasaeai.web import problems
from sasaeai.web.answers import SCRIPT_POLICY, WITH_BOM, send_page
from sasaeai.web.citations import DAY, LONGEST_LINK, Asked, citation
from sasaeai.web.context import here, language

DOWNLOADS = {
    "solutions": (("csv", "CSV"), (WITH_BOM, "CSV (Excel)"), ("srj", "JSON"), ("srx", "XML"), ("tsv", "TSV")),
    "boolean": (("srj", "JSON"), ("srx", "XML")),
    "graph": (("ttl", "Turtle"), ("nt", "N-Triples"), ("rdf", "RDF/XML"), ("jsonld", "JSON-LD")),
}
"""The formats an answer of each kind can be had in, and what to call them."""

LOCAL = "http://127.0.0.1:8000/"
"""What `make serve` answers on. The page's script puts its own address there if the settings name none."""

START = """PREFIX sas: <https://w3id.org/sasaeai/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?council ?councilLabel WHERE {
  ?council a sas:Council ; skos:prefLabel ?councilLabel .
  FILTER(lang(?councilLabel) = "%s")
}
LIMIT 20
"""


def blank(example: str | None) -> Response:
    """Show the page before anything is asked, with a question of the catalogue on it if one is named."""
    if example is None:
        return _page(START % language())
    if example not in here().questions:
        raise ServiceError("unknown-question", 404, name=example)
    question = here().questions[example]
    return _page(catalogue.fill(question, catalogue.example(question, language())))


def refused(asked: Asked, error: ServiceError) -> Response:
    """Show what is wrong with a query, above the query itself."""
    present = asked.at(None).link if error.key == "version-gone" else ""
    return problems.mark(
        _page(
            asked.text,
            problem=error.message(language()),
            excerpt=error.parameters.get("excerpt"),
            present=present if len(present) <= LONGEST_LINK else None,
        ),
        error,
    )


def answered(asked: Asked, answer: Answer) -> Response:
    """Show a query and its answer, and how to ask it again, to keep it and to cite it."""
    rows = table(answer) if answer.kind == "solutions" else None
    base = here().settings.public_base or LOCAL
    cited = asked.at(answer.version).link
    permanent = cited if len(cited) <= LONGEST_LINK else None
    return _page(
        asked.text,
        version=answer.version,
        table=rows,
        cut=answer.cut,
        raw=None if rows else answer.body.decode(),
        link=asked.link if permanent else None,
        permanent=permanent,
        others=asked.others,
        downloads=DOWNLOADS[answer.kind],
        citation=citation(permanent and base + permanent.removeprefix("/"), answer.version),
        day=DAY,
        copies=copies(base + "sparql", asked, answer.kind),
    )


def _page(text: str, *, version: str | None = None, **values: object) -> Response:
    html = render_template(
        "sparql.html",
        query=text,
        version=version,
        prefixes=here().prefixes,
        examples=[(each, _address(each)) for each in here().questions.values()],
        editor=(Path(current_app.static_folder or "") / "npm" / "yasqe.min.js").is_file(),
        stand_in="" if here().settings.public_base else LOCAL,
        longest=LONGEST_LINK,
        **values,
    )
    response = send_page(html, version)
    response.headers["Content-Security-Policy"] = SCRIPT_POLICY
    return response


def _address(question: Question) -> str:
    return f"/queries/{question.name}.rq?{urlencode(catalogue.example(question, language()), doseq=True)}"


def copies(endpoint: str, asked: Asked, kind: str) -> list[tuple[str, str]]:
    """Word a query as a command for the shell, a program in Python and one in R."""
    return [
        ("curl", _curl(endpoint, asked, kind)),
        ("Python", _python(endpoint, asked, kind)),
        ("R", _r(endpoint, asked, kind)),
    ]


def _curl(endpoint: str, asked: Asked, kind: str) -> str:
    accept = {"solutions": "text/csv", "boolean": "application/sparql-results+json", "graph": "text/turtle"}[kind]
    values = [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in asked.others]
    values.append(f"--data-urlencode {shlex.quote(f'query={asked.text.strip()}')}")
    return " \\\n  ".join([f"curl -sS {shlex.quote(endpoint)} -H 'Accept: {accept}'", *values])


def _python(endpoint: str, asked: Asked, kind: str) -> str:
    escaped = asked.text.strip().replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    name = "TURTLE" if kind == "graph" else "JSON"
    end = {
        "solutions": 'for row in sasaeai.queryAndConvert()["results"]["bindings"]:\n'
        '    print({name: cell["value"] for name, cell in row.items()})',
        "boolean": 'print(sasaeai.queryAndConvert()["boolean"])',
        "graph": "print(sasaeai.queryAndConvert().decode())",
    }[kind]
    return "\n".join(
        [
            f"from SPARQLWrapper import {name}, POST, SPARQLWrapper",
            "",
            f'sasaeai = SPARQLWrapper("{endpoint}", returnFormat={name})',
            "sasaeai.setMethod(POST)",
            *(f"sasaeai.addParameter({parameter!r}, {value!r})" for parameter, value in asked.others),
            f'sasaeai.setQuery("""\n{escaped}\n""")',
            end,
        ]
    )


def _r(endpoint: str, asked: Asked, kind: str) -> str:
    dashes = "-"
    while f'){dashes}"' in asked.text:
        dashes += "-"
    others = "".join(f"&{urlencode([pair])}" for pair in asked.others)
    wanted = {"solutions": "csv", "boolean": "srj", "graph": "ttl"}[kind]
    read = (
        'rows <- read.csv(address, colClasses = "character", encoding = "UTF-8")\nprint(rows)'
        if kind == "solutions"
        else 'writeLines(readLines(address, encoding = "UTF-8"))'
    )
    return "\n".join(
        [
            f'query <- r"{dashes}({asked.text.strip()}){dashes}"',
            f'address <- paste0("{endpoint}?_format={wanted}{others}&query=", URLencode(query, reserved = TRUE))',
            read,
        ]
    )
