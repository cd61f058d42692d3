"""The command that asks: query."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from sasaeai import catalogue
from sasaeai.commands import given_repository, pair, usable
from sasaeai.formats import BY_NAME, GRAPH, GRAPH_FORMATS, RESULT_FORMATS
from sasaeai.store.local import LocalStore


@click.command()
@click.argument("question", required=False)
@click.option("-p", "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="An argument; repeatable.")
@click.option("-f", "--format", "name", type=click.Choice(list(BY_NAME)), help="Default: csv; of a graph, ttl.")
def query(question: str | None, parameters: tuple[str, ...], name: str | None) -> None:
    """Ask a QUESTION: a name of the catalogue, a .rq file, or - for standard input.

    Without one, list the questions with their parameters.
    """
    repository = given_repository()
    known = usable(lambda: catalogue.questions(repository))
    if question is None:
        for each in known.values():
            click.echo(f"{each.name}: {each.title['en']} ({each.title['ja']}) [{', '.join(each.parameters)}]")
        return
    store = LocalStore(repository)
    formats = [BY_NAME[name]] if name else [BY_NAME["csv"], GRAPH]
    if question in known:
        given = catalogue.arguments_of(pair(each, "NAME=VALUE, such as lang=en") for each in parameters)
        text = catalogue.fill(known[question], catalogue.resolved(store, repository, known[question], given))
    elif parameters:
        raise click.UsageError(f"only questions of the catalogue take parameters: {', '.join(sorted(known))}")
    else:
        text = _text(question, known)
    answer = store.query(
        text,
        results=next((each for each in formats if each in RESULT_FORMATS), None),
        graph=next((each for each in formats if each in GRAPH_FORMATS), None),
    )
    click.echo(f"dataset version {answer.version}", err=True)
    sys.stdout.buffer.write(answer.body)


def _text(question: str, known: Iterable[str]) -> str:
    if question == "-":
        return sys.stdin.read()
    path = Path(question)
    if not path.is_file():
        raise click.UsageError(f"no question or file '{question}'; questions: {', '.join(sorted(known))}")
    try:
        # Editors on Windows put a byte order mark first.
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise click.UsageError(f"'{question}' is not UTF-8: save it again as UTF-8") from None
