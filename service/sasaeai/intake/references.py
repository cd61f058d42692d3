"""Things in a cell: meant by a name or a key, and how they are written so that nothing else is meant."""

import difflib
import re
from collections.abc import Sequence

from rdflib import URIRef

from sasaeai.fields import Field, Names
from sasaeai.intake.findings import Remark
from sasaeai.intake.keys import iri_of, key_of, whole
from sasaeai.intake.values import NOTHING, Understood, digits, plain
from sasaeai.vocabulary import CONCEPT, SAS
from sasaeai.workbook import Raw

_WITH_KEY = re.compile(r"(?:.*\s)?\[([^\[\]]+)\]")
_ALIKE = 0.76
"""How alike two names must be for the one to be suggested for the other (difflib)."""


def reference(iri: str, kinds: tuple[str, ...], names: Names) -> str:
    """Write a thing by its name; where another could be meant, or it has none, with its key."""
    label = names.label(iri)
    if not label or "\n" in label or "[" in label:
        return key_of(iri)
    return label if names.meant(label, kinds) == {iri} else f"{label} [{key_of(iri)}]"


def nearest(text: str, known: Sequence[str]) -> str:
    """Find the known name that was probably meant: one nearly the same, or part of it; never one of another number."""
    same = [each for each in known if re.findall("[0-9]+", each) == re.findall("[0-9]+", text)]
    close = difflib.get_close_matches(text, same, 1, _ALIKE)
    if close:
        return close[0]
    within = {each for each in same if min(len(each), len(text)) > 1 and (text in each or each in text)}
    return within.pop() if len(within) == 1 else ""


def things(field: Field, raw: Raw, names: Names) -> Understood:
    """Find the things that a cell names: one, or several parted by commas."""
    text = digits(raw).strip()
    found = _named(field, text, names)
    if isinstance(found, URIRef):
        return Understood((found,))
    parts = [part.strip() for part in re.split("[、,,;;]", text) if part.strip()]
    if len(parts) > 1:
        each_found = [_named(field, part, names) for part in parts]
        if all(isinstance(each, URIRef) for each in each_found):
            found_all = tuple(each for each in each_found if isinstance(each, URIRef))
            return Understood(found_all, (Remark("names-split", text, "\n".join(parts), {"count": len(parts)}),))
    if isinstance(found, Remark):
        return Understood((), (found,))
    thing, remark = found
    return Understood((thing,), (remark,))


def _named(field: Field, text: str, names: Names) -> URIRef | tuple[URIRef, Remark] | Remark:
    keyed = _WITH_KEY.fullmatch(text)
    exact = names.meant(text, field.kinds)
    if not exact and (iri := iri_of(whole(keyed[1] if keyed else text))):
        return URIRef(iri)
    if len(exact) == 1:
        return URIRef(exact.pop())
    alike = exact or names.alike(text, field.kinds)
    if len(alike) == 1:
        iri = alike.pop()
        return URIRef(iri), Remark("name-folded", text, reference(iri, field.kinds, names))
    if alike:
        choices = "、".join(f"{names.label(each)} [{key_of(each)}]" for each in sorted(alike)[:5])
        return Remark("ambiguous-name", text, parameters={"choices": choices})
    if plain(text) in NOTHING:
        return Remark("placeholder", text)
    near = nearest(text, [label for each in names.all_of(field.kinds) if (label := names.label(each))])
    if any(each.startswith(CONCEPT) or each == SAS + "Indicator" for each in field.kinds) and len(field.kinds) == 1:
        return Remark("not-in-list", text, near)
    wanted = {
        lang: "・".join(dict.fromkeys(names.label(each, lang) or each for each in field.kinds)) for lang in ("ja", "en")
    }
    key = "other-kind" if names.alike(text, ()) else "unknown-name"
    return Remark(key, text, near, {"wanted": wanted if field.kinds else {"ja": "もの", "en": "thing"}})
