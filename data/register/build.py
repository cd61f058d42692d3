"""Write the national register's Turtle files from the published lists.

    python data/register/build.py SOURCES_DIR [--output DIR]

README.md beside this file says where the lists come from and which of them is authoritative for what.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain
from pathlib import Path

from lists import VERSIONS, ListError
from places import Municipality, Prefecture, Register, Ward, read_register
from words import GRAPHS, NORTHERN_VILLAGE, SOURCES, Words

from sasaeai.model import corporate_number

HEAD = """\
# Written by build.py in this folder: change the script, not this file.
@base <https://w3id.org/sasaeai/> .
@prefix sas: <https://w3id.org/sasaeai/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

Rows = list[tuple[str, list[str]]]


def main() -> int:
    """Build the four files; say what is wrong with the lists, and where, if they do not agree."""
    parser = argparse.ArgumentParser(description="Write the national register's Turtle files from the published lists.")
    parser.add_argument("sources", type=Path, metavar="SOURCES_DIR", help="folder with " + ", ".join(VERSIONS))
    parser.add_argument("--output", type=Path, metavar="DIR", default=Path(__file__).parent, help="default: this one")
    arguments = parser.parse_args()
    try:
        register = read_register(arguments.sources)
    except (ListError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, blocks in documents(register).items():
        (arguments.output / name).write_text(HEAD + "\n" + "\n".join(blocks), encoding="utf-8", newline="\n")
        print(arguments.output / name)
    print(
        f"{len(register.prefectures)} prefectures, {len(register.municipalities)} municipalities, "
        f"{len(register.wards)} wards"
    )
    return 0


def documents(register: Register) -> dict[str, list[str]]:
    """Put the blocks of each file in their order."""
    cities = {municipality.code: municipality for municipality in register.municipalities}
    blocks: dict[str, Iterable[str]] = {
        "sources": source_blocks(),
        "prefectures": chain([japan()], *map(prefecture_blocks, register.prefectures)),
        "municipalities": chain.from_iterable(map(municipality_blocks, register.municipalities)),
        "wards": (ward_block(each, cities[each.city]) for each in register.wards),
    }
    return {f"{name}.ttl": [graph_block(name), *each] for name, each in blocks.items()}


def prefecture_blocks(prefecture: Prefecture) -> Iterator[str]:
    """Describe a prefecture as a body, then its territory."""
    iri = f"id/prefecture/{prefecture.number}"
    yield block(
        iri,
        "sas:Prefecture",
        [
            ("sas:code", [text(prefecture.code)]),
            ("dct:identifier", [text(prefecture.iso)]),
            ("skos:prefLabel", names(prefecture.name, prefecture.english, prefecture.kana)),
            ("sas:territory", [f"<{iri}/area>"]),
            ("sas:corporateNumber", [text(corporate_number(prefecture.code))]),
            ("schema:url", [address(prefecture.url)]),
        ],
    )
    yield area(iri, "prefecture", "id/japan", prefecture.name, prefecture.english)


def municipality_blocks(municipality: Municipality) -> Iterator[str]:
    """Describe a municipality as a body, then its territory."""
    iri = f"id/{municipality.code}"
    prefecture = f"id/prefecture/{municipality.code[:2]}"
    rows: Rows = [
        ("sas:code", [text(municipality.code)]),
        ("sas:kind", [f"<concept/municipality-kind/{municipality.kind}>"]),
        ("sas:prefecture", [f"<{prefecture}>"]),
        ("skos:prefLabel", names(municipality.name, municipality.english, municipality.kana)),
        ("skos:altLabel", alternatives(municipality.other_name, municipality.title, municipality.english)),
        ("sas:territory", [f"<{iri}/area>"]),
    ]
    if not municipality.northern:
        rows.append(("sas:corporateNumber", [text(corporate_number(municipality.code))]))
    if municipality.place:
        latitude, longitude, url = municipality.place
        rows += [
            ("schema:latitude", [decimal(latitude)]),
            ("schema:longitude", [decimal(longitude)]),
            ("schema:url", [address(url)]),
        ]
    if municipality.northern:
        rows.append(("skos:note", both(NORTHERN_VILLAGE)))
    yield block(iri, "sas:Municipality", rows)
    yield area(iri, "municipality", f"{prefecture}/area", municipality.name, municipality.english)


def ward_block(ward: Ward, city: Municipality) -> str:
    """Describe a ward, which is an area itself, within its city's territory."""
    return block(
        f"id/{ward.code}",
        "sas:Ward",
        [
            ("sas:code", [text(ward.code)]),
            ("sas:areaType", ["<concept/area-type/ward>"]),
            ("sas:partOf", [f"<id/{city.code}/area>"]),
            ("skos:prefLabel", names(ward.name, ward.english, ward.kana)),
            ("skos:altLabel", alternatives(ward.full_name, ward.title, ward.english)),
        ],
    )


def japan() -> str:
    """Describe the country, which the prefectures are part of."""
    rows: Rows = [("sas:areaType", ["<concept/area-type/country>"]), ("skos:prefLabel", names("日本", "Japan"))]
    return block("id/japan", "sas:Area", rows)


def area(body: str, kind: str, whole: str, name: str, english: str) -> str:
    """Describe the territory of a body, named after it."""
    rows: Rows = [
        ("sas:areaType", [f"<concept/area-type/{kind}>"]),
        ("sas:partOf", [f"<{whole}>"]),
        ("skos:prefLabel", names(f"{name}の区域", f"Area of {english}" if english else "")),
    ]
    return block(f"{body}/area", "sas:Area", rows)


def source_blocks() -> Iterator[str]:
    """Describe the lists, each by the version that is read."""
    for source in SOURCES:
        yield block(
            f"id/source/register/{source.slug}",
            "sas:Source",
            [
                ("dct:title", both(source.title)),
                ("dct:issued", [f"{text(source.date)}^^xsd:date"]),
                ("dct:license", [f"<{licence}>" for licence in source.licences]),
                ("schema:url", [address(source.url)]),
                ("sas:file", [text(source.file)]),
                ("sas:sha256", [text(VERSIONS[source.file])]),
                ("skos:note", both(source.note)),
            ],
        )


def graph_block(name: str) -> str:
    """Say what a file of the register is, and whose names it has."""
    graph = GRAPHS[name]
    return block(
        f"graph/register/{name}",
        "",
        [
            ("dct:title", both(graph.title)),
            ("dct:description", both(graph.description)),
            ("skos:note", both(graph.note) if graph.note else []),
            ("dct:source", [f"<id/source/register/{source}>" for source in graph.sources]),
        ],
    )


def block(iri: str, kind: str, rows: Rows) -> str:
    """Write one thing: a property to a line, properties without a value left out."""
    lines = [f"{name} {', '.join(values)}" for name, values in [("a", [kind] if kind else []), *rows] if values]
    return f"<{iri}> " + " ;\n    ".join(lines) + " .\n"


def names(japanese: str, english: str, kana: str = "") -> list[str]:
    """Write the labels that are known."""
    return [text(value) + tag for value, tag in ((japanese, "@ja"), (english, "@en"), (kana, "@ja-Hira")) if value]


def alternatives(japanese: str, title: str, english: str) -> list[str]:
    """Write the second labels: another Japanese name, and the English title where the label is a part of it."""
    return names(japanese, title if title != english else "")


def both(words: Words) -> list[str]:
    """Write a text in both languages."""
    return names(*words)


def text(value: str) -> str:
    """Write a string."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def address(url: str) -> str:
    """Write a web address."""
    return f"{text(url)}^^xsd:anyURI"


def decimal(written: str) -> str:
    """Write a decimal number without the zeros that say nothing."""
    value = format(Decimal(written).normalize(), "f")
    return value if "." in value else value + ".0"


if __name__ == "__main__":
    sys.exit(main())
