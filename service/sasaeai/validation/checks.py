"""The rules that are queries: sums, overlaps, links that lead nowhere. Each must find nothing."""

from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from sasaeai.repository import QueryFile
from sasaeai.validation.documents import Document, text
from sasaeai.validation.violation import Violation, short


def against_checks(checks: Iterable[QueryFile], store: ox.Store, spoken_of: Sequence[Document]) -> Iterator[Violation]:
    """Yield what the checks find in what `spoken_of` says, in sight of all that the store holds.

    A row is of the file whose graph it names, else of the file that speaks of its focus or its value.
    """
    graphs = {each.graph: each for each in spoken_of}
    subjects = {text(triple.subject): each for each in spoken_of for triple in each.triples}
    for check in checks:
        rows = store.query(check.text, use_default_graph_as_union=True)
        if not isinstance(rows, ox.QuerySolutions):
            raise TypeError(f"{check.path}: a check is a SELECT")
        names = [each.value for each in rows.variables]
        found = [{name: text(row[name]) for name in names if row[name] is not None} for row in rows]
        messages: dict[str, str] = check.header["message"] if found else {}
        for terms in found:
            focus, value = terms["focus"], terms.get("value", "")
            if "graph" in terms:
                place = graphs.get(terms["graph"]) or graphs.get(value)
            else:
                place = subjects.get(focus) or subjects.get(value)
            if place is None:
                continue
            shown = {name: short(each) for name, each in terms.items()}
            yield Violation(
                rule=f"checks:{check.name}",
                focus=focus,
                path=terms.get("path", ""),
                value=value,
                severity="violation",
                messages={language: words.format_map(shown) for language, words in messages.items()},
                graph=place.graph,
                file=place.file,
                line=place.line(focus),
            )
