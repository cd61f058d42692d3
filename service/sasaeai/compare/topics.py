"""What cities are compared by: one topic a file, `queries/topics/<nn>-<key>.rq`.

The file is the registration. Its header says in words what is asked and how a difference is judged; its SELECT gives
rows of these columns, of which `municipality` and `thing` are needed:

- `thing`: what was said, whose quotes are the evidence and whose validity the state on a day;
- `value`: what it says (an IRI or a literal), `number`: how much, with `unit` and `bound`;
- `of`: what it is said of (a tier, a council), `detail`: what stands in brackets, `period`: the time a figure is of;
- `begin` and `end`: the days of what has happened or was measured once, in place of the validity of the thing;
- `state`: of a value, where it is not that of the thing;
- `key`: what is compared between cities (without it, the value); a number is compared as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from sasaeai.repository import QueryFile, Repository
from sasaeai.store.parameters import slots
from sasaeai.vocabulary import BASE, CONCEPT

Words = Mapping[str, str]

_LANGUAGES = {"ja", "en"}
_SHOWS = {"values", "count"}
_TIMES = {"holds", "latest", "always"}


@dataclass(frozen=True)
class Topic:
    """Hold a topic: `shows` values or how many things there are of each, `time` says how a day is asked about.

    `holds` is so over a time or from a day on; of what is `latest` only the newest counts; `always` knows no time.
    `concept` is the key of the concept that it answers or, where `partial`, answers a part of. Of a topic with a `kind`
    each `thing` is of that class: whoever knows those of a city can name them to its query in place of the city.
    """

    key: str
    title: Words
    summary: Words
    differs: Words
    concept: str
    partial: bool
    kind: str | None
    shows: str
    time: str
    share: bool
    does_not_apply: Words | None
    file: QueryFile

    @property
    def iri(self) -> str:
        """Return the IRI of the topic: that of its concept, or one of its own for a part of it."""
        return f"{BASE}compare/{self.key}" if self.partial else f"{CONCEPT}topic/{self.concept}"


def topics(repository: Repository) -> dict[str, Topic]:
    """Read every topic of the repository by its key, in the order of the files.

    Raises ValueError naming the file whose header does not hold.
    """
    read = [_read(file) for file in repository.topics()]
    return {each.key: each for each in read}


def _read(file: QueryFile) -> Topic:
    try:
        about = file.header
        topic = Topic(
            key=file.name.partition("-")[2],
            title=about["title"],
            summary=about["summary"],
            differs=about["differs"],
            concept=about["within"] if "within" in about else about["concept"],
            partial="within" in about,
            kind=about.get("class"),
            shows=about["shows"],
            time=about["time"],
            share=about.get("share", False),
            does_not_apply=about.get("does-not-apply"),
            file=file,
        )
        _check(topic)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{file.path}: the header does not hold: {error!r}") from error
    return topic


def _check(topic: Topic) -> None:
    if not topic.key:
        raise ValueError("the file's name is a number, a hyphen and a key")
    for words in (topic.title, topic.summary, topic.differs, topic.does_not_apply):
        if words is not None and set(words) != _LANGUAGES:
            raise ValueError(f"words are needed in ja and en: {words}")
    if topic.shows not in _SHOWS or topic.time not in _TIMES:
        raise ValueError(f"shows is one of {sorted(_SHOWS)}, time one of {sorted(_TIMES)}")
    for place in ("m", "thing") if topic.kind else ("m",):
        if place not in slots(topic.file.text):
            raise ValueError(f"the query has no VALUES ?{place} {{ … }}")
