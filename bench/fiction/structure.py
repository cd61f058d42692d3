"""What a city's page says of its programme: tiers, areas, councils, names, members."""

from collections import defaultdict

from fiction import words
from fiction.city import SHARED, Area, Body, City, Tier
from fiction.document import Document, Value, both, concept, day, fiscal_year, ja, plain, ref
from fiction.register import Ward
from sasaeai.calendar import fiscal_year_label


def tell_structure(city: City, page: Document) -> None:
    """Write everything but what is done."""
    _programme(city, page)
    for tier in city.tiers:
        _tier(city, page, tier)
    _council(city, page)
    _names(city, page)
    if city.areas:
        _areas(city, page)
    _members(city, page)


def seen(city: City) -> str:
    """Write the day of the page, on which it shows things as they are."""
    return day(city.today)


def naming(body: Body) -> dict[str, Value]:
    """Return what is said of a body in the one file that has its name."""
    return {
        "skos:prefLabel": both(body.ja, body.en),
        "sas:legalForm": concept("legal-form", body.form) if body.form else None,
        "sas:sector": concept("sector", body.sector),
    }


def tell_body(page: Document, body: Body) -> str:
    """Speak of a body once in a document; those of many cities have their names in a file of their own."""
    if all(each.path != body.path for each in page.things):
        page.tell(body.path, body.kind, body.ja, {} if body.shared else naming(body))
    return ref(body.path)


def _programme(city: City, page: Document) -> None:
    name, english, draw = city.place.ja, city.place.en, city.draw
    page.tell(f"id/{city.place.code}", "sas:Municipality", f"{name}では、支え合いの地域づくりを進めています。", {})
    kinds = draw.sample(words.MEMBER_KINDS, 3 + city.wealth)
    offices = []
    for number in range(1, 2 + city.has(0.4) + city.has(0.1)):
        section = f"高齢福祉課見本第{number}係"
        phone = f"000-000-{draw.randrange(10000):04}"
        said: dict[str, Value] = {
            "skos:prefLabel": both(section, f"Sample section {number}, Older Persons' Welfare Division"),
            "sas:programme": ref(city.id("programme")),
            "schema:postalCode": plain("000-0000"),
            "schema:address": ja(f"{name}見本町{number}番地"),
            "schema:telephone": plain(phone),
            "sas:serviceArea": ref(city.id("area")),
        }
        row = f"{section} 郵便番号 000-0000 {name}見本町{number}番地 電話番号 {phone}"
        offices.append(ref(page.tell(city.id(f"office/section-{number}"), "sas:Office", row, said)))
    aim = "住み慣れた地域で暮らし続けられるよう、住民や団体と支え合いの仕組みをつくる。"
    said = {
        "skos:prefLabel": both(f"{name}生活支援体制整備事業", f"{english}'s livelihood-support system programme"),
        "skos:altLabel": ja("生活支援体制整備事業"),
        "sas:runBy": ref(f"id/{city.place.code}"),
        "sas:office": offices,
        "sas:memberKind": [concept("member-kind", each) for each in kinds],
        "skos:note": both(aim, "The aim is that people can go on living where they are at home, with mutual support."),
        "sas:asOf": seen(city),
    }
    page.tell(city.id("programme"), "sas:Programme", [f"{name}生活支援体制整備事業について", aim], said)


def _tier(city: City, page: Document, tier: Tier) -> None:
    started = tier.number is not None and city.has(0.4)
    said: dict[str, Value] = {
        "skos:prefLabel": both(tier.ja, tier.en),
        "sas:programme": ref(city.id("programme")),
        "sas:tierNumber": tier.number,
        "sas:position": tier.position,
        "sas:areaType": concept("area-type", tier.area_type),
        "sas:areaName": ja(tier.area_name),
        "sas:startedIn": fiscal_year(city.began) if started else None,
        "sas:asOf": seen(city),
    }
    since = f"({fiscal_year_label(city.began, 'ja')}から実施)" if started else ""
    unit = f"{tier.ja}は{tier.area_name}を単位とします" if tier.number else f"{tier.area_name}を単位とする取組"
    page.tell(tier.path, "sas:Tier", f"{unit}{since}", said)


def _council(city: City, page: Document) -> None:
    """Tell of the council of tier 1, which serves both where their areas coincide."""
    local, romaji = city.draw.choice(words.COUNCIL_NAMES)
    name, english = f"{city.place.ja}{local}(見本)", f"{romaji} of {city.place.en} (sample)"
    served = city.tiers if city.coincide else city.tiers[:1]
    on_day = city.has(0.3)
    founded = city.began
    said: dict[str, Value] = {
        "skos:prefLabel": both(name, english),
        "sas:serves": [ref(each.path) for each in served],
        "sas:covers": ref(city.id("area")),
        "sas:memberListOpen": "true" if city.wealth > 1 else None,
        "sas:memberKind": [concept("member-kind", each) for each in words.MEMBER_KINDS[:3]] if city.wealth else None,
        "sas:establishedOn": f'"{founded}-10-01"^^xsd:date' if on_day else None,
        "sas:establishedIn": None if on_day else fiscal_year(founded),
        "sas:asOf": seen(city),
    }
    when = f"{founded}年10月1日" if on_day else fiscal_year_label(founded, "ja")
    tiers = "と".join(each.ja for each in served)
    row = f"{tiers}の協議体「{name}」を{when}に設置"
    page.tell(city.id("council/tier-1"), "sas:Council", row, said)
    _name(city, page, "council", (name, english), ref(city.id("council/tier-1")))
    if city.has(0.25):
        _former_name(city, page, founded)
    for slug, label, translated in words.SUBCOMMITTEES[: city.some(0, 4) if city.has(0.4) else 0]:
        said = {
            "skos:prefLabel": both(f"{label}(見本)", f"{translated} (sample)"),
            "sas:unitOf": ref(city.id("council/tier-1")),
            "sas:asOf": seen(city),
        }
        page.tell(city.id(f"subcommittee/{slug}"), "sas:Subcommittee", f"{local} {label}(見本)", said)


