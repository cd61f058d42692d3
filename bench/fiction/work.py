"""What a city's page says of the work: who runs it, coordinators, duties, sittings, activities, publications."""

from fiction import words
from fiction.city import SHARED, Area, City, Contract
from fiction.document import Document, Value, both, concept, day, fiscal_year, plain, ref, years
from fiction.structure import seen, tell_body
from sasaeai.calendar import era_name, fiscal_year_label


def tell_work(city: City, page: Document) -> None:
    """Write what is done in the programme, and by whom."""
    for number, contract in enumerate(city.contracts, start=1):
        _operation(city, page, number, contract)
    _deployments(city, page)
    _duties(city, page)
    _sittings(city, page)
    _activities(city, page)
    _publications(city, page)
    _agreement(city, page)


def _operation(city: City, page: Document, number: int, contract: Contract) -> None:
    tier, operator, first, last = contract.tier, contract.operator, contract.first, contract.last
    itself = ref(f"id/{city.place.code}")
    who, english = (operator.ja, operator.en) if operator else ("直営", "the city itself")
    when = years(first, last) if first else "現在"
    said: dict[str, Value] = {
        "skos:prefLabel": both(f"{tier.ja}の運営({when})", f"{tier.en}, run by {english}"),
        "sas:operates": ref(tier.path),
        "sas:operator": tell_body(page, operator) if operator else itself,
        "sas:commissionedBy": itself if operator else None,
        "sas:fromFiscalYear": fiscal_year(first) if first else None,
        "sas:throughFiscalYear": fiscal_year(last) if last else None,
        "sas:asOf": None if last else seen(city),
    }
    kind = "sas:Commission" if operator else "sas:DirectOperation"
    page.tell(city.id(f"operation/{number}"), kind, f"{tier.ja} {when} {who}", said)


def _deployments(city: City, page: Document) -> None:
    """Tell where coordinators are placed, not always how many; some cities have helpers of a kind of their own."""
    for contract in city.contracts:
        if contract.last:
            continue
        if contract.tier is city.tiers[-1] and city.areas and city.has(0.2):
            for area in city.areas:
                _deployment(city, page, contract, area, city.draw.randint(1, 2))
        else:
            _deployment(city, page, contract, None, city.draw.randint(1, 5) if city.has(0.6) else None)
    if city.has(0.15):
        _helpers(city, page)


def _deployment(city: City, page: Document, contract: Contract, area: Area | None, headcount: int | None) -> None:
    tier, engagement = contract.tier, city.draw.choice(("dedicated", "concurrent"))
    place, english = (area.ja, area.en) if area else (tier.ja, tier.en)
    said: dict[str, Value] = {
        "skos:prefLabel": both(f"{place}の生活支援コーディネーター", f"Coordinators of {english}"),
        "sas:role": concept("role", "coordinator"),
        "sas:tier": ref(tier.path),
        "sas:inArea": ref(area.path) if area else None,
        "sas:headcount": headcount,
        "sas:host": tell_body(page, contract.operator) if contract.operator else ref(f"id/{city.place.code}"),
        "sas:engagement": concept("engagement", engagement) if headcount else None,
        "sas:concurrentRole": concept("role", "community-welfare-coordinator") if city.has(0.1) else None,
        "skos:note": None if headcount else both("人数は書かれていない。", "The page gives no number."),
        "sas:asOf": seen(city),
    }
    row = f"{place}に生活支援コーディネーターを{f'{headcount}名' if headcount else ''}配置"
    slug = area.slug if area else f"tier-{tier.position}"
    page.tell(city.id(f"deployment/{slug}"), "sas:Deployment", row, said)


def _helpers(city: City, page: Document) -> None:
    role, name = city.id("role/helper"), f"{city.place.ja}支え合いサポーター(見本)"
    defined = both(
        f"{city.place.ja}で、支え合い活動を地域ごとに進める人。コーディネーターのことではない。",
        f"In {city.place.en}, someone who furthers mutual support in the area. Not a coordinator.",
    )
    label = both(name, f"Mutual-support helper of {city.place.en} (sample)")
    said: dict[str, Value] = {
        "skos:inScheme": "<concept/role>",
        "skos:prefLabel": label,
        "skos:definition": defined,
    }
    page.tell(role, "skos:Concept", f"{name}とは", said)
    tier = ref(city.tiers[-1].path)
    said = {"skos:prefLabel": label, "sas:role": ref(role), "sas:tier": tier, "sas:asOf": seen(city)}
    page.tell(city.id("deployment/helpers"), "sas:Deployment", f"{name}を地域ごとに選任", said)


def _duties(city: City, page: Document) -> None:
    """Tell what coordinators and councils are for, on one of the tiers where the page tells them apart."""
    for role, japanese in (("coordinator", "コーディネーター"), ("council", "協議体")):
        rows = city.draw.sample(words.DUTIES, city.some(2, 11))
        for position, (duty, name, english) in enumerate(rows, start=1):
            tier = city.draw.choice(city.tiers) if city.wealth and position % 3 == 0 else None
            said: dict[str, Value] = {
                "skos:prefLabel": both(name, english),
                "sas:programme": None if tier else ref(city.id("programme")),
                "sas:tier": ref(tier.path) if tier else None,
                "sas:role": concept("role", role),
                "sas:duty": concept("duty", duty),
                "sas:position": position,
            }
            path = city.id(f"role-definition/{role}-{position:02}")
            page.tell(path, "sas:RoleDefinition", f"{japanese}の役割 ({position}) {name}", said)


