"""The flow of the indicators: what cities can be compared by in numbers, and what is known of each.

A file `queries/indicators/<name>.rq` is the registration: its `#+` header says in words what is measured and what it
means that something is not stated, its SELECT is the formula. A row of it is a reading of one municipality: `value`
with its `state` and `evidence`; with a `part`, a part of the city's value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from sasaeai.repository import QueryFile, Repository
from sasaeai.store.parameters import slots
from sasaeai.vocabulary import CONCEPT, LANGUAGES, Words

THEMES: Mapping[str, Words] = {
    "structure": {"ja": "体制", "en": "Structure"},
    "council": {"ja": "協議体", "en": "Councils"},
    "operation": {"ja": "実施者・委託先", "en": "Operators and contractors"},
    "people": {"ja": "コーディネーター", "en": "Coordinators"},
    "meetings": {"ja": "会議", "en": "Meetings"},
    "activities": {"ja": "活動", "en": "Activities"},
    "documents": {"ja": "公表物", "en": "Publications"},
    "evidence": {"ja": "資料から分かること", "en": "What the sources tell"},
}
"""The themes that indicators are listed by, in their order."""

DAY, LATEST, ALWAYS = "day", "latest", "always"
"""How an indicator asks about a day: what is so on it, the newest reading up to it, or nothing of it."""


@dataclass(frozen=True, eq=False)
class Indicator:
    """Hold what the header of an indicator says; `unit` is the IRI of a concept, `query` the formula."""

    name: str
    title: Words
    summary: Words
    theme: str
    position: int
    unit: str
    time: str
    not_stated: Words
    query: QueryFile = field(repr=False)
    denominator: Words | None = None
    does_not_apply: Words | None = None

    @property
    def iri(self) -> str:
        """Return the IRI of the indicator: a concept of the scheme `benchmark`."""
        return f"{CONCEPT}benchmark/{self.name}"


def indicators(repository: Repository) -> dict[str, Indicator]:
    """Read every indicator of the repository, by name, in the order their headers give.

    Raises ValueError naming the file whose header does not hold.
    """
    order = list(THEMES)
    found = sorted(map(read, repository.indicators()), key=lambda each: (order.index(each.theme), each.position))
    return {each.name: each for each in found}


def read(file: QueryFile) -> Indicator:
    """Read one indicator's header and check it against its text."""
    try:
        about = file.header
        indicator = Indicator(
            name=file.name,
            title=about["title"],
            summary=about["summary"],
            theme=about["theme"],
            position=int(about["position"]),
            unit=f"{CONCEPT}unit/{about['unit']}",
            time=about["time"],
            not_stated=about["not-stated"],
            query=file,
            denominator=about.get("denominator"),
            does_not_apply=about.get("does-not-apply"),
        )
        _check(indicator)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{file.path}: the header does not hold: {error!r}") from error
    return indicator


def _check(indicator: Indicator) -> None:
    optional = filter(None, (indicator.denominator, indicator.does_not_apply))
    for words in (indicator.title, indicator.summary, indicator.not_stated, *optional):
        if set(words) != set(LANGUAGES):
            raise ValueError(f"words are needed in {LANGUAGES}: {words}")
    if indicator.theme not in THEMES or indicator.time not in {DAY, LATEST, ALWAYS}:
        raise ValueError(f"theme is one of {', '.join(THEMES)}, time one of {DAY}, {LATEST}, {ALWAYS}")
    wanted = {"m", "asOf"} if indicator.time == DAY else {"m"}
    if missing := wanted - set(slots(indicator.query.body)):
        raise ValueError(f"the query has no VALUES ?{sorted(missing)[0]} {{ … }}")
