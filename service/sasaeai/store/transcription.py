"""Triples from one syntax into another: a description gathered from several answers, in the format asked for."""

import io

from pyoxigraph import RdfFormat, parse, serialize

from sasaeai.formats import Format
from sasaeai.store.evaluation import used


def transcribe(triples: bytes, format_: Format, declarations: str) -> bytes:
    """Write N-Triples in another syntax, each triple once and in order: the same graph has the same bytes.

    The prefixes that the declarations (Turtle) make are used where the syntax has prefixes; JSON-LD comes expanded.
    """
    found = sorted({each.triple for each in parse(triples, RdfFormat.N_TRIPLES)}, key=str)
    syntax = RdfFormat.from_media_type(format_.media_type)
    prefixes = {} if syntax == RdfFormat.JSON_LD else used(declared(declarations), found)
    output = io.BytesIO()
    serialize(found, output, syntax, prefixes=prefixes)
    return output.getvalue()


def declared(declarations: str) -> dict[str, str]:
    """Return the prefixes that Turtle declares: name and IRI."""
    reader = parse(declarations, RdfFormat.TURTLE)
    for _ in reader:
        pass
    return dict(reader.prefixes)
