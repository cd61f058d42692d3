"""A file of RDF as the documents it holds: one, or in TriG and N-Quads one for each of its graphs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import pyoxigraph as ox

from sasaeai.validation.documents import SYNTAXES, Document, parsed, read, text
from sasaeai.validation.violation import Violation

QUADS = {
    ".trig": ("trig", "TriG", ox.RdfFormat.TRIG),
    ".nq": ("nquads", "N-Quads", ox.RdfFormat.N_QUADS),
}
"""The syntaxes of several graphs, by the ending of a file's name; see SYNTAXES."""

UNNAMED = {
    "ja": "どの資料の記述か分かりません。資料のグラフ（graph/…）の中に書き、"
    "そこでグラフ自身も述べてください（dct:source）。",
    "en": "It does not say of which document this is. Write it into the graph of its document (graph/…), and describe "
    "the graph there too (dct:source).",
}


@dataclass(frozen=True)
class Parts:
    """Hold the documents of a file, as Turtle by graph, and the file as one text, in which lines are found."""

    graphs: dict[str, bytes]
    whole: Document


def parted(file: str, content: bytes) -> Parts | Violation:
    """Part a file into its documents; a Violation for one that cannot be read."""
    kind = PurePosixPath(file).suffix.lower()
    if kind not in QUADS:
        document = read(file, content, "", "data")
        if isinstance(document, Violation):
            return document
        turtle = content if kind not in SYNTAXES or kind == ".ttl" else _turtle(document.triples)
        return Parts({document.graph: turtle}, document)
    found = parsed(file, content, "", QUADS[kind])
    if isinstance(found, Violation):
        return found
    written, quads, reader = found
    # Within its graph a thing stands indented.
    plain = "\n".join(line.strip() for line in written.splitlines())
    whole = Document(file, "", "data", plain, quads, reader.base_iri or "", dict(reader.prefixes))
    graphs: dict[str, list[ox.Quad]] = {}
    for each in quads:
        name = each.graph_name.value if isinstance(each.graph_name, ox.NamedNode) else ""
        graphs.setdefault(name, []).append(each)
    for name, said in graphs.items():
        # What describes the document stands first: by it a file is known.
        said.sort(key=lambda each: text(each.subject) != name)
        if text(said[0].subject) != name:
            line = whole.line(name or text(said[0].subject))
            return Violation(f"{QUADS[kind][0]}:graph", name, "", "", "violation", UNNAMED, name, file, line)
    return Parts({name: _turtle(said) for name, said in graphs.items()}, whole)


def in_place(violation: Violation, whole: Document) -> Violation:
    """Lay what is wrong with a document at the line of the file it came in."""
    return replace(violation, file=whole.file, line=whole.line(violation.focus))


def _turtle(said: Iterable[ox.Quad]) -> bytes:
    triples = [each.triple for each in said]
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE) or b""
