"""The command line: serve and snapshot; to ask and to check; and the desk's commands."""

import sys

import click

from sasaeai import supervisor
from sasaeai.commands import Group, checks, desk, given_repository, given_settings, questions, tokens
from sasaeai.store import snapshot


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sasaeai")
def main() -> None:
    """Ask, check and serve the public knowledge graph of mutual support (支え合い) in Japan's municipalities.

    Settings are read from SASAEAI_… variables. Exit codes: 0 all is well, 1 something was found wrong, 2 the command
    could not be carried out as given.
    """


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
def serve(host: str, port: int) -> None:
    """Serve the graph over HTTP until stopped."""
    sys.exit(supervisor.serve(given_settings(), host, port))


@main.command(name="snapshot")
def prepare() -> None:
    """Write what `serve` starts from into the folder SASAEAI_SNAPSHOTS, unless it is there."""
    folder, repository = given_settings().snapshots, given_repository()
    if folder is None:
        raise click.UsageError("name a folder in SASAEAI_SNAPSHOTS")
    holdings = snapshot.start(repository, folder)
    if not snapshot.is_kept(holdings, folder):
        snapshot.write(holdings, folder)
    click.echo(f"dataset version {holdings.version}", err=True)


for _each in (
    *(questions.query, checks.template, checks.validate, checks.look_up, checks.check),
    *(tokens.token, desk.desk, desk.export),
):
    main.add_command(_each)

if __name__ == "__main__":
    main()
