"""What a file does not speak of: of a sheet or a column that it lacks, all stays as it is recorded.

Rows are removed by sending their sheet without them, cells by emptying them; never by leaving out a sheet, a column or
the sheet of other statements.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rdflib import Literal

from sasaeai.fields import Fields, Names, Statement
from sasaeai.intake.export import Graphs, laid_out, names_of
from sasaeai.intake.findings import Place, Remark
from sasaeai.intake.heads import SheetRead
from sasaeai.intake.layout import DCT_TITLE, OTHERS
from sasaeai.intake.rows import Submission
from sasaeai.vocabulary import PREF_LABEL


@dataclass
class Unspoken:
    """Hold what a file says nothing of: `whole` things, and of others what stood in the columns that it lacks.

    `titles` are those of the sheets that it lacks, by thing; `headings` those of its missing columns, by thing.
    """

    whole: dict[tuple[str, str], list[Statement]] = field(default_factory=dict)
    partly: dict[tuple[str, str], list[Statement]] = field(default_factory=lambda: defaultdict(list))
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    headings: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, names: Names) -> None:
        """Let cells mean by its name what the file does not speak of."""
        for statements in (*self.whole.values(), *self.partly.values()):
            for thing, path, value in statements:
                named = path == DCT_TITLE and isinstance(value, Literal)
                names.learn((thing, PREF_LABEL if named else path, value))


def unspoken(present: Graphs, sheets: Sequence[SheetRead], others: Sequence[SheetRead], fields: Fields) -> Unspoken:
    """Find what is recorded of a city and stands on no sheet, or in no column, of its file."""
    found = Unspoken()
    there: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for sheet in sheets:
        there[sheet.sheet.title["ja"]] |= {(each.field.path, each.language) for each in sheet.columns.values()}
    for row in laid_out(fields, present, names_of(fields, present)):
        about = (row.graph, row.thing)
        left = [] if others else list(row.left)
        title = row.place[0].title["ja"] if row.place else OTHERS["ja"]
        if not row.place or title not in there:
            cells = [each for _, _, said in row.cells for each in said]
            if said := [*row.implied, *cells, *left]:
                found.whole[about] = said
                found.titles[about] = title
            continue
        for column, _, stands in row.cells:
            if stands and (column.field.path, column.language) not in there[title]:
                found.partly[about] += stands
                found.headings[about].append((title, column.heading["ja"]))
        if left:
            found.partly[about] += left
    return found


def keep(found: Unspoken, submission: Submission, place: Place) -> None:
    """Leave what the file does not speak of as it is, and say so: which sheets, and which columns of others."""
    headings: defaultdict[str, list[str]] = defaultdict(list)
    for about, statements in found.whole.items():
        submission.rows.setdefault(about, Place(found.titles[about]))
        submission.graphs.setdefault(about[0], []).extend(statements)
    for about, statements in found.partly.items():
        if about in submission.rows:
            submission.graphs[about[0]].extend(statements)
            for title, heading in found.headings[about]:
                headings[title].append(heading)
    submission.findings += [each.at(place) for each in _sheets_kept(found)]
    for title, missing in headings.items():
        remark = Remark("columns-kept", "、".join(dict.fromkeys(missing)))
        submission.findings.append(remark.at(replace(place, sheet=title)))


def _sheets_kept(found: Unspoken) -> Iterator[Remark]:
    titles = [each for each in found.titles.values() if each != OTHERS["ja"]]
    if titles:
        yield Remark("sheets-kept", "、".join(dict.fromkeys(titles)), parameters={"count": len(titles)})
