"""What the rules derive: from the whole graph or, when documents of cities change, from what these bear upon.

A rule whose header says `scope: city` concludes from no more than the documents of one city, what the files that are
no city's say of anything but other cities, and what anybody says of the things that these documents speak of. Cities
that speak of each other's things are taken together. So what a change of documents adds and takes away is the
difference of what the rules derive from this part of the graph before and after.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QueryTriples, Triple
from pyoxigraph import Store as Oxigraph

from sasaeai import vocabulary
from sasaeai.errors import ServiceError
from sasaeai.repository import QueryFile
from sasaeai.vocabulary import DERIVED

DEFAULT = DefaultGraph()
DERIVED_GRAPH = NamedNode(DERIVED)

_ENOUGH = 3
"""Cities that are looked into, before all are."""

Documents = Mapping[NamedNode, Collection[Triple]]


def refusal(ja: str, en: str, **place: Any) -> ServiceError:
    """Word why the graph is not changed."""
    return ServiceError("publication", 422, detail={"ja": ja, "en": en}, **place)


def derived(rule: QueryFile, store: Oxigraph, *, merged: bool) -> list[Triple]:
    """Run a rule; ServiceError naming it if it cannot be run."""
    try:
        found = store.query(rule.text, use_default_graph_as_union=not merged)
        triples = list(found) if isinstance(found, QueryTriples) else None
    except (SyntaxError, ValueError, RuntimeError, OSError) as error:
        raise refusal(f"規則 {rule.name}: {error}", f"rule {rule.name}: {error}") from error
    if triples is None:
        raise refusal(f"規則 {rule.name} はCONSTRUCTではありません", f"rule {rule.name} is no CONSTRUCT")
    return triples


def is_of_one_city(rule: QueryFile) -> bool:
    """Tell whether a rule says of itself that it looks no further than one city and its surroundings."""
    return (rule.header or {}).get("scope") == "city"


def city_of(term: object) -> str:
    """Return the code of the city that an IRI names, or whose graph or thing it does; '' for what is no city's."""
    # The stroke lets a municipality itself count as a thing of its city.
    return vocabulary.city_of(f"{term.value}/") if isinstance(term, NamedNode) else ""


def quads(graph: NamedNode, triples: Iterable[Triple], *, merged: bool) -> Iterator[Quad]:
    """Yield triples as quads of their graph and, where it is merged, of the default graph."""
    for each in triples:
        yield Quad(each.subject, each.predicate, each.object, graph)
        if merged:
            yield Quad(each.subject, each.predicate, each.object, DEFAULT)


