"""Write fiscal-years.ttl: the fiscal years a source may speak of, named as in Japan.

python data/build_fiscal_years.py [--output FILE]
"""

import argparse
from pathlib import Path

from sasaeai.calendar import era_name, fiscal_year_days, fiscal_year_label

FIRST = 2000
"""The year in which long-term care insurance began."""
LAST = 2040
"""As far ahead as the municipalities' plans look."""

HEAD = """\
# Written by build_fiscal_years.py in this folder: change the script, not this file.
@base <https://w3id.org/sasaeai/> .
@prefix sas: <https://w3id.org/sasaeai/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<graph/fiscal-years> dct:title "会計年度"@ja, "Fiscal years"@en ;
    dct:description "介護保険制度が始まった平成12年度から令和22年度までの会計年度（4月1日から翌年3月31日まで）。"@ja, \
"Fiscal years, 1 April to 31 March, from FY2000, when long-term care insurance began, to FY2040."@en ;
    sas:ownRendering "en" .
"""


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description="Write the Turtle file of the fiscal years.")
    default = Path(__file__).with_name("fiscal-years.ttl")
    parser.add_argument("--output", type=Path, metavar="FILE", default=default, help="default: %(default)s")
    output: Path = parser.parse_args().output
    blocks = [HEAD, *(fiscal_year(year) for year in range(FIRST, LAST + 1))]
    output.write_text("\n".join(blocks), encoding="utf-8", newline="\n")


def fiscal_year(year: int) -> str:
    """Describe one fiscal year."""
    first, last = fiscal_year_days(year)
    label = fiscal_year_label(year, "ja")
    lines = [f'skos:prefLabel "{label}"@ja, "{fiscal_year_label(year, "en")}"@en']
    opening = f"{era_name(first).partition('年')[0]}年度"
    if opening != label:
        # An era changed within this year: documents of its first weeks have the name that held until then.
        lines.append(f'skos:altLabel "{opening}"@ja')
    lines += [f'schema:startDate "{first}"^^xsd:date', f'schema:endDate "{last}"^^xsd:date']
    return f"<id/fiscal-year/{year}> a sas:FiscalYear ;\n    " + " ;\n    ".join(lines) + " .\n"


if __name__ == "__main__":
    main()
