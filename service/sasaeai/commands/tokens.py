"""Who may: the command token, and what it shares with the desk's."""

import getpass

import click

from sasaeai import publish
from sasaeai.commands import given_repository, given_settings
from sasaeai.desk import Desk, tokens
from sasaeai.errors import ServiceError


@click.group()
def token() -> None:
    """Make, list and revoke the tokens of cities and reviewers."""


@token.command()
@click.argument("name")
@click.option("--city", metavar="CODE", help="For the city with this 6-digit code.")
@click.option("--reviewer", is_flag=True, help="For somebody who accepts and returns.")
def make(name: str, city: str | None, reviewer: bool) -> None:
    """Make a token that bears NAME, and print it: it cannot be shown again."""
    if bool(city) == reviewer:
        raise click.UsageError("a token is for one of both: --city CODE or --reviewer")
    if city and not publish.is_city(given_repository(), city):
        raise ServiceError("unknown-municipality", 404, parameter="--city", value=city, example="011002")
    click.echo(tokens.make(held_desk(), name, city or "", operator()))


@token.command(name="list")
def list_tokens() -> None:
    """List the tokens: name, whose, when made, last used, and revoked."""
    for each in tokens.every(held_desk()):
        used, revoked = each.used or "never used", f"revoked {each.revoked}" if each.revoked else "in use"
        row(each.name, each.city or "reviewer", each.made, used, revoked)


@token.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Let the token that bears NAME be good for nothing from now on."""
    tokens.revoke(held_desk(), name, operator())


def held_desk() -> Desk:
    """Open the desk that the settings name."""
    state = given_settings().state
    if state is None:
        raise ServiceError("no-desk", 503)
    return Desk(state)


def operator() -> str:
    """Name who does something here without a token, for the audit log."""
    return f"{getpass.getuser()} at the command line"


def row(*cells: str) -> None:
    """Print the cells that are not empty in one line."""
    click.echo("  ".join(each for each in cells if each))
