"""The graph in memory: loaded from the repository, changed as a whole or not at all."""

import contextlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse
from pyoxigraph import Store as Oxigraph

from sasaeai.repository import GraphFile, QueryFile, Repository, digest, version_of
from sasaeai.store.deriving import (
    DEFAULT,
    DERIVED_GRAPH,
    Surroundings,
    city_of,
    derived,
    is_of_one_city,
    quads,
    refusal,
)
from sasaeai.store.writing import declared
from sasaeai.vocabulary import DERIVED

_WITH_BLANK = "SELECT DISTINCT ?graph { GRAPH ?graph { ?s ?p ?o FILTER(ISBLANK(?s) || ISBLANK(?o)) } }"
_MERGE = "INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"
_UNMERGE = f"""DELETE {{ ?s ?p ?o }} WHERE {{
  GRAPH <{DERIVED}> {{ ?s ?p ?o }}
  FILTER NOT EXISTS {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{DERIVED}>) }}
}}"""
_MOST = 0.5
"""The share of all cities up to which it pays to derive anew what changes bear upon, and not everything."""
_PLACE = re.compile(r"^Parser error at line \d+(?: between columns \d+ and \d+| column \d+)?: ")


def prefixes(repository: Repository) -> dict[str, str]:
    """Return the project's prefixes: name and IRI."""
    return declared(repository.prefixes())


