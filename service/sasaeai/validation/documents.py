"""Files of RDF as read for validation: what they say, literals as written, and where they say it."""

import re
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

import pyoxigraph as ox
from rdflib import XSD, BNode, Literal, URIRef
from rdflib.term import Node

from sasaeai.validation.violation import Violation
from sasaeai.vocabulary import GRAPH

ENCODING = {
    "ja": "UTF-8（BOMなし）の文字として読めません。文字コードをUTF-8（BOMなし）にして保存し直してください。",
    "en": "This is not UTF-8 without a byte order mark. Save it again as UTF-8 without BOM.",
}

SYNTAX = {
    "ja": "{syntax}として読めません（{detail}）。この行とその前の行の引用符、括弧、区切りの記号を確かめてください。",
    "en": "This is not {syntax} ({detail}). Look at quotes, brackets and separators on this line and the one before.",
}

REMOTE = {
    "ja": "@contextがほかの場所を指しています。外のものは読みません。文脈をファイルの中に書いてください。",
    "en": "@context points elsewhere, and nothing is fetched here. Write the context into the file itself.",
}

Syntax = tuple[str, str, ox.RdfFormat]
"""A syntax as rules name it, as people do, and as the engine does."""

SYNTAXES: dict[str, Syntax] = {
    ".ttl": ("turtle", "Turtle", ox.RdfFormat.TURTLE),
    ".nt": ("ntriples", "N-Triples", ox.RdfFormat.N_TRIPLES),
    ".jsonld": ("jsonld", "JSON-LD", ox.RdfFormat.JSON_LD),
}
"""The syntaxes by the ending of a file's name."""

WRITTEN = {
    XSD.date: r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    XSD.gYearMonth: r"[0-9]{4}-(0[1-9]|1[0-2])",
    XSD.dateTime: r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?",
    XSD.integer: r"[+-]?[0-9]+",
    XSD.decimal: r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)",
    XSD.boolean: r"true|false|1|0",
}
"""How values of these datatypes are written. rdflib takes more for them: full-width digits, week dates, はい."""

ILL_TYPED = URIRef("urn:sasaeai:ill-typed")
"""The datatype given, before shapes look, to what is not written as its own datatype wants."""


_STRING = ox.NamedNode(str(XSD.string))


@dataclass(frozen=True, eq=False)
class Document:
    """Hold one file as read: which graph it is, what it says, how it abbreviates IRIs."""

    file: str
    graph: str
    folder: str
    text: str
    triples: Sequence[ox.Quad]
    base: str
    prefixes: Mapping[str, str]

    def line(self, iri: str) -> int | None:
        """Find the line that begins with an IRI: in full, from the base, or with a prefix; of JSON, that names it."""
        short = {
            f"{prefix}:{iri.removeprefix(start)}" for prefix, start in self.prefixes.items() if iri.startswith(start)
        }
        written = {f"<{iri}>", f"<{iri.removeprefix(self.base)}>"} | short
        names = [f'"{each}"' for each in (iri, iri.removeprefix(self.base), *short)]
        is_json = self.file.lower().endswith(".jsonld")
        for number, line in enumerate(self.text.splitlines(), 1):
            if is_json and "@id" in line and any(each in line for each in names):
                return number
            if not is_json and line[:1].strip() and line.split(None, 1)[0].replace("\\", "") in written:
                return number
        return None


def read(file: str, content: bytes, graph: str, folder: str) -> Document | Violation:
    """Parse with the engine's own reader: it keeps literals as written, and what it refuses could not be loaded.

    The ending of the file's name tells the syntax; without one that is known it is Turtle. Nothing is fetched: neither
    a remote context nor an import. Without a name the graph is the first that the file describes.
    """
    found = parsed(file, content, graph, SYNTAXES.get(PurePosixPath(file).suffix.lower(), SYNTAXES[".ttl"]))
    if isinstance(found, Violation):
        return found
    written, triples, reader = found
    described = (name for each in triples if (name := text(each.subject)).startswith(GRAPH))
    name = graph or next(described, f"{GRAPH}submitted")
    return Document(file, name, folder, written, triples, reader.base_iri or "", dict(reader.prefixes))


def parsed(
    file: str, content: bytes, graph: str, written_in: Syntax
) -> tuple[str, list[ox.Quad], ox.QuadParser] | Violation:
    """Parse a file, or say at which line it cannot be."""
    kind, called, syntax = written_in
    try:
        if content.startswith(BOM_UTF8):
            raise UnicodeDecodeError("utf-8", content, 0, len(BOM_UTF8), "byte order mark")
        written = content.decode()
        reader = ox.parse(content, syntax)
        return written, list(reader), reader
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Violation(f"{kind}:encoding", graph, "", "", "violation", ENCODING, graph, file, line)
    except SyntaxError as error:
        # The engine tells by these words only that it would have had to fetch something.
        if "LoadDocumentCallback" in error.msg:
            line = content[: content.find(b"@context")].count(b"\n") + 1
            return Violation(f"{kind}:remote-context", graph, "", "", "violation", REMOTE, graph, file, line)
        messages = {language: words.format(syntax=called, detail=error.msg) for language, words in SYNTAX.items()}
        return Violation(f"{kind}:syntax", graph, "", "", "violation", messages, graph, file, error.lineno)


def text(term: Any) -> str:
    """Return an IRI, a literal's text, or `_:` and a blank node's name."""
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else str(term.value)


def triple(quad: ox.Quad) -> tuple[Node, Node, Node]:
    """Make rdflib's triple of the engine's, its literals untouched."""
    return _term(quad.subject), _term(quad.predicate), _term(quad.object)


def _term(term: Any) -> Node:
    match term:
        case ox.Literal(language=str(language)):
            return Literal(term.value, lang=language)
        case ox.Literal():
            datatype = URIRef(term.datatype.value)
            if datatype == XSD.string:
                return Literal(term.value)
            fitting = datatype if _is_well_written(term.value, datatype) else ILL_TYPED
            return Literal(term.value, datatype=fitting, normalize=False)
        case ox.NamedNode():
            return URIRef(term.value)
    return BNode(term.value)


@lru_cache(10_000)
def fits(literal: ox.Literal) -> bool:
    """Tell whether a literal is written as its datatype wants."""
    if literal.language or literal.datatype == _STRING:
        return True
    term = _term(literal)
    return isinstance(term, Literal) and term.datatype != ILL_TYPED and not term.ill_typed


def _is_well_written(value: str, datatype: URIRef) -> bool:
    if not re.fullmatch(WRITTEN.get(datatype, "(?s).*"), value):
        return False
    if datatype not in (XSD.date, XSD.dateTime):
        return True
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True
