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
    RdfFormat,
    serialize,
)
from pyoxigraph import Store as Oxigraph

from sasaeai.errors import ServiceError
from sasaeai.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from sasaeai.store import AnswerKind, Dataset
from sasaeai.store.cutting import cut, too_large, too_many
from sasaeai.store.scan import is_update
from sasaeai.vocabulary import BASE

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""Characters that XML 1.0 cannot hold, however they are written."""
_CHARACTERS = re.compile(r"\[[^\]]*'[^\]]*\](?:, )?|, \[_\]|\[_\]")

_NAMESPACE = re.compile(r"<([^>]*[#/])")


class Evaluated(NamedTuple):
    """Hold an answer's bytes; `cut` is the number of rows that were kept of a longer result, None if it is whole."""

    kind: AnswerKind
    body: bytes
    cut: int | None = None


class _FullError(Exception):
    """An answer has reached its limit of bytes."""


class _Bounded(io.BytesIO):
    """Take an answer's bytes as they are written, up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, piece: Any) -> int:
        if self.tell() + len(piece) > self.limit:
            super().write(piece[: self.limit - self.tell()])
            raise _FullError
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
    output = _Bounded(limit)
    try:
        found = store.query(text, base_iri=BASE, use_default_graph_as_union=union, **_graphs(dataset))
        if isinstance(found, QueryTriples):
            if graph is None:
                raise _unreadable(GRAPH_FORMATS)
            _graph(found, output, graph, rows, prefixes or {})
            return Evaluated("graph", output.getvalue())
        if results is None:
            raise _unreadable(RESULT_FORMATS)
        return _table(found, output, results, rows)
    except _FullError as error:
        raise too_large(limit) from error
    except SyntaxError as error:
        raise (ServiceError("update", 403) if is_update(text) else _misspelt(error)) from error
    except OSError as error:
        # A store in memory reads and writes nothing: only SERVICE does.
        raise ServiceError("federation", 400) from error
    except (RuntimeError, ValueError) as error:
        raise ServiceError("evaluation", 400, detail=str(error)) from error


def _graph(found: QueryTriples, output: _Bounded, graph: Format, rows: int | None, prefixes: Mapping[str, str]) -> None:
    """Write triples. A graph has no order: sorted, its bytes depend on nothing else, and subjects stand together."""
    spelt = {str(triple): triple for triple in islice(found, None if rows is None else rows + 1)}
    if rows is not None and len(spelt) > rows:
        raise too_many(rows)
    ordered = sorted(spelt)
    spaces = set(_NAMESPACE.findall("\n".join(ordered)))
    used = {name: space for name, space in prefixes.items() if space in spaces}
    syntax = RdfFormat.from_media_type(graph.media_type)
    serialize((spelt[each] for each in ordered), output, syntax, prefixes=used)


def _table(found: QuerySolutions | QueryBoolean, output: _Bounded, results: Format, rows: int | None) -> Evaluated:
    """Write solutions or a boolean; solutions may be cut where `rows` is given."""
    may_be_cut = rows is not None and isinstance(found, QuerySolutions)
    whole = True
    try:
        found.serialize(output, QueryResultsFormat.from_media_type(results.media_type))
    except _FullError:
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


def _unreadable(offered: tuple[Format, ...]) -> ServiceError:
    return ServiceError("not-acceptable", 406, offered=", ".join(each.media_type for each in offered))


def _misspelt(error: SyntaxError) -> ServiceError:
    """Tell line and column, and what the engine expected there without its tables of characters."""
    if not (found := _PLACE.match(error.msg)):
        return ServiceError("syntax", 400, detail=error.msg)
    line, column = int(found[1]), int(found[2])
    expected = _CHARACTERS.sub("", found[3].replace("\n", " ")).strip(" ,")
    if expected == "Prefix not found":
        detail = {
            "ja": f"{line}行{column}文字目の手前の接頭辞が宣言されていません。先頭にPREFIXを書いてください",
            "en": f"the prefix before line {line}, column {column} is not declared; add a PREFIX for it at the top",
        }
        return ServiceError("syntax", 400, detail=detail, line=line, column=column)
    detail = {
        "ja": f"{line}行{column}文字目" + (f"。期待されるもの: {expected}" if expected else ""),
        "en": f"line {line}, column {column}" + (f"; expected {expected}" if expected else ""),
    }
    return ServiceError("syntax", 400, detail=detail, line=line, column=column)
