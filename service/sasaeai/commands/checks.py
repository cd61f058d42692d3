"""The commands of who writes down what a city does: template, validate, evidence, check."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from sasaeai import evidence, intake, statements, validation
from sasaeai.commands import LANGUAGE, WRONG, given_repository, given_settings
from sasaeai.intake import Report
from sasaeai.store.local import LocalStore
from sasaeai.workbook import Bounds

BY_THEMSELVES = {".xlsx", ".xlsm", ".csv", ".tsv", ".zip", *validation.QUADS}
"""The endings of files that hold documents of a city: its workbook, or several graphs."""

_LONG = 200
"""So many cities or things are looked at that whoever waits is told how far it is."""


@click.command()
@click.argument("city", metavar="CODE")
@click.option("-o", "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True)
def template(city: str, output: Path) -> None:
    """Write the workbook of the city with this 6-digit CODE, filled with what its documents say."""
    output.write_bytes(intake.template(given_repository(), city))


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@LANGUAGE
@click.option("--json", "as_json", is_flag=True, help="Print the violations as JSON lines; of a workbook, its report.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the report on a workbook into a file: .xlsx (the workbook with comments), .csv, .json or .ttl.",
)
@click.option(
    "--kept",
    type=click.Path(file_okay=False, path_type=Path),
    help="Of the whole graph: a folder that keeps what was found in each city until something there changes.",
)
def validate(files: tuple[Path, ...], lang: str, as_json: bool, output: Path | None, kept: Path | None) -> None:
    """Check FILES against the shapes, beside the rest of the graph; without any, the whole graph.

    Files of Turtle (.ttl), N-Triples (.nt) and JSON-LD (.jsonld) are checked together; a workbook (.xlsx), its sheets
    as CSV files (.csv, or .zip of several), and files of several graphs (.trig, .nq), each by itself.
    """
    if any(path.suffix.lower() in BY_THEMSELVES for path in files):
        if len(files) > 1:
            raise click.UsageError("a workbook, and a file of several graphs, is checked by itself: give one file")
        sys.exit(_examine(files[0], lang, as_json, output))
    if output:
        raise click.UsageError("-o is for the report on a workbook")
    contents = {str(path): path.read_bytes() for path in files} or None
    with _progress("validating") as advance:
        violations = validation.validate(given_repository(), contents, advance, kept)
    for each in violations:
        if as_json:
            click.echo(json.dumps(each.as_json(), ensure_ascii=False))
        else:
            click.echo(each.sentence(lang))
    click.echo(f"{len(violations)} violation{'s' * (len(violations) != 1)}", err=True)
    sys.exit(WRONG if violations else 0)


@click.command(name="evidence")
@click.option(
    "--sources",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=lambda: os.environ.get("SASAEAI_SOURCES") or None,
    help="Folder with the documents' texts; default: SASAEAI_SOURCES.",
)
@click.option("--untouched/--no-untouched", default=True, help="List the lines no quote touches.")
def look_up(sources: Path | None, untouched: bool) -> None:
    """Look up every quote in its document, and list the lines no quote touches."""
    repository = given_repository()
    store = LocalStore(repository)
    documents = evidence.documents(store, repository)
    wrong = 0
    for document in documents:
        result = evidence.examine(document, sources)
        wrong += len(result.findings)
        file = f" ({document.file})" if document.file else ""
        click.echo(f"{document.source or document.graph}{file}: {len(document.quotes)} quotes, {result.state}")
        for each in result.findings:
            click.echo(f"  {evidence.WORDS[each.key]}: {each.detail}")
        if untouched and result.checked:
            click.echo(f"  {len(result.untouched)} lines that no quote touches:")
            for number, line in result.untouched:
                click.echo(f"  {number:5}  {line}")
    for path in evidence.unnamed(documents, sources):
        wrong += 1
        click.echo(f"{path.name}: no source of the graph names this text")
    sys.exit(WRONG if wrong else 0)


@click.command()
@LANGUAGE
def check(lang: str) -> None:
    """Run the checks of the whole graph: queries that must find nothing."""
    repository = given_repository()
    store = LocalStore(repository)
    found = 0
    for each in repository.checks():
        rows = statements.select(store, each).rows
        found += len(rows)
        click.echo(f"{'ok ' if not rows else 'NO '} {each.name}: {each.header['title'][lang]}")
        for row in rows:
            click.echo("    " + "  ".join(f"{name}={term['value']}" for name, term in row.items()))
    sys.exit(WRONG if found else 0)


def _examine(path: Path, lang: str, as_json: bool, output: Path | None) -> int:
    """Check a workbook, print or write the report on it, and return the exit code."""
    forms: dict[str, Callable[[Report], bytes]] = {
        ".xlsx": lambda report: intake.as_workbook(report, content, lang),
        ".csv": lambda report: intake.as_csv(report, lang),
        ".json": intake.as_json,
        ".ttl": intake.as_turtle,
    }
    if output and output.suffix.lower() not in forms:
        raise click.UsageError(f"a report is written as one of {', '.join(forms)}")
    content = path.read_bytes()
    with _progress("validating") as advance:
        report = intake.examine(given_repository(), path.name, content, Bounds.of(given_settings()), advance)
    if output:
        output.write_bytes(forms[output.suffix.lower()](report))
    elif as_json:
        sys.stdout.buffer.write(intake.as_json(report))
    else:
        for each in report.findings:
            click.echo(each.sentence(lang))
    wrong = report.count("violation")
    click.echo(f"{wrong} violation{'s' * (wrong != 1)}", err=True)
    return 0 if report.conforms else WRONG


@contextlib.contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far something is: as a bar, or where nobody watches as a line for each tenth of what takes long."""
    if not sys.stderr.isatty():
        tenths = set(range(1, 11))

        def tell(done: int, total: int) -> None:
            if total >= _LONG and done * 10 // total in tenths:
                tenths.discard(done * 10 // total)
                click.echo(f"{label}: {done} of {total}", err=True)

        yield tell
        return
    with click.progressbar(label=label, length=1, file=sys.stderr) as bar:

        def advance(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield advance