class Surroundings:
    """Hold what documents of cities bear upon, without themselves; taken from the store before these change.

    `cities` are those whose documents are taken together: those that change, and all that are linked with them.
    """

    def __init__(self, store: Oxigraph, changed: Documents, *, merged: bool) -> None:
        self._whole, self._merged = store, merged
        named = [each for each in store.named_graphs() if isinstance(each, NamedNode) and each != DERIVED_GRAPH]
        self._shared = {each for each in named if not city_of(each)}
        self._documents: dict[str, list[NamedNode]] = {}
        for each in named:
            if code := city_of(each):
                self._documents.setdefault(code, []).append(each)
        self._spoken_of: set[NamedNode | BlankNode] = set()
        self._pointed_to: dict[Any, set[NamedNode]] = defaultdict(set)
        self.cities = self._linked(changed)
        self.before = {graph: self._triples(graph) for code in self.cities for graph in self._documents.get(code, ())}
        self.after: Documents = {**self.before, **changed}

    @property
    def share(self) -> float:
        """Tell which part of all cities these are."""
        return len(self.cities) / max(len(self._documents), 1)

    def difference(self, rules: Sequence[QueryFile]) -> tuple[set[Triple], set[Triple]]:
        """Return what the rules derive from this part of the graph no more, and what newly."""
        part = self._part()
        before, after = (self._conclusions(part, rules, each) for each in (self.before, self.after))
        return before - after, after - before

    def derived_elsewhere(self, triples: Collection[Triple], rules: Sequence[QueryFile]) -> set[Triple] | None:
        """Return which of the triples follow from other cities' documents; None where only the whole graph can tell.

        To be asked of the store as it is after the change. What names a city follows from that city's documents only.
        """
        still: set[Triple] = set()
        unsure = {each for each in triples if not city_of(each.subject) and not city_of(each.object)}
        tried = set(self.cities)
        for _ in range(_ENOUGH):
            if not (others := self._cities_near(unsure) - tried):
                return still
            other = Surroundings(self._whole, dict.fromkeys(self._documents[min(others)], ()), merged=self._merged)
            found = unsure & other._conclusions(other._part(), rules, other.before)
            still, unsure, tried = still | found, unsure - found, tried | other.cities
        return None if unsure else still

    def _part(self) -> Oxigraph:
        """Return the part of the graph in which the documents stand, without them."""
        part = Oxigraph()
        for graph in self._shared:
            near = [each for each in self._triples(graph) if self._is_near(each.subject)]
            part.extend(quads(graph, near, merged=self._merged))
        part.extend(
            quad
            for each in self._said_elsewhere()
            if isinstance(each.graph_name, NamedNode)
            for quad in quads(each.graph_name, [each.triple], merged=self._merged)
        )
        return part

    def _conclusions(self, part: Oxigraph, rules: Sequence[QueryFile], documents: Documents) -> set[Triple]:
        """Return what the rules derive when the documents stand beside the rest of the part, and remove them again."""
        come: list[Quad] = []
        found: set[Triple] = set()

        def put(graph: NamedNode, triples: Iterable[Triple]) -> None:
            fresh = [each for each in quads(graph, triples, merged=self._merged) if each not in part]
            part.extend(fresh)
            come.extend(fresh)

        for graph, triples in documents.items():
            put(graph, triples)
        for rule in rules:
            each = derived(rule, part, merged=self._merged)
            found.update(each)
            put(DERIVED_GRAPH, each)
        for quad in come:
            part.remove(quad)
        return found

    def _linked(self, changed: Documents) -> set[str]:
        """Return the cities that change, and those whose documents and theirs speak of each other's things."""
        linked: set[str] = set()
        coming = {city_of(graph) for graph in changed}
        while coming:
            linked |= coming
            triples = [
                each for code in coming for graph in self._documents.get(code, ()) for each in self._triples(graph)
            ]
            triples += (each for graph, new in changed.items() if city_of(graph) in coming for each in new)
            described = {each.subject for each in triples if isinstance(each.subject, NamedNode | BlankNode)}
            spoken_of = described | {each.object for each in triples if isinstance(each.object, NamedNode | BlankNode)}
            self._spoken_of |= spoken_of
            for each in triples:
                self._pointed_to[each.object].add(each.predicate)
            coming = {code for each in spoken_of if (code := city_of(each)) in self._documents}
            for thing in spoken_of:
                if city_of(thing) or not self._is_shared(thing):
                    coming |= self._cities_that_describe(thing)
            for thing in described:
                if city_of(thing) or not self._is_shared(thing):
                    coming |= self._cities_that_point_to(thing)
            coming -= linked
        return linked

    def _cities_near(self, triples: Iterable[Triple]) -> set[str]:
        """Return the cities whose documents, or whose derived things, speak of what the triples are about."""
        near: set[str] = set()
        for thing in {each.subject for each in triples if not isinstance(each.subject, Triple)}:
            for each in self._whole.quads_for_pattern(None, None, thing, None):
                near |= {city_of(each.graph_name), city_of(each.subject)}
            near |= self._cities_that_describe(thing)
        return near & self._documents.keys()

    def _said_elsewhere(self) -> Iterator[Quad]:
        """Yield what other cities' documents say of the things that are spoken of.

        Of what is described nowhere, such as a day, it is one of those that point to it in the same way: as many as
        there are would lead to no more of it.
        """
        for thing in self._spoken_of:
            about = list(self._whole.quads_for_pattern(thing, None, None, None))
            yield from filter(self._is_elsewhere, about)
            if all(each.graph_name in (DEFAULT, DERIVED_GRAPH) for each in about):
                for way in self._pointed_to[thing]:
                    links = self._whole.quads_for_pattern(None, way, thing, None)
                    yield from islice(filter(self._is_elsewhere, links), 1)

    def _is_elsewhere(self, quad: Quad) -> bool:
        code = city_of(quad.graph_name)
        return bool(code) and code not in self.cities

    def _triples(self, graph: NamedNode) -> list[Triple]:
        return [each.triple for each in self._whole.quads_for_pattern(None, None, None, graph)]

    def _is_near(self, thing: object) -> bool:
        """Tell other cities, of which the register says much, from what rules may look at."""
        code = city_of(thing)
        return not code or code in self.cities or thing in self._spoken_of

    def _is_shared(self, thing: NamedNode | BlankNode) -> bool:
        return any(each.graph_name in self._shared for each in self._whole.quads_for_pattern(thing, None, None, None))

    def _cities_that_describe(self, thing: NamedNode | BlankNode) -> set[str]:
        about = self._whole.quads_for_pattern(thing, None, None, None)
        return {code for each in about if (code := city_of(each.graph_name))}

    def _cities_that_point_to(self, thing: NamedNode | BlankNode) -> set[str]:
        links = self._whole.quads_for_pattern(None, None, thing, None)
        return {code for each in links if (code := city_of(each.graph_name))}
