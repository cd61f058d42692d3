"""The project's prefixes: read once, and written for queries, for RDF and for JSON-LD."""

import csv
import io
import json
from collections.abc import Mapping

from sasaeai.formats import Format
from sasaeai.repository import Repository
from sasaeai.store import loading
from sasaeai.store.parameters import iri, literal
from sasaeai.store.writing import Statement, address, statement, written
from sasaeai.vocabulary import BASE

PREFIXES = BASE + "prefixes"
"""What declares the prefixes in RDF; each declaration is `#` and the prefix."""

Prefixes = Mapping[str, str]
"""Prefix to namespace, in the order of the alphabet."""


def read(repository: Repository) -> Prefixes:
    """Return the prefixes that the repository declares."""
    return loading.prefixes(repository)


def expanded(prefixes: Prefixes, name: str) -> str:
    """Return the IRI that a prefixed name stands for; raises KeyError for a prefix that is not the project's."""
    prefix, _, local = name.partition(":")
    return prefixes[prefix] + local


def shortened(prefixes: Prefixes, iri: str) -> str:
    """Return the prefixed name of an IRI; the IRI where the project has no prefix for it."""
    found = (f"{prefix}:{iri.removeprefix(space)}" for prefix, space in prefixes.items() if iri.startswith(space))
    return next(found, iri)


def declarations(prefixes: Prefixes) -> list[Statement]:
    """Declare the prefixes as SHACL §5.2.1 has it, so that `sh:prefixes` can refer to them."""
    a, declare, prefix, namespace = (
        expanded(prefixes, name) for name in ("rdf:type", "sh:declare", "sh:prefix", "sh:namespace")
    )
    declared = [statement(PREFIXES, a, iri(expanded(prefixes, "owl:Ontology")))]
    for name, space in prefixes.items():
        node = f"{PREFIXES}#{name}"
        declared += [
            statement(PREFIXES, declare, iri(node)),
            statement(node, a, iri(expanded(prefixes, "sh:PrefixDeclaration"))),
            statement(node, prefix, literal(name)),
            statement(node, namespace, address(space)),
        ]
    return declared


def as_format(prefixes: Prefixes, wanted: Format) -> bytes:
    """Write the prefixes: as lines of a query, a table, a JSON object, a JSON-LD context, or declared in RDF.

    Turtle and TriG declare them with `@prefix` too; JSON-LD is a context, and says what the other syntaxes say.
    """
    match wanted.name:
        case "rq":
            return lines(prefixes).encode()
        case "csv":
            output = io.StringIO(newline="")
            csv.writer(output).writerows([("prefix", "namespace"), *prefixes.items()])
            return output.getvalue().encode()
        case "json":
            return _json(dict(prefixes))
        case "jsonld":
            return _json(_context(prefixes))
    return written(declarations(prefixes), wanted, prefixes, sparing=False)


def lines(prefixes: Prefixes) -> str:
    """Write the prefixes as a query begins with them."""
    return "".join(f"PREFIX {name}: <{space}>\n" for name, space in prefixes.items())


def _context(prefixes: Prefixes) -> dict[str, object]:
    declared = [
        {
            "@id": f"{PREFIXES}#{name}",
            "@type": "sh:PrefixDeclaration",
            "sh:prefix": name,
            "sh:namespace": {"@value": space, "@type": "xsd:anyURI"},
        }
        for name, space in prefixes.items()
    ]
    return {"@context": dict(prefixes), "@id": PREFIXES, "@type": "owl:Ontology", "sh:declare": declared}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
