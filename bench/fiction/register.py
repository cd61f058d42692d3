"""The municipalities of the national register, as much of each as a made-up document needs."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from sasaeai.vocabulary import BASE, CONCEPT, PREF_LABEL, SAS


@dataclass(frozen=True)
class Ward:
    """Hold a ward of a designated city."""

    code: str
    ja: str
    en: str


@dataclass(frozen=True)
class Municipality:
    """Hold one municipality; `kind` is its concept's key, `prefecture` an IRI below the base."""

    code: str
    ja: str
    en: str
    kind: str
    prefecture: str
    wards: tuple[Ward, ...]

    @property
    def slug(self) -> str:
        """Return its English name as folders write it; its kind where the lists give none."""
        plain = unicodedata.normalize("NFKD", self.en).encode("ascii", "ignore").decode().lower()
        return "-".join(re.findall("[a-z0-9]+", plain)) or self.kind


def read(folder: Path) -> list[Municipality]:
    """Read the register, in the order of the codes; the six villages of the Northern Territories have no office."""
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    facts: dict[str, dict[str, str]] = defaultdict(dict)
    for name in ("municipalities", "wards"):
        for triple in parse((folder / f"{name}.ttl").read_bytes(), RdfFormat.TURTLE):
            key = str(triple.subject.value).removeprefix(BASE + "id/")
            if triple.predicate.value == PREF_LABEL:
                labels[key][triple.object.language] = triple.object.value
            else:
                facts[key][triple.predicate.value] = triple.object.value
    wards: dict[str, list[Ward]] = defaultdict(list)
    for key, said in sorted(facts.items()):
        if said.get(SAS + "areaType") == CONCEPT + "area-type/ward":
            city = said[SAS + "partOf"].removeprefix(BASE + "id/").removesuffix("/area")
            wards[city].append(Ward(key, labels[key]["ja"], labels[key]["en"]))
    return [
        Municipality(
            code=key,
            ja=labels[key]["ja"],
            # Two villages have no English name in the lists.
            en=labels[key].get("en", labels[key]["ja"]),
            kind=said[SAS + "kind"].removeprefix(CONCEPT + "municipality-kind/"),
            prefecture=said[SAS + "prefecture"].removeprefix(BASE),
            wards=tuple(wards[key]),
        )
        for key, said in sorted(facts.items())
        if SAS + "kind" in said and SAS + "corporateNumber" in said
    ]
