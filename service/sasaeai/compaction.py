"""JSON-LD in the words of a context: what the context names is written by that name, the rest by its prefix or whole.

The libraries at hand do not do: rdflib's serializer drops a `false` or a 0 that has another value beside it, and PyLD
takes 60 ms for a city and needs lxml.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_NAMESPACE_ENDS = ("#", "/", ":", "?", "[", "]", "@")
_SCHEME = re.compile(r"([A-Za-z][\w+.-]*):")

Node = Mapping[str, Any]


class Compaction:
    """Know a context of the plain kind: prefixes, aliases, and terms with `@id`, `@type`, `@container: @language`."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        self._context = {name: each for name, each in context.items() if not name.startswith("@")}

    def compact(self, nodes: Sequence[Node]) -> dict[str, Any]:
        """Write flat, expanded node objects (JSON-LD 1.1) with the part of the context that they use."""
        # A name that is the scheme of some IRI would be taken for a prefix there.
        schemes = {found[1] for each in _iris(nodes) if (found := _SCHEME.match(each))}
        used: dict[str, Any] = {"@version": 1.1, "id": "@id", "type": "@type"}
        graph = [self._node(each, schemes, used) for each in nodes]
        return {"@context": used, "@graph": graph}

    @cached_property
    def _prefixes(self) -> dict[str, str]:
        return {name: each for name, each in self._context.items() if str(each).endswith(_NAMESPACE_ENDS)}

    @cached_property
    def _terms(self) -> dict[tuple[str, str], str]:
        """Name each property with the values it takes: by IRI, by datatype, by language, or plain; and each class."""
        terms: dict[tuple[str, str], str] = {}
        for name, each in self._context.items():
            if name in self._prefixes or str(each).startswith("@"):
                continue
            definition = each if isinstance(each, dict) else {"@id": each}
            kind = definition.get("@container") or definition.get("@type", "")
            iri = self._whole(definition["@id"])
            terms.setdefault((iri, self._whole(kind)), name)
        return terms

    def _whole(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        return self._prefixes[prefix] + local if colon and prefix in self._prefixes else name

    def _node(self, node: Node, schemes: set[str], used: dict[str, Any]) -> dict[str, Any]:
        written: dict[str, Any] = {"id": node["@id"]}
        for iri, values in node.items():
            if iri == "@id":
                continue
            for value in values:
                name, plain = self._value(iri, value, schemes, used)
                if isinstance(plain, dict) and "@container" in _definition(used, name):
                    texts = written.setdefault(name, {})
                    for language, text in plain.items():
                        texts[language] = _beside(texts, language, text)
                else:
                    written[name] = _beside(written, name, plain)
        return written

    def _value(self, iri: str, value: Node, schemes: set[str], used: dict[str, Any]) -> tuple[str, Any]:
        if iri == _TYPE and "@id" in value and not value["@id"].startswith("_:"):
            return "type", self._name(value["@id"], "", schemes, used)
        kind = "@id" if "@id" in value else "@language" if "@language" in value else value.get("@type", "")
        name = self._name(iri, kind, schemes, used)
        definition = _definition(used, name)
        if kind == "@language" and definition.get("@container") == "@language":
            return name, {value["@language"]: value["@value"]}
        if kind != "@language" and definition.get("@type", "") == kind:
            return name, value.get("@id", value.get("@value"))
        return name, dict(value)

    def _name(self, iri: str, kind: str, schemes: set[str], used: dict[str, Any]) -> str:
        if (name := self._terms.get((iri, kind))) and name not in schemes:
            used[name] = {"@id": iri} | (
                {} if not kind else {"@container": kind} if kind == "@language" else {"@type": kind}
            )
            return name
        for prefix, space in self._prefixes.items():
            if iri.startswith(space) and prefix not in schemes:
                used[prefix] = space
                return f"{prefix}:{iri.removeprefix(space)}"
        return iri


def _definition(used: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    definition = used.get(name)
    return definition if isinstance(definition, dict) else {}


def _beside(holder: Mapping[str, Any], name: str, value: Any) -> Any:
    """Return a value, or a list of it and those that stand there already."""
    if name not in holder:
        return value
    before = holder[name]
    return [*before, value] if isinstance(before, list) else [before, value]


def _iris(value: Any) -> Iterator[str]:
    """Find what is read as an IRI: identifiers, properties, datatypes."""
    if isinstance(value, list):
        for each in value:
            yield from _iris(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            if name in {"@id", "@type"}:
                yield str(each)
            else:
                yield from _iris(each)
