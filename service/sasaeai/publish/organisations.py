"""Organisations that are new to the graph, and which known ones they may be: the choice is the reviewer's."""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from rdflib import Literal, URIRef

from sasaeai.errors import ServiceError
from sasaeai.fields import Statement
from sasaeai.fields.names import ALT_LABEL, folded
from sasaeai.publish.changes import Graphs
from sasaeai.publish.known import said_of
from sasaeai.repository import Repository
from sasaeai.statements import select_each
from sasaeai.store import Store
from sasaeai.store.parameters import in_language, literal
from sasaeai.vocabulary import ID, ORG, PREF_LABEL, RDF_TYPE, SAS

_IRI = re.compile(re.escape(ID) + r"([0-9]{6}/)?org/[^\s<>\"{}|\\^`]+")
_CLASSES = {ORG + each for each in ("Organization", "FormalOrganization", "OrganizationalUnit")}
_NUMBER = SAS + "corporateNumber"
_FORMS = re.compile(
    "株式会社|有限会社|合同会社|相互会社|(社会福祉|社会医療|医療|学校|宗教)法人|(特定非営利活動|npo)法人"
    "|(一般|公益)?(社団|財団)法人|独立行政法人|生活協同組合|\\([株有]\\)|[\\W_]",
    re.IGNORECASE,
)
_SPELLED = (
    *("株式会社", "(株)", "（株）", "㈱", "有限会社", "(有)", "（有）", "㈲", "合同会社", "生活協同組合"),
    *(
        "独立行政法人",
        "社会福祉法人",
        "医療法人",
        "医療法人社団",
        "医療法人財団",
        "社会医療法人",
        "学校法人",
        "宗教法人",
    ),
    *("特定非営利活動法人", "NPO法人", "ＮＰＯ法人", "一般社団法人", "公益社団法人", "社団法人"),
    *("一般財団法人", "公益財団法人", "財団法人"),
)
"""Legal forms as they stand before and behind names."""

_LONGEST = 200
"""Characters of a name that is asked for."""

_AT_ONCE = 1000
"""Spellings that one query asks for."""

_ALIKE = 0.85
_LONG = 4
"""Characters that a name must have for another to be found within it."""


@dataclass
class _Body:
    names: list[str] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    is_one: bool = False

    @property
    def keys(self) -> set[str]:
        return {key for key in (_FORMS.sub("", folded(name)) for name in self.names) if len(key) > 1}


@dataclass(frozen=True)
class Candidate:
    """Name a new organisation and a known one that it may be; `by` is `number`, `name` or `alike`."""

    new: str
    known: str
    new_name: str
    known_name: str
    by: str


def candidates(store: Store, repository: Repository, before: Graphs, after: Graphs) -> list[Candidate]:
    """Match organisations that only the new documents speak of to known ones, the surest first.

    Those of the city and those of no city are matched by number, name and likeness; those of other cities by number and
    name, of each name one.
    """
    theirs = _bodies(chain(*before.values()))
    stays = {thing for thing, _, _ in chain(*after.values())}
    # What the new documents remove cannot stand for anything; what no city owns is described elsewhere.
    gone = {iri for iri in theirs if iri not in stays and not iri.startswith(f"{ID}org/")}
    ours = {iri: body for iri, body in _bodies(chain(*after.values())).items() if body.is_one and iri not in theirs}
    if ours:
        theirs |= _bodies(said_of(store, repository, {*ours, *_like(store, repository, ours.values())}))
    ours = {iri: body for iri, body in ours.items() if iri not in theirs}
    found = []
    for iri, body in ours.items():
        for other, known_body in theirs.items():
            if other not in gone and (by := _match(body, known_body)):
                found.append(Candidate(iri, other, _name(body, iri), _name(known_body, other), by))
    return sorted(found, key=lambda each: (each.new, ("number", "name", "alike").index(each.by), each.known))


def _like(store: Store, repository: Repository, bodies: Iterable[_Body]) -> Iterator[str]:
    """Ask for the bodies that these may be. A name is asked for as it may be spelled: the engine finds it at once."""
    known = list(bodies)
    names = sorted({each for body in known for name in body.names for each in _spellings(name)})
    numbers = [literal(each) for body in known for each in sorted(body.numbers)]
    for first in range(0, len(names) or 1, _AT_ONCE):
        asked = [in_language(each, "ja") for each in names[first : first + _AT_ONCE]]
        for row in select_each(store, repository.query("desk-bodies"), {"name": asked, "number": numbers}).rows:
            yield row["body"]["value"]


def _spellings(name: str) -> Iterator[str]:
    """Yield a name as it stands, and with each legal form before or behind it."""
    plain = _FORMS.sub("", unicodedata.normalize("NFKC", name))
    if len(name) < _LONGEST and len(plain) > 1:
        yield from (name, plain)
        for form in _SPELLED:
            yield from (form + plain, f"{form}　{plain}", plain + form)


def joined(graphs: Graphs, same: Mapping[str, str], known: Iterable[Statement]) -> dict[str, list[Statement]]:
    """Say of a known organisation what was said of a new one; of what it is called and is, the known stands.

    ServiceError 422 if one of a pair is not a new one, or the other no known one.
    """
    theirs: defaultdict[str, set[str]] = defaultdict(set)
    names: defaultdict[str, set[str]] = defaultdict(set)
    for thing, path, value in known:
        theirs[thing].add(path)
        if path in (PREF_LABEL, ALT_LABEL):
            names[thing].add(str(value))
    described = {thing for statements in graphs.values() for thing, _, _ in statements}
    for new, old in same.items():
        for iri, wanted in ((new, new in described and new not in theirs), (old, old in theirs)):
            if not wanted or not _IRI.match(iri):
                raise ServiceError("not-an-organisation", 422, iri=iri)

    def told(statement: Statement) -> Iterable[Statement]:
        thing, path, value = statement
        if isinstance(value, URIRef) and str(value) in same:
            value = URIRef(same[str(value)])
        if thing not in same:
            yield thing, path, value
        elif path == PREF_LABEL:
            if str(value) not in names[same[thing]]:
                yield same[thing], ALT_LABEL, value
        elif path not in theirs[same[thing]]:
            yield same[thing], path, value

    return {
        name: list(dict.fromkeys(made for each in statements for made in told(each)))
        for name, statements in graphs.items()
    }


def _bodies(statements: Iterable[Statement]) -> dict[str, _Body]:
    found: defaultdict[str, _Body] = defaultdict(_Body)
    for thing, path, value in statements:
        if not _IRI.match(thing):
            continue
        body = found[thing]
        if path == RDF_TYPE:
            body.is_one = body.is_one or str(value) in _CLASSES
        elif path in (PREF_LABEL, ALT_LABEL) and isinstance(value, Literal) and value.language == "ja":
            body.names.append(str(value))
        elif path == _NUMBER:
            body.numbers.add(str(value))
    return dict(found)


def is_body(iri: str) -> bool:
    """Tell whether it is the IRI of an organisation, a city's own or a shared one."""
    return _IRI.fullmatch(iri) is not None


def _match(one: _Body, other: _Body) -> str:
    if one.numbers & other.numbers:
        return "number"
    if one.numbers and other.numbers:
        return ""
    if one.keys & other.keys:
        return "name"
    alike = any(
        min(len(mine), len(theirs)) >= _LONG
        and (mine in theirs or theirs in mine or difflib.SequenceMatcher(None, mine, theirs).ratio() >= _ALIKE)
        for mine in one.keys
        for theirs in other.keys
    )
    return "alike" if alike else ""


def _name(body: _Body, iri: str) -> str:
    return body.names[0] if body.names else iri
