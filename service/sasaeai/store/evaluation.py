"""One query, from its text to the bytes of its answer: what a worker does, and the command line."""

import io
import re
from collections.abc import Mapping
from typing import Any

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QueryTriples, RdfFormat, Triple, serialize
from pyoxigraph import Store as Oxigraph

from sasaeai.errors import ServiceError
from sasaeai.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from sasaeai.store import AnswerKind, Dataset
from sasaeai.store.scan import is_update
from sasaeai.vocabulary import BASE

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""Characters that XML 1.0 cannot hold, however they are written."""
_CHARACTERS = re.compile(r"\[[^\]]*'[^\]]*\](?:, )?|, \[_\]|\[_\]")

_NAMESPACE = re.compile(r"<([^>]*[#/])")


class _Bounded(io.BytesIO):
    """Take an answer's bytes as they are written, up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, piece: Any) -> int:
        if self.tell() + len(piece) > self.limit:
            raise ServiceError("answer-too-large", 503, retry_after=60, limit=self.limit)
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
    prefixes: Mapping[str, str] | None = None,
) -> tuple[AnswerKind, bytes]:
    """Answer a query in the format of its kind.

    `union` asks over the union of all named graphs as default graph, `limit` is the most bytes an answer may have,
    `prefixes` shorten the IRIs of formats that can. Raises a ServiceError for what its asker has to change.
    """
    output = _Bounded(limit)
    try:
        found = store.query(text, base_iri=BASE, use_default_graph_as_union=union, **_graphs(dataset))
        if isinstance(found, QueryTriples):
            if graph is None:
                raise _unreadable(GRAPH_FORMATS)
            # A graph has no order: sorted, its bytes depend on nothing but the triples, and subjects stand together.
            triples = sorted(found, key=str)
            syntax = RdfFormat.from_media_type(graph.media_type)
            serialize(triples, output, syntax, prefixes=_used(prefixes or {}, triples))
            return "graph", output.getvalue()
        if results is None:
            raise _unreadable(RESULT_FORMATS)
        found.serialize(output, QueryResultsFormat.from_media_type(results.media_type))
        if results.name == "srx" and _NOT_XML.search(output.getbuffer()):
            raise ServiceError("not-xml", 406)
        return "boolean" if isinstance(found, QueryBoolean) else "solutions", output.getvalue()
    except SyntaxError as error:
        raise (ServiceError("update", 403) if is_update(text) else _misspelt(error)) from error
    except OSError as error:
        # A store in memory reads and writes nothing: only SERVICE does.
        raise ServiceError("federation", 400) from error
    except (RuntimeError, ValueError) as error:
        raise ServiceError("evaluation", 400, detail=str(error)) from error


def _graphs(dataset: Dataset | None) -> dict[str, Any]:
    if dataset is None or not (dataset.default_graphs or dataset.named_graphs):
        return {}
    return {
        "default_graph": [NamedNode(each) for each in dataset.default_graphs],
        "named_graphs": [NamedNode(each) for each in dataset.named_graphs],
    }


def _used(prefixes: Mapping[str, str], triples: list[Triple]) -> dict[str, str]:
    """Return the prefixes that shorten something."""
    spaces = {space for each in triples for space in _NAMESPACE.findall(str(each))}
    return {name: space for name, space in prefixes.items() if space in spaces}


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
