"""Where the graph lies: its files, as graph name and bytes.

Packaged files and the accepted revisions of the desk come through this one door. A revision takes the place of all
documents of its city that it was based on; whoever reads does not see which of both he reads.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sasaeai.desk import revisions
from sasaeai.desk.revisions import Content
from sasaeai.vocabulary import GRAPH, Words

FOLDERS = ("data", "ontology", "shapes")
_SEGMENT = re.compile(r"(?!\.{1,2}$)[^\x00-\x20\x7f\\]{1,80}")
"""A part of a document's name: with it a file or folder is named, which is to stand where it belongs."""


def digest(content: bytes) -> str:
    """Digest the content of one file."""
    return hashlib.sha256(content).hexdigest()


def version_of(digests: Mapping[str, str]) -> str:
    """Name the dataset that consists of these contents, in whatever order they came together."""
    lines = "".join(f"{name} {each}\n" for name, each in sorted(digests.items()))
    return digest(lines.encode())[:16]


@dataclass(frozen=True)
class GraphFile:
    """Hold one named graph as it lies on disk, or as its city's newest revision has it.

    `name` is the graph's IRI, `folder` the top folder it stands in, `content` Turtle in UTF-8; `path` is the file it
    stands in, or would stand in.
    """

    name: str
    folder: str
    path: Path
    content: bytes


@dataclass(frozen=True)
class Conflict:
    """Name a document of a city whose file has changed since a revision took its place.

    `now` says what became of the file: it was `changed`, `added` or `removed`. The revision is what readers see, but a
    file that was added is seen beside it.
    """

    city: str
    graph: str
    path: Path
    now: str


@dataclass(frozen=True)
class QueryFile:
    """Hold one SPARQL file; `name` is its file name without the ending."""

    name: str
    path: Path
    text: str

    @property
    def header(self) -> dict[str, Any]:
        """Return what the file says of itself: its `#+` lines, read as YAML."""
        lines = (line[2:] for line in self.text.splitlines() if line.startswith("#+"))
        said: dict[str, Any] = yaml.safe_load("\n".join(lines))
        return said

    @property
    def body(self) -> str:
        """Return the query without its header."""
        lines = (line for line in self.text.splitlines() if not line.startswith("#+"))
        return "\n".join(lines).strip() + "\n"


def default_root() -> Path:
    """Find the graph's folders: packed into the package, else two levels above it in a checkout."""
    package = Path(__file__).parent
    packed = package / "graph"
    return packed if packed.is_dir() else package.parent.parent


