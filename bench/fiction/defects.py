"""Defects to plant in documents: each breaks one rule at one thing, and is named, so that finds can be counted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fiction.document import Document, Thing, Value, concept, fiscal_year, ja, plain, ref
from sasaeai.vocabulary import BASE


@dataclass(frozen=True)
class Kind:
    """Say what is planted: the rule that finds it (as a violation names it), in things of which class, and how.

    `needs` is a property without which a thing cannot be spoiled so.
    """

    rule: str
    thing: str
    spoil: Callable[[Thing], None]
    needs: str = ""


@dataclass(frozen=True)
class Defect:
    """Name a planted defect: the rule that finds it, the thing, and the file it stands in."""

    rule: str
    focus: str
    file: str


def _says(name: str, value: str | int) -> Callable[[Thing], None]:
    def spoil(thing: Thing) -> None:
        thing.said[name] = value

    return spoil


def _unquoted(thing: Thing) -> None:
    thing.quotes = []


def _backwards(thing: Thing) -> None:
    thing.said["sas:endedIn"] = fiscal_year(_year(thing.said["sas:beganIn"]) - 1)


def _a_year_late(thing: Thing) -> None:
    thing.said["sas:fiscalYear"] = fiscal_year(_year(thing.said["sas:fiscalYear"]) + 1)


def _year(value: Value) -> int:
    return int(str(value).strip("<>").rsplit("/", 1)[1])


KINDS = (
    Kind("checks:ends-before-it-begins", "sas:Name", _backwards, needs="sas:endedIn"),
    Kind("shapes:Office-telephone-pattern", "sas:Office", _says("schema:telephone", plain("000.000.1"))),
    Kind("checks:languages-missing", "sas:Activity", _says("skos:note", ja("英語のない注記。"))),
    Kind("shapes:Deployment-headcount-minInclusive", "sas:Deployment", _says("sas:headcount", -1)),
    Kind("checks:quotes-missing", "sas:Publication", _unquoted),
    Kind("shapes:RoleDefinition-duty-node", "sas:RoleDefinition", _says("sas:duty", concept("role", "council"))),
    Kind("checks:dangling-links", "sas:AgendaItem", _says("prov:wasDerivedFrom", ref("id/source/nowhere"))),
    Kind("shapes:Area-closed", "sas:Area", _says("sas:areaKind", plain("school"))),
    Kind("checks:meetings-outside-their-year", "sas:Meeting", _a_year_late, needs="schema:startDate"),
)
"""What is planted, in turn; no thing gets two of them."""


class Planter:
    """Plant defects, `count` of them, spread over `cities` cities that come one after another; see `plant`."""

    def __init__(self, count: int, cities: int) -> None:
        self.planted: list[Defect] = []
        self._count, self._cities, self._seen = count, cities, 0

    @property
    def missing(self) -> int:
        """Tell how many found no place."""
        return self._count - len(self.planted)

    def plant(self, documents: Iterable[tuple[str, Document]]) -> None:
        """Spoil things in the documents of the next city, each given with its file: as many as are due."""
        self._seen += 1
        due = self._count * self._seen // self._cities - len(self.planted)
        whole = [(file, each) for file, document in documents for each in document.things]
        while due > 0 and (found := self._next(whole)):
            kind, file, thing = found
            kind.spoil(thing)
            whole = [pair for pair in whole if pair[1].path != thing.path]
            self.planted.append(Defect(kind.rule, BASE + thing.path, file))
            due -= 1

    def _next(self, whole: list[tuple[str, Thing]]) -> tuple[Kind, str, Thing] | None:
        """Find a thing to spoil; the kind whose turn it is goes first."""
        turn = len(self.planted) % len(KINDS)
        for kind in (*KINDS[turn:], *KINDS[:turn]):
            for file, thing in whole:
                if thing.kind == kind.thing and (not kind.needs or thing.said.get(kind.needs)):
                    return kind, file, thing
        return None