def _former_name(city: City, page: Document, founded: int) -> None:
    former = f"{city.place.ja}生活支援協議会(見本)"
    said: dict[str, Value] = {
        "skos:prefLabel": both(former, f"First name of the council of {city.place.en} (sample)"),
        "sas:nameOf": ref(city.id("council/tier-1")),
        "sas:literalForm": ja(former),
        "sas:beganIn": fiscal_year(founded),
        "sas:endedIn": fiscal_year(founded + 1),
    }
    row = f"{fiscal_year_label(founded + 1, 'ja')}に{former}から名称を変更"
    page.tell(city.id("name/council-former"), "sas:Name", row, said)


def _names(city: City, page: Document) -> None:
    """Tell what the city calls its councils and coordinators."""
    for role, names in (("coordinator", words.COORDINATOR_NAMES), ("council", words.COUNCIL_KINDS)):
        for number, (name, romaji) in enumerate(names[: 1 + city.has(0.5)], start=1):
            where = {"sas:programme": ref(city.id("programme"))}
            _name(city, page, f"{role}-{number}", (name, f"“{romaji}”"), concept("role", role), **where)
        for tier in city.tiers if city.wealth else ():
            label = f"{tier.ja}{names[0][0]}", f"{role.capitalize()} of {tier.en}"
            where = {"sas:tier": ref(tier.path)}
            _name(city, page, f"{role}-of-{tier.position}", label, concept("role", role), **where)


def _name(city: City, page: Document, slug: str, label: tuple[str, str], of: str, **where: Value) -> None:
    said: dict[str, Value] = {
        "skos:prefLabel": both(*label),
        "sas:nameOf": of,
        **where,
        "sas:literalForm": ja(label[0]),
        "sas:asOf": seen(city),
    }
    page.tell(city.id(f"name/{slug}"), "sas:Name", f"「{label[0]}」と呼んでいます", said)


def _areas(city: City, page: Document) -> None:
    """Tell of the areas of the narrowest tier by the years in which they got councils; some have none yet."""
    tier = city.tiers[-1]
    for ward in city.place.wards:
        _ward(city, page, ward)
    by_year: dict[int | None, list[Area]] = defaultdict(list)
    for area in city.areas:
        by_year[area.council_since].append(area)
    for year in sorted(by_year, key=lambda each: each or 9999):
        label = f"{fiscal_year_label(year, 'ja')}設置" if year else "未設置"
        for area in by_year[year]:
            row = f"{label} {area.ja}"
            page.tell(area.path, "sas:Area", row, _area(city, tier, area))
            if year:
                said: dict[str, Value] = {
                    "skos:prefLabel": both(f"{area.ja}の協議体", f"Council of {area.en}"),
                    "sas:serves": ref(tier.path),
                    "sas:covers": ref(area.path),
                    "sas:establishedIn": fiscal_year(year),
                    "sas:asOf": seen(city),
                }
                page.tell(city.id(f"council/{area.slug}"), "sas:Council", row, said)


def _ward(city: City, page: Document, ward: Ward) -> None:
    row = f"{ward.ja}の協議体(見本)"
    said: dict[str, Value] = {
        "skos:prefLabel": both(row, f"Council of {ward.en}, {city.place.en} (sample)"),
        "sas:serves": ref(city.tiers[1].path),
        "sas:covers": ref(page.tell(f"id/{ward.code}", "sas:Ward", row, {})),
        "sas:asOf": seen(city),
    }
    page.tell(city.id(f"council/ward-{ward.code}"), "sas:Council", row, said)


def _area(city: City, tier: Tier, area: Area) -> dict[str, Value]:
    wards = city.place.wards
    return {
        "skos:prefLabel": both(area.ja, area.en),
        "skos:altLabel": ja(area.ja.removeprefix(city.place.ja)),
        "sas:areaType": concept("area-type", tier.area_type),
        "sas:partOf": ref(f"id/{city.draw.choice(wards).code}" if wards else city.id("area")),
        "sas:asOf": seen(city),
    }


def _members(city: City, page: Document) -> None:
    """List who sits on the council of tier 1: bodies of the city first, then those that act in many."""
    if not city.has(0.2 + 0.2 * city.wealth):
        return
    members = [*city.bodies, *city.draw.sample(SHARED, len(SHARED))]
    page.write("協議体の構成員(団体名)")
    for position, member in enumerate(members[: city.some(6, len(members))], start=1):
        said: dict[str, Value] = {
            "skos:prefLabel": both(f"構成員 {position}:{member.ja}", f"Member {position}: {member.en}"),
            "org:organization": ref(city.id("council/tier-1")),
            "org:member": tell_body(page, member),
            "sas:listPosition": position,
            "sas:asOf": seen(city),
        }
        page.tell(city.id(f"membership/member-{position:02}"), "sas:CouncilMembership", member.ja, said)