class Repository:
    """Read the graph's folders under one root, and the newest revisions of the desk under the folder `state`."""

    def __init__(self, root: Path | None = None, state: Path | None = None) -> None:
        self.root = root or default_root()
        self._cities = self.root / "data" / "cities"
        self.state = state
        missing = [name for name in (*FOLDERS, "queries") if not (self.root / name).is_dir()]
        if missing:
            raise FileNotFoundError(f"{self.root} holds no {', '.join(missing)}/: it is not a Sasaeai graph")
        self._own: dict[str, QueryFile] = {}

    def graphs(self, *folders: str) -> Iterator[GraphFile]:
        """Yield the Turtle files of the folders (all three without any named), in a stable order."""
        for folder in folders or FOLDERS:
            if folder != "data" or not (revised := revisions.newest(self.state)):
                yield from self._files(self.root / folder)
                continue
            whole = {each.name: each for each in self._files(self.root / folder)}
            for content in revised.values():
                for name in content.base:
                    whole.pop(name, None)
                for name, text in content.graphs.items():
                    whole[name] = GraphFile(name, folder, self.place(name), text)
            yield from sorted(whole.values(), key=lambda each: each.path)

    def shared(self, *folders: str) -> Iterator[GraphFile]:
        """Yield the Turtle files that are no city's, in a stable order; those of cities are not read."""
        for folder in folders or FOLDERS:
            for path in sorted((self.root / folder).iterdir()):
                if path != self._cities:
                    yield from self._files(path)

    def city(self, code: str) -> dict[str, bytes]:
        """Return the documents of a city, by graph, as readers see them."""
        said = {each.name: each.content for each in self._files_of(code)}
        if revised := revisions.newest(self.state, code).get(code):
            said = {name: each for name, each in said.items() if name not in revised.base} | dict(revised.graphs)
        return dict(sorted(said.items(), key=lambda pair: f"{pair[0]}.ttl".split("/")))

    def packaged(self, code: str) -> dict[str, str]:
        """Digest the packaged files of a city: what a revision of it is based on."""
        return {each.name: digest(each.content) for each in self._files_of(code)}

    def conflicts(self) -> list[Conflict]:
        """List the packaged files that have changed since their city's newest revision, and do not say the same."""
        found = []
        for city, content in revisions.newest(self.state).items():
            present = self.packaged(city)
            for name in sorted(present.keys() | content.base.keys()):
                then, after = content.base.get(name), present.get(name)
                if then != after and not _says(content, name, after):
                    became = "removed" if after is None else "added" if then is None else "changed"
                    found.append(Conflict(city, name, self.place(name), became))
        return found

    def place(self, graph: str) -> Path:
        """Return the file that a document of a city stands in, or would stand in."""
        code, _, rest = graph.removeprefix(GRAPH).partition("/")
        folder = next(iter(sorted(self._cities.glob(f"{code}-*"))), self._cities / code)
        return folder / f"{rest}.ttl"

    @staticmethod
    def is_of(graph: str, city: str) -> bool:
        """Tell whether a graph is a document of a city, by a name that a file can have."""
        start = f"{GRAPH}{city}/"
        return graph.startswith(start) and all(map(_SEGMENT.fullmatch, graph.removeprefix(start).split("/")))

    def _files_of(self, city: str) -> Iterator[GraphFile]:
        """Yield the packaged documents of a city; those of others are not read."""
        for folder in sorted(self._cities.glob(f"{city}*")):
            if folder.name.split("-", 1)[0] == city:
                yield from self._files(folder)

    def _files(self, place: Path) -> Iterator[GraphFile]:
        """Yield the Turtle files of a folder, or the one that stands there itself."""
        for path in sorted(place.rglob("*.ttl")) if place.is_dir() else [place]:
            if path.suffix == ".ttl" and path.name != "prefixes.ttl":
                yield GraphFile(self.graph_name(path), path.relative_to(self.root).parts[0], path, path.read_bytes())

    def graph_name(self, path: Path) -> str:
        """Name the graph of a file: the folder of a city stands for its code, other paths for themselves."""
        folder, *inner = path.relative_to(self.root).with_suffix("").parts
        match folder, inner:
            case "data", ["cities", city, *rest]:
                inner = [city.split("-", 1)[0], *rest]
            case "ontology", ["sasaeai"]:
                inner = ["ontology"]
            case "ontology", ["schemes", scheme]:
                inner = ["concept", scheme]
            case "shapes", _:
                inner = ["shapes", *inner]
        return GRAPH + "/".join(inner)

    def prefixes(self) -> str:
        """Return the project's prefix declarations, as Turtle."""
        return (self.root / "ontology" / "prefixes.ttl").read_text("utf-8")

    def scheme(self, key: str) -> Path:
        """Return where a code list lies."""
        return self.root / "ontology" / "schemes" / f"{key}.ttl"

    def context(self) -> dict[str, Any]:
        """Return the project's JSON-LD context: what stands under `@context`."""
        context: dict[str, Any] = json.loads(self.context_text())["@context"]
        return context

    def context_text(self) -> str:
        """Return the file that holds the project's JSON-LD context."""
        return (self.root / "ontology" / "context.jsonld").read_text("utf-8")

    def rules(self) -> list[QueryFile]:
        """Return the CONSTRUCT rules in the order they run."""
        return self._queries("rules")

    def checks(self) -> list[QueryFile]:
        """Return the queries that must find nothing."""
        return self._queries("checks")

    def questions(self) -> list[QueryFile]:
        """Return the questions of the catalogue."""
        return self._queries("catalogue")

    def themes(self) -> dict[str, Words]:
        """Return the words of the themes that questions are about, by their keys, in the order they are shown."""
        path = self.root / "queries" / "catalogue" / "themes.yaml"
        said: dict[str, Words] = yaml.safe_load(path.read_text("utf-8")) if path.is_file() else {}
        return said

    def topics(self) -> list[QueryFile]:
        """Return the topics that cities are compared by, in the order they are shown."""
        return self._queries("topics")

    def indicators(self) -> list[QueryFile]:
        """Return the formulas of the indicators."""
        return self._queries("indicators")

    def lists(self) -> list[QueryFile]:
        """Return the queries of the lists."""
        return self._queries("lists")

    def query(self, name: str) -> QueryFile:
        """Return one of the service's own queries, read once: a page asks many."""
        if name not in self._own:
            path = self.root / "queries" / f"{name}.rq"
            self._own[name] = QueryFile(name, path, path.read_text("utf-8"))
        return self._own[name]

    def _queries(self, folder: str) -> list[QueryFile]:
        paths = sorted((self.root / "queries" / folder).glob("*.rq"))
        return [QueryFile(path.stem, path, path.read_text("utf-8")) for path in paths]

    def digests(self) -> dict[str, str]:
        """Digest every graph and every rule; a rule is named `rule/<name>`."""
        graphs = {each.name: digest(each.content) for each in self.graphs()}
        return graphs | {f"rule/{each.name}": digest(each.text.encode()) for each in self.rules()}

    def version(self) -> str:
        """Digest data, ontology, shapes and rules: the same content gives the same version anywhere."""
        return version_of(self.digests())


def _says(content: Content, name: str, after: str | None) -> bool:
    """Tell whether a file is what the revision says: exported and taken over, or removed as it was."""
    text = content.graphs.get(name)
    return after == (None if text is None else digest(text))