class Holdings:
    """Hold the graph, and the digests of what it was made from.

    The default graph is the set-merge of all named graphs: a triple that two of them hold counts once in it. With
    `merged=False` it stays empty, for engines and tests that ask over a union default graph.
    """

    def __init__(
        self, store: Oxigraph | None = None, digests: Mapping[str, str] | None = None, *, merged: bool = True
    ) -> None:
        self.store = Oxigraph() if store is None else store
        self.merged = merged
        self.digests = dict(digests or {})
        self.rules: list[QueryFile] = []
        self._journal: list[Callable[[], None]] = []
        self._size: int | None = None

    @classmethod
    def read(cls, repository: Repository, *, merged: bool = True) -> "Holdings":
        """Load every graph file, merge them, and run each rule once, in their order.

        Raises a ServiceError naming file and line of what cannot be read.
        """
        holdings = cls(merged=merged)
        files = {each.name: each for each in repository.graphs()}
        for file in files.values():
            with _readable(where := str(file.path.relative_to(repository.root))):
                holdings.store.load(file.content, format=RdfFormat.TURTLE, to_graph=NamedNode(file.name))
            holdings.digests[file.name] = digest(file.content)
        # Loading is three times as fast as adding what was parsed, but names blank nodes by chance.
        for file in [files[row["graph"].value] for row in holdings.store.query(_WITH_BLANK)]:  # type: ignore[union-attr]
            graph, where = NamedNode(file.name), str(file.path.relative_to(repository.root))
            holdings.store.clear_graph(graph)
            holdings.store.extend(_quad(each, graph) for each in _triples(file.name, file.content, where))
        if merged:
            holdings.store.update(_MERGE)
        holdings._take(repository.rules())
        holdings._derive()
        holdings.settle()
        return holdings

    @property
    def version(self) -> str:
        """Return the version of the dataset: the same for the same content, however it came about."""
        return version_of(self.digests)

    @property
    def size(self) -> int:
        """Return how many quads there are.

        They are counted once, then reckoned with: to count is to touch each, and so to copy what workers share.
        """
        if self._size is None:
            self._size = len(self.store)
        return self._size

    def apply(self, changes: Mapping[str, bytes | None], rules: list[QueryFile] | None = None) -> Callable[[], None]:
        """Replace graphs by Turtle (None: remove them) and derive anew; return what takes it all back.

        Raises a ServiceError, and leaves everything as it was, when a graph cannot be read or a rule fails.
        """
        fresh = {name: _triples(name, text or b"", name) for name, text in changes.items()}
        if DERIVED in fresh:
            raise refusal(f"{DERIVED} は規則が導くグラフです", f"{DERIVED} is what the rules derive")
        bearing = self._surroundings(fresh, rules)
        difference = bearing and bearing.difference(self.rules)
        before = (dict(self.digests), self.rules, self._size)
        self._journal = []

        def take_back() -> None:
            for undo in reversed(self._journal):
                undo()
            self._journal = []
            self.digests, self.rules, self._size = before

        try:
            for name, triples in fresh.items():
                self._replace(NamedNode(name), triples)
                if (content := changes[name]) is None:
                    self.digests.pop(name, None)
                else:
                    self.digests[name] = digest(content)
            if rules is not None:
                self._take(rules)
            if bearing and difference and (kept := bearing.derived_elsewhere(difference[0], self.rules)) is not None:
                self._withdraw(DERIVED_GRAPH, difference[0] - kept)
                self._add(DERIVED_GRAPH, difference[1])
                self._drop_if_empty(DERIVED_GRAPH)
            else:
                self._derive()
        except BaseException:
            take_back()
            raise
        return take_back

    def settle(self) -> None:
        """Let the last change stay for good: what would take it back is forgotten."""
        self._journal = []

    def reread(self, repository: Repository) -> Callable[[], None]:
        """Apply what has changed in the repository's files; see `apply`."""
        files: dict[str, GraphFile] = {each.name: each for each in repository.graphs()}
        changes: dict[str, bytes | None] = {
            name: each.content for name, each in files.items() if digest(each.content) != self.digests.get(name)
        }
        gone = [name for name in self.digests if name not in files and not name.startswith("rule/")]
        return self.apply(changes | dict.fromkeys(gone), repository.rules())

    def _take(self, rules: list[QueryFile]) -> None:
        self.rules = rules
        graphs = {name: each for name, each in self.digests.items() if not name.startswith("rule/")}
        self.digests = graphs | {f"rule/{each.name}": digest(each.text.encode()) for each in rules}

    def _surroundings(
        self, changed: Mapping[str, Collection[Triple]], rules: list[QueryFile] | None
    ) -> Surroundings | None:
        """Return what the changes bear upon; None where the rules are to run over the whole graph."""
        same = rules is None or [each.text for each in rules] == [each.text for each in self.rules]
        graphs = {NamedNode(name): triples for name, triples in changed.items()}
        if not same or not all(map(city_of, graphs)) or not all(map(is_of_one_city, self.rules)):
            return None
        surroundings = Surroundings(self.store, graphs, merged=self.merged)
        return surroundings if surroundings.share < _MOST else None

    def _derive(self) -> None:
        self._forget_derived()
        for rule in self.rules:
            self._add(DERIVED_GRAPH, derived(rule, self.store, merged=self.merged))
        self._size = None

    def _forget_derived(self) -> None:
        """Take away what the rules have derived: they are not to rest on their own former conclusions."""
        held = list(self._triples_of(DERIVED_GRAPH))
        if self.merged:
            self.store.update(_UNMERGE)
        self.store.remove_graph(DERIVED_GRAPH)
        self._journal.append(lambda: self._add(DERIVED_GRAPH, held))

    def _replace(self, graph: NamedNode, triples: Iterable[Triple]) -> None:
        """Make a graph hold just these triples, touching only what differs; an empty graph is no graph."""
        wanted = dict.fromkeys(triples)
        self._withdraw(graph, [each for each in self._triples_of(graph) if each not in wanted])
        self._add(graph, wanted)
        self._drop_if_empty(graph)

    def _drop_if_empty(self, graph: NamedNode) -> None:
        if self.store.contains_named_graph(graph) and not any(self._triples_of(graph)):
            self.store.remove_graph(graph)
            self._journal.append(lambda: self.store.add_graph(graph))

    def _withdraw(self, graph: NamedNode, triples: Collection[Triple]) -> None:
        """Take triples out of a graph that holds them."""
        for triple in triples:
            self._remove(_quad(triple, graph))
        if self.merged:
            for triple in triples:
                # Only what no other graph holds leaves the default graph.
                if not any(each.graph_name != DEFAULT for each in self._everywhere(triple)):
                    self._remove(_quad(triple, DEFAULT))

    def _triples_of(self, graph: NamedNode) -> Iterator[Triple]:
        return (each.triple for each in self.store.quads_for_pattern(None, None, None, graph))

    def _everywhere(self, triple: Triple) -> Iterable[Quad]:
        return self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)

    def _remove(self, quad: Quad) -> None:
        self.store.remove(quad)
        self._grow(-1)
        self._journal.append(lambda: self.store.add(quad))

    def _add(self, graph: NamedNode, triples: Iterable[Triple]) -> None:
        come = [each for each in quads(graph, triples, merged=self.merged) if each not in self.store]
        is_new = not self.store.contains_named_graph(graph)
        self.store.extend(come)
        self._grow(len(come))

        def undo() -> None:
            for quad in come:
                self.store.remove(quad)
            if is_new:
                self.store.remove_graph(graph)

        self._journal.append(undo)

    def _grow(self, quads: int) -> None:
        if self._size is not None:
            self._size += quads


def _quad(triple: Triple, graph: NamedNode | DefaultGraph) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


@contextlib.contextmanager
def _readable(where: str) -> Iterator[None]:
    """Say of Turtle that cannot be read where it is wrong."""
    try:
        yield
    except SyntaxError as error:
        line, words = error.lineno or 0, _PLACE.sub("", error.msg)
        raise refusal(
            f"{where} {line}行目：{words}", f"{where}, line {line}: {words}", file=where, line=line
        ) from error
    except ValueError as error:
        raise refusal(f"{where}：{error}", f"{where}: {error}", file=where, line=0) from error


def _triples(name: str, content: bytes, where: str) -> list[Triple]:
    """Read Turtle. Blank nodes are named by graph and order: the same file gives the same names every time."""
    with _readable(where):
        NamedNode(name)
        quads = list(parse(content, RdfFormat.TURTLE))
    stem, names = digest(name.encode())[:12], dict[BlankNode, BlankNode]()

    def own(term: Any) -> Any:
        if isinstance(term, BlankNode):
            return names.setdefault(term, BlankNode(f"b{stem}n{len(names)}"))
        return term

    return [Triple(own(each.subject), each.predicate, own(each.object)) for each in quads]
