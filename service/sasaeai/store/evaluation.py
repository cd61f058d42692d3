"""One query, from its text to the bytes of its answer: what a worker does, and the command line."""

import io
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
)
from pyoxigraph import Store as Oxigraph

from sasaeai.errors import ServiceError
from sasaeai.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from sasaeai.store import AnswerKind, Dataset
from sasaeai.store.cutting import cut, too_large, too_many
from sasaeai.store.mistakes import misspelt
from sasaeai.store.scan import is_update
from sasaeai.store.writing import write
from sasaeai.vocabulary import BASE

_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""Characters that XML 1.0 cannot hold, however they are written."""


class Evaluated(NamedTuple):
    """Hold an answer's bytes; `cut` is the number of rows that were kept of a longer result, None if it is whole."""

    kind: AnswerKind
    body: bytes
    cut: int | None = None


class FullError(Exception):
    """An answer has reached its limit of bytes."""


class Bounded(io.BytesIO):
    """Take an answer's bytes as they are written, up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = self._left = limit

    def write(self, piece: Any) -> int:
        """Take some bytes; FullError once they are too many, and what came within the limit is there."""
        self._left -= len(piece)
        if self._left < 0:
            super().write(piece[: len(piece) + self._left])
            raise FullError
        return super().write(piece)


def evaluate(  # noqa: PLR0913 — all after the query are choices with a usual case
    store: Oxigraph,
    text: str,
    results: Format | None,
    graph: Format | None,
    dataset: Dataset | None = None,
    *,
    union: bool = False,
    limit: int = 2**40,
    rows: int | None = None,
    prefixes: Mapping[str, str] | None = None,
) -> Evaluated:
    """Answer a query in the format of its kind.

    `union` asks over the union of all named graphs as default graph, `limit` is the most bytes an answer may have,
    `rows` the most rows or triples; only with the latter is a result ever cut, where its format can say so.
    `prefixes` shorten the IRIs of formats that can. Raises a ServiceError for what its asker has to change.
    """
    output = Bounded(limit)
    try:
        found = store.query(text, base_iri=BASE, use_default_graph_as_union=union, **_graphs(dataset))
        if isinstance(found, QueryTriples):
            if graph is None:
                raise unreadable(GRAPH_FORMATS)
            triples = list(islice(found, None if rows is None else rows + 1))
            if rows is not None and len(triples) > rows:
                raise too_many(rows)
            write(triples, graph, prefixes or {}, output, sparing=True)
            return Evaluated("graph", output.getvalue())
        if results is None:
            raise unreadable(RESULT_FORMATS)
        return tabulate(found, output, results, rows)
    except FullError as error:
        raise too_large(limit) from error
    except SyntaxError as error:
        raise (ServiceError("update", 403) if is_update(text) else misspelt(text, error)) from error
    except OSError as error:
        # A store in memory reads and writes nothing: only SERVICE does.
        raise ServiceError("federation", 400) from error
    except (RuntimeError, ValueError) as error:
        raise ServiceError("evaluation", 400, detail=str(error)) from error


def tabulate(found: QuerySolutions | QueryBoolean, output: Bounded, results: Format, rows: int | None) -> Evaluated:
    """Write solutions or a boolean; solutions may be cut where `rows` is given."""
    may_be_cut = rows is not None and isinstance(found, QuerySolutions)
    whole = True
    try:
        found.serialize(output, QueryResultsFormat.from_media_type(results.media_type))
    except FullError:
        if not may_be_cut:
            raise
        whole = False
    body, kept = output.getvalue(), None
    if may_be_cut and rows is not None:
        body, kept = cut(body, results.name, whole=whole, rows=rows, limit=output.limit)
    if results.name == "srx" and _NOT_XML.search(body):
        raise ServiceError("not-xml", 406)
    return Evaluated("boolean" if isinstance(found, QueryBoolean) else "solutions", body, kept)


def _graphs(dataset: Dataset | None) -> dict[str, Any]:
    if dataset is None or not (dataset.default_graphs or dataset.named_graphs):
        return {}
    return {
        "default_graph": [NamedNode(each) for each in dataset.default_graphs],
        "named_graphs": [NamedNode(each) for each in dataset.named_graphs],
    }


def unreadable(offered: tuple[Format, ...]) -> ServiceError:
    """Refuse a query whose kind of answer its asker cannot read."""
    return ServiceError("not-acceptable", 406, offered=", ".join(each.media_type for each in offered))
