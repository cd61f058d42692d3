"""What is known of a thing on a day: read from its dates as the rules make them of what sources say."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sasaeai import catalogue
from sasaeai.calendar import fiscal_year_days
from sasaeai.repository import Repository
from sasaeai.statements import table
from sasaeai.statements.validity import UNDATED, State, validities
from sasaeai.store.local import LocalStore

THING = "https://w3id.org/sasaeai/id/011002/commission/"
GRAPH = "https://w3id.org/sasaeai/graph/011002/page"
HEAD = """
@base <https://w3id.org/sasaeai/id/> .
@prefix sas: <https://w3id.org/sasaeai/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<011002/programme> a sas:Programme ; sas:runBy <011002> ; skos:prefLabel "事業"@ja ; sas:quote "事業"@ja .
"""
YEARS = range(2015, 2027)
YEARLY = {"fromFiscalYear", "beganIn", "throughFiscalYear", "endedIn", "fiscalYear"}

days = st.dates(date(2014, 4, 1), date(2027, 3, 31))
years = st.sampled_from(YEARS)
told = st.fixed_dictionaries(
    {},
    optional={
        "validFrom": days,
        "fromFiscalYear": years,
        "beganIn": years,
        "validThrough": days,
        "throughFiscalYear": years,
        "endedIn": years,
        "asOf": st.lists(days, min_size=1, max_size=3),
        "fiscalYear": years,
        "planned": st.just(value=True),
    },
)


def turtle(thing: str, said: dict[str, Any]) -> str:
    """Write what a source says of a thing's time."""
    lines = [f'<{thing}> a sas:Commission ; sas:operates <011002/programme> ; sas:quote "委託"@ja .']
    for name, value in said.items():
        if name == "planned":
            lines.append(f"<{thing}> sas:status <https://w3id.org/sasaeai/concept/status/planned> .")
        elif name in YEARLY:
            lines.append(f"<{thing}> sas:{name} <fiscal-year/{value}> .")
        else:
            for each in value if isinstance(value, list) else [value]:
                lines.append(f'<{thing}> sas:{name} "{each}"^^xsd:date .')
    return "\n".join(lines)


class Replay:
    """Hold a history as VOCABULARY words it, and answer for a day by going through the days, one by one."""

    def __init__(self, said: dict[str, Any]) -> None:
        spans = {name: fiscal_year_days(said[name]) for name in YEARLY & said.keys()}
        first = {name: span[0] for name, span in spans.items()}
        last = {name: span[1] for name, span in spans.items()}
        self.begins = [x for x in (said.get("validFrom"), first.get("fromFiscalYear")) if x]
        self.ends = [x for x in (said.get("validThrough"), last.get("throughFiscalYear")) if x]
        self.earliest = [first["beganIn"]] if "beganIn" in said else []
        self.latest = [last["endedIn"]] if "endedIn" in said else []
        self.seen = set(said.get("asOf", []))
        if "fiscalYear" in said:
            self.seen |= {first["fiscalYear"], last["fiscalYear"]}
        if "beganIn" in said:
            self.seen.add(last["beganIn"])
        self.said = said
        eve = first["endedIn"] - timedelta(days=1) if "endedIn" in said else None
        if eve and any(each <= eve for each in (*self.begins, *self.seen)):
            self.seen.add(eve)

    def state(self, day: date) -> State:
        before = bool(self.begins and day < min(self.begins)) or bool(self.earliest and day < min(self.earliest))
        after = bool(self.ends and day > max(self.ends)) or bool(self.latest and day > max(self.latest))
        if before or after:
            return State.NOT_SO
        if "planned" in self.said:
            return State.PLANNED
        first = min(self.begins or self.seen or self.ends, default=None)
        last = max(self.ends or self.seen, default=first)
        held: set[date] = set()
        each = first
        while each is not None and last is not None and each <= last:
            held.add(each)
            each += timedelta(days=1)
        if day in held:
            return State.CERTAIN
        open_ended = not self.ends and not self.latest
        return State.PRESUMED if last is not None and day > last and open_ended else State.UNKNOWN


@pytest.fixture(scope="module")
def store(repository: Repository) -> LocalStore:
    return LocalStore(repository)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(histories=st.lists(told, min_size=1, max_size=60), asked=st.lists(days, min_size=1, max_size=8))
def test_as_of_answers_are_those_of_a_replay_of_the_history_day_by_day(
    store: LocalStore, repository: Repository, histories: list[dict[str, Any]], asked: list[date]
) -> None:
    named = {f"{THING}h{number}": said for number, said in enumerate(histories)}
    store.publish({GRAPH: (HEAD + "\n".join(turtle(thing, said) for thing, said in named.items())).encode()})
    found = validities(store, repository, named)
    question = catalogue.questions(repository)["operator-on-date"]
    for day in asked:
        replayed = {thing: Replay(said).state(day) for thing, said in named.items()}
        assert {thing: found.get(thing, UNDATED).state(day) for thing in named} == replayed
        rows = table(catalogue.answer(store, question, {"m": ["011002"], "asOf": [day.isoformat()]})).rows
        answered = {row["operation"]["value"]: row["state"]["value"].rpartition("/")[2] for row in rows}
        assert answered == {thing: state for thing, state in replayed.items() if state != State.NOT_SO}


def test_of_what_has_no_dates_nothing_is_known_on_any_day(store: LocalStore, repository: Repository) -> None:
    assert validities(store, repository, []) == {}
    assert UNDATED.state(date(2020, 1, 1)) == State.UNKNOWN