def _sittings(city: City, page: Document) -> None:
    """List the sittings of the council of tier 1, and perhaps the one that is planned next."""
    council, written = ref(city.id("council/tier-1")), city.has(0.3)
    for year, days in city.sittings.items():
        label = fiscal_year_label(year, "ja")
        for number, moment in enumerate(days, start=1):
            form = city.draw.choices(("in-person", "written", "hybrid", "online"), (70, 15, 10, 5))[0]
            topics = city.draw.sample(words.TOPICS, city.draw.randint(1, 2))
            said: dict[str, Value] = {
                "skos:prefLabel": both(f"{label}第{number}回", f"Meeting {number} of FY{year}"),
                "sas:council": council,
                "sas:fiscalYear": fiscal_year(year),
                "sas:number": number,
                "schema:startDate": day(moment),
                "sas:format": concept("meeting-format", form) if written else None,
                "sas:status": concept("status", "held"),
            }
            row = f"{label} 第{number}回 {era_name(moment)} {words.FORMATS[form] if written else ''}{topics[0][0]}"
            meeting = page.tell(city.id(f"meeting/{moment}"), "sas:Meeting", row, said)
            for position, topic in enumerate(topics, start=1):
                _agenda(city, page, meeting, position, topic)
    if city.sittings and city.has(0.3):
        said = {
            "skos:prefLabel": both(
                f"{fiscal_year_label(city.year + 1, 'ja')}第1回(予定)", f"Meeting 1 of FY{city.year + 1} (planned)"
            ),
            "sas:council": council,
            "sas:fiscalYear": fiscal_year(city.year + 1),
            "sas:number": 1,
            "sas:status": concept("status", "planned"),
        }
        row = f"{fiscal_year_label(city.year + 1, 'ja')} 第1回 開催予定"
        page.tell(city.id("meeting/next"), "sas:Meeting", row, said)


def _agenda(city: City, page: Document, meeting: str, position: int, topic: tuple[str, str]) -> None:
    item = f"{meeting.replace('/meeting/', '/agenda-item/')}-{position}"
    said: dict[str, Value] = {"skos:prefLabel": both(*topic), "sas:meeting": ref(meeting), "sas:position": position}
    page.tell(item, "sas:AgendaItem", topic[0], said)
    if city.has(0.2):
        name, english = city.draw.choice(words.SUBTOPICS)
        under: dict[str, Value] = {
            "skos:prefLabel": both(name, english),
            "sas:meeting": ref(meeting),
            "sas:position": 1,
            "sas:under": ref(item),
        }
        page.tell(f"{item}-1", "sas:AgendaItem", f"{topic[0]} • {name}", under)


def _activities(city: City, page: Document) -> None:
    rows = city.draw.sample(words.ACTIVITIES, city.some(2, 18))
    for number, (kind, name, english) in enumerate(rows, start=1):
        tier = city.draw.choice(city.tiers) if city.has(0.5) else None
        noted = city.has(0.6)
        said: dict[str, Value] = {
            "skos:prefLabel": both(f"{name}(見本)", f"{english} (sample)"),
            "sas:activityType": concept("activity-type", kind),
            "sas:tier": ref(tier.path) if tier else None,
            "sas:programme": None if tier else ref(city.id("programme")),
            "dct:isPartOf": ref(city.id("activity/01")) if number > 1 and city.draw.random() < 0.2 else None,
            "sas:inArea": ref(city.draw.choice(city.areas).path) if city.areas and city.has(0.2) else None,
            "skos:note": both(*city.draw.choice(words.ACTIVITY_NOTES)) if noted else None,
            "sas:status": concept("status", "ongoing") if city.has(0.6) else None,
            "sas:asOf": seen(city),
        }
        page.tell(city.id(f"activity/{number:02}"), "sas:Activity", f"{name}(見本)の取組", said)


def _publications(city: City, page: Document) -> None:
    for kind, name, english in city.draw.sample(words.PUBLICATIONS, city.some(0, 9)):
        size = f"{city.draw.randint(100, 9900)}KB"
        issued = city.has(0.4)
        title = f"{name}(見本)"
        said: dict[str, Value] = {
            "skos:prefLabel": both(title, f"{english} (sample)"),
            "sas:programme": ref(city.id("programme")),
            "sas:publicationType": concept("publication-type", kind),
            "dct:creator": ref(city.id("council/tier-1")) if city.has(0.3) else None,
            "dct:issued": f'"{city.year - 1}-10"^^xsd:gYearMonth' if issued else None,
            "sas:inArea": ref(city.draw.choice(city.areas).path) if city.areas and city.has(0.4) else None,
            "sas:statedSize": plain(size),
            "skos:note": both("PDF形式で公開されている。", "Published as a PDF."),
        }
        row = f"{title} {f'{city.year - 1}年10月 ' if issued else ''}[PDFファイル/{size}]"
        page.tell(city.id(f"publication/{kind}"), "sas:Publication", row, said)


def _agreement(city: City, page: Document) -> None:
    if not city.has(0.2):
        return
    partner = city.draw.choice(SHARED)
    subject = "高齢者の見守りに関する協定(見本)"
    said: dict[str, Value] = {
        "skos:prefLabel": both(subject, "Agreement on watching over older people (sample)"),
        "sas:party": [ref(f"id/{city.place.code}"), tell_body(page, partner)],
        "sas:programme": ref(city.id("programme")),
        "schema:startDate": f'"{city.began}-11"^^xsd:gYearMonth',
    }
    row = f"{city.began}年11月 {partner.ja}と{subject}を締結"
    page.tell(city.id("agreement/watching-over"), "sas:Agreement", row, said)
