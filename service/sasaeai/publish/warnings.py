"""What deserves a look before it is accepted: beside the present data it is unlikely, but not wrong."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from rdflib import Literal

from sasaeai.fields import Statement
from sasaeai.publish.changes import Graphs, Wording
from sasaeai.vocabulary import ID, LANGUAGES, RDF_TYPE, SAS, XSD, Words

_QUOTE, _SUBMITTED = SAS + "quote", SAS + "submittedWorkbook"
_NUMBERS = {XSD + each for each in ("integer", "decimal")}
_TIMES = 3
"""How many times as much, or as little, deserves a look."""
_FEW = 5
"""A difference smaller than this is none to look at, whatever its ratio."""

_MESSAGES: dict[str, Words] = {
    "document-gone": {
        "ja": "資料「{thing}」の全体が削除されます（記述{before}件）。",
        "en": "The document '{thing}' would be gone as a whole ({before} statements).",
    },
    "things-gone": {
        "ja": "{kind}のうち{before}件がなくなります：{things}",
        "en": "Of {kind}, {before} would be gone: {things}",
    },
    "quote-changed": {
        "ja": "「{thing}」の根拠（原文の抜粋）が「{before}」から「{after}」になります。原文と照らし合わせてください。",
        "en": "The quote for '{thing}' goes from '{before}' to '{after}'. Compare it with the words of the source.",
    },
    "links-changed": {
        "ja": "「{thing}」を{property}とするものが{before}件から{after}件になります。",
        "en": "What has '{thing}' as its {property} goes from {before} to {after}.",
    },
    "number-changed": {
        "ja": "「{thing}」の{property}が{before}から{after}になります。",
        "en": "{property} of '{thing}' goes from {before} to {after}.",
    },
}


@dataclass(frozen=True)
class Warning_:  # noqa: N801 — Warning is Python's own
    """Say what deserves a look: which kind of change, of which things, and in words."""

    key: str
    things: tuple[str, ...]
    messages: Words


def warnings(before: Graphs, after: Graphs, wording: Wording) -> list[Warning_]:
    """List what is unlikely: documents and things gone, other words quoted, what is trebled or fell to a third."""
    old, new = list(chain(*before.values())), list(chain(*after.values()))
    found = []
    for graph in before.keys() - after.keys():
        source = graph.replace("/graph/", "/id/source/", 1)
        found.append(_warning(wording, "document-gone", [source], before=len(before[graph])))
    found += _gone(old, new, wording)
    found += _requoted(before, after, wording)
    # What points to a thing that is there still may be none any more.
    left = {thing for thing, _, _ in new}
    none = {key: 0.0 for key in _links(old) if key[0] in left}
    found += _trebled(_links(old), none | _links(new), "links-changed", wording)
    found += _trebled(_numbers(old), _numbers(new), "number-changed", wording)
    return sorted(found, key=lambda each: (list(_MESSAGES).index(each.key), each.things))


def _gone(old: Iterable[Statement], new: Iterable[Statement], wording: Wording) -> Iterator[Warning_]:
    """Yield which things of a class nothing is said of any more; quotations and the like have no name and go along."""
    left = {thing for thing, _, _ in new}
    gone: defaultdict[str, list[str]] = defaultdict(list)
    for thing, path, value in old:
        if path == RDF_TYPE and thing not in left and wording.names.label(thing):
            gone[str(value)].append(thing)
    for kind, things in gone.items():
        yield _warning(wording, "things-gone", sorted(set(things)), kind=kind, before=len(set(things)))


def _requoted(before: Graphs, after: Graphs, wording: Wording) -> Iterator[Warning_]:
    """Yield what rests on other words of the same document; a workbook that is itself the document quotes itself."""
    for graph in sorted(before.keys() & after.keys()):
        if any(path == _SUBMITTED and str(value) == "true" for _, path, value in after[graph]):
            continue
        old, new = _quotes(before[graph]), _quotes(after[graph])
        for thing in old.keys() & new.keys():
            # A quote more is no change of one, and one less leaves the others.
            for gone, come in zip(sorted(old[thing] - new[thing]), sorted(new[thing] - old[thing]), strict=False):
                yield _warning(wording, "quote-changed", [thing], before=gone, after=come)


def _quotes(statements: Iterable[Statement]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for thing, path, value in statements:
        if path == _QUOTE:
            found[thing].add(str(value))
    return found


def _links(statements: Iterable[Statement]) -> dict[tuple[str, str], float]:
    """Count what points to each thing, by property."""
    pairs = {(thing, path, str(value)) for thing, path, value in statements if str(value).startswith(ID)}
    return dict(Counter((value, path) for _, path, value in pairs))


def _numbers(statements: Iterable[Statement]) -> dict[tuple[str, str], float]:
    """Read the numbers that documents agree on, by thing and property."""
    found: defaultdict[tuple[str, str], set[float]] = defaultdict(set)
    for thing, path, value in statements:
        if isinstance(value, Literal) and str(value.datatype) in _NUMBERS:
            found[thing, path].add(float(value))
    return {key: values.pop() for key, values in found.items() if len(values) == 1}


def _trebled(
    old: dict[tuple[str, str], float], new: dict[tuple[str, str], float], key: str, wording: Wording
) -> Iterator[Warning_]:
    for (thing, path), before in old.items():
        after = new.get((thing, path))
        if after is not None and abs(after - before) >= _FEW and not before / _TIMES < after < before * _TIMES:
            yield _warning(wording, key, [thing], path=path, before=before, after=after)


def _warning(  # noqa: PLR0913 — the words a message may have
    wording: Wording,
    key: str,
    things: list[str],
    *,
    kind: str = "",
    path: str = "",
    before: float | str = 0,
    after: float | str = 0,
) -> Warning_:
    words = {
        language: _MESSAGES[key][language].format(
            thing=wording.thing(things[0], language),
            things=wording.things(things, language),
            kind=wording.thing(kind, language),
            property=wording.property(path, language),
            before=before if isinstance(before, str) else f"{before:g}",
            after=after if isinstance(after, str) else f"{after:g}",
        )
        for language in LANGUAGES
    }
    return Warning_(key, tuple(things), words)
