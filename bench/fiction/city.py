"""What is so in a made-up city: drawn once, so that its documents agree."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from fiction import words
from fiction.register import Municipality

COINCIDING = {"village": 0.95, "town": 0.8, "city": 0.4, "special-ward": 0.2}
"""How often tier 2 covers the same area as tier 1; so in more than half of all municipalities."""

AREAS = {"village": (2, 3), "town": (2, 6), "city": (3, 44), "special-ward": (4, 12), "designated-city": (12, 40)}
"""How many areas the narrowest tier has, at least and at most."""

WHOLE = {"village": "村全域", "town": "町全域", "city": "市全域", "special-ward": "区全域", "designated-city": "市全域"}

LOCAL = (("daily-life-area", "日常生活圏域"), ("district", "地区"), ("school-district", "小学校区"))


@dataclass(frozen=True)
class Tier:
    """Hold one level of the programme; `number` only where the city numbers them."""

    path: str
    ja: str
    en: str
    number: int | None
    position: int
    area_type: str
    area_name: str


@dataclass(frozen=True)
class Area:
    """Hold a local area, and the fiscal year its council began in, if it has one."""

    slug: str
    path: str
    ja: str
    en: str
    council_since: int | None


@dataclass(frozen=True)
class Body:
    """Hold an organisation: of the city, or one that acts in many."""

    path: str
    ja: str
    en: str
    form: str | None
    sector: str
    shared: bool = False

    @property
    def kind(self) -> str:
        """Name its class: formal where it has a legal form."""
        return "org:FormalOrganization" if self.form else "org:Organization"


@dataclass(frozen=True)
class Contract:
    """Hold who runs a tier, from and through which fiscal years; no operator: the city itself; no last: to this day."""

    tier: Tier
    operator: Body | None
    first: int | None
    last: int | None


SHARED = tuple(
    Body(f"id/org/sample-{slug}", ja, f"{en} (made up)", form, sector, shared=True)
    for slug, ja, en, form, sector in words.SHARED_BODIES
)


class City:
    """Draw one city. The same seed draws the same city, however many others there are.

    `wealth` is 0 to 2: how much its documents tell. A city that is `whole` has at least one thing of every class.
    """

    def __init__(self, place: Municipality, seed: int, *, whole: bool = False) -> None:
        self.place = place
        self.whole = whole
        self.draw = Random(f"{seed}/{place.code}")
        self.wealth = 2 if whole else self.draw.choices((0, 1, 2), (20, 40, 40))[0]
        self.today = date(2023, 4, 1) + timedelta(self.draw.randrange(730))
        self.year = self.today.year - (self.today.month < 4)
        self.began = self.draw.randint(2015, 2018)
        self.coincide = not place.wards and self.draw.random() < COINCIDING[place.kind]
        self.tiers = self._tiers()
        self.areas = [] if self.coincide else self._areas()
        self.bodies = self._bodies()
        self.contracts = [each for tier in self.operated for each in self._contracts(tier)]
        self.sittings = self._sittings()

    def id(self, path: str) -> str:
        """Return an IRI below the city's own."""
        return f"id/{self.place.code}/{path}"

    def has(self, share: float) -> bool:
        """Draw whether it has what this share of cities have."""
        drawn = self.draw.random() < share
        return drawn or self.whole

    def some(self, least: int, most: int) -> int:
        """Draw a number between the two, the higher the more its documents tell."""
        low, high = least + (most - least) * self.wealth // 3, least + (most - least) * (self.wealth + 1) // 3
        return self.draw.randint(low, high)

    @property
    def operated(self) -> list[Tier]:
        """Return the tiers of which it is told who runs them."""
        return self.tiers if self.wealth else self.tiers[:1]

    def _tiers(self) -> list[Tier]:
        local = self.draw.choice(LOCAL)
        whole = ("municipality", WHOLE[self.place.kind])
        levels = [whole, *([("ward", "行政区")] if self.place.wards else []), whole if self.coincide else local]
        numbered = self.draw.random() < 0.7 or self.coincide
        return [
            Tier(
                self.id(f"tier/{position if numbered else area_type}"),
                f"第{position}層" if numbered else area_name,
                f"Tier {position}" if numbered else f"{area_type.capitalize().replace('-', ' ')} level",
                position if numbered else None,
                position,
                area_type,
                area_name,
            )
            for position, (area_type, area_name) in enumerate(levels, start=1)
        ]

    def _areas(self) -> list[Area]:
        least, most = AREAS[self.place.kind]
        count = self.draw.randint(least, most if self.wealth else max(least, min(most, 8)))
        name = self.tiers[-1].area_name
        return [
            Area(
                f"district-{number:02}",
                self.id(f"area/district-{number:02}"),
                f"{self.place.ja}第{number}{name}(見本)",
                f"District {number} of {self.place.en} (sample)",
                self.draw.randint(self.began, self.year - 1) if self.draw.random() < 0.85 else None,
            )
            for number in range(1, count + 1)
        ]

    def _bodies(self) -> list[Body]:
        made = []
        for slug, name, label, form, sector in words.BODIES:
            ja, en = name.format(city=self.place.ja), label.format(city=self.place.en)
            made.append(Body(self.id(f"org/{slug}"), f"{ja}(見本)", f"{en} (sample)", form, sector))
        return made

    def _contracts(self, tier: Tier) -> list[Contract]:
        """Draw who has run a tier, one after another; some documents only tell who does so now."""
        operators = self.draw.sample(self.bodies[:4], 3)
        if not self.has(0.7):
            return [Contract(tier, operators[0], None, None)]
        changes = 2 if self.whole else self.draw.choices((0, 1, 2), (40, 40, 20))[0]
        firsts = [self.began, *sorted(self.draw.sample(range(self.began + 1, self.year + 1), changes))]
        lasts = [*(each - 1 for each in firsts[1:]), None]
        itself = self.has(0.2)
        return [
            Contract(tier, None if itself and number == 0 else operator, first, last)
            for number, (operator, first, last) in enumerate(zip(operators, firsts, lasts, strict=False))
        ]

    def _sittings(self) -> dict[int, list[date]]:
        """Draw the days on which the council of tier 1 has met, by fiscal year."""
        if not self.wealth:
            return {}
        years = range(max(self.began + 1, self.year - self.some(1, 4)), self.year)
        return {each: self._days(each, self.draw.randint(1, 4)) for each in years}

    def _days(self, year: int, count: int) -> list[date]:
        months = sorted(self.draw.sample(range(5, 15), count))
        return [date(year + month // 13, (month - 1) % 12 + 1, self.draw.randint(1, 28)) for month in months]
