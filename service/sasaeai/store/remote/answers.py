"""What a server answers, made ours: the same bytes from every server for the same solutions or triples."""

import io
import json
import re
from collections.abc import Iterator, Mapping

from pyoxigraph import QueryResultsFormat, RdfFormat, Triple, parse, parse_query_results

from sasaeai.errors import ServiceError
from sasaeai.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from sasaeai.store.cutting import too_large, too_many
from sasaeai.store.evaluation import Bounded, Evaluated, FullError, tabulate, unreadable
from sasaeai.store.remote.server import lost
from sasaeai.store.scan import pieces
from sasaeai.store.writing import write

_NODE = re.compile(rb'("type"\s*:\s*"bnode"\s*,\s*"value"\s*:\s*")nodeID://')
"""What Virtuoso puts before the name of a blank node, which no other reader takes for one."""


_ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def require_plain(text: str) -> None:
    """Refuse escapes that stand for ASCII: ServiceError 400.

    SPARQL 1.1 §19.2 reads them before it reads tokens, and some engines within them: to the one `\\u0022` ends a string
    that goes on to the other, and what was looked at here would not be what is asked there.
    """
    if any(int(found[1] or found[2], 16) < 0x80 for found in _ESCAPED.finditer(text)):
        detail = {
            "ja": "ASCIIの文字を \\u で書かず、そのまま書いてください",
            "en": "write ASCII letters as such, not by \\u",
        }
        raise ServiceError("evaluation", 400, detail=detail)


class Names:
    """Put ASCII names in the place of a query's variables, for the servers (Virtuoso) that know no others."""

    def __init__(self, text: str) -> None:
        variables = {each[1:] for each in pieces(text) if each[:1] in {"?", "$"}}
        stem = "v"
        while any(each.startswith(stem) for each in variables):
            stem += "v"
        told = {name: f"{stem}{number}" for number, name in enumerate(sorted(variables)) if not name.isascii()}
        self._ours = {each: name for name, each in told.items()}
        self.text = "".join(
            f"?{told[each[1:]]}" if each[:1] in {"?", "$"} and each[1:] in told else each for each in pieces(text)
        )

    def restored(self, results: bytes) -> bytes:
        """Give JSON results the names that their asker used."""
        if not self._ours:
            return results
        ours = self._ours
        try:
            said = json.loads(results)
        except ValueError as error:
            raise lost() from error
        if "vars" in said["head"]:
            said["head"]["vars"] = [ours.get(each, each) for each in said["head"]["vars"]]
            rows = said["results"]["bindings"]
            said["results"]["bindings"] = [{ours.get(key, key): term for key, term in row.items()} for row in rows]
        return json.dumps(said, ensure_ascii=False).encode()


def solutions(body: bytes, results: Format | None, *, limit: int, rows: int | None) -> Evaluated:
    """Write JSON results in a format; ServiceErrors as those of `evaluate`, or 503 for what is no such result."""
    if results is None:
        raise unreadable(RESULT_FORMATS)
    try:
        found = parse_query_results(_NODE.sub(rb"\1", body), QueryResultsFormat.JSON)
        return tabulate(found, Bounded(limit), results, rows)
    except FullError as error:
        raise too_large(limit) from error
    except (SyntaxError, ValueError) as error:
        raise lost() from error


def graph(
    body: bytes, wanted: Format | None, prefixes: Mapping[str, str], *, limit: int, rows: int | None
) -> Evaluated:
    """Write N-Triples (or Turtle) in a format, each triple once; ServiceErrors as `solutions`."""
    if wanted is None:
        raise unreadable(GRAPH_FORMATS)
    found = dict.fromkeys(triples(body))
    if rows is not None and len(found) > rows:
        raise too_many(rows)
    output = Bounded(limit)
    try:
        write(found, wanted, prefixes, output, sparing=True)
    except FullError as error:
        raise too_large(limit) from error
    return Evaluated("graph", output.getvalue())


def triples(body: bytes) -> Iterator[Triple]:
    """Read what a server says that a graph holds; ServiceError 503 for what is no graph."""
    try:
        yield from (each.triple for each in parse(io.BytesIO(body), RdfFormat.TURTLE))
    except (SyntaxError, ValueError) as error:
        raise lost() from error
