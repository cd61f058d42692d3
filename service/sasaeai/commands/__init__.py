"""What the commands share: the settings and the repository they are given, and how a refusal is worded."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from sasaeai.errors import ServiceError
from sasaeai.repository import Repository
from sasaeai.settings import Settings
from sasaeai.vocabulary import LANGUAGES

LANGUAGE = click.option("--lang", type=click.Choice(LANGUAGES), default="ja", show_default=True)
WRONG = 1
"""The exit code where something was found wrong; that of click's UsageError says that a command could not be carried
out as given."""

T = TypeVar("T")


class Group(click.Group):
    """Word what the service refuses as click words a wrong call."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run what was called; raise UsageError for what was refused."""
        try:
            return super().invoke(ctx)
        except ServiceError as error:
            place = error.parameters.get("excerpt")
            raise click.UsageError(error.message("en") + (f"\n{place}" if place else "")) from None


def given_settings() -> Settings:
    """Read the settings for a command; click's UsageError names what cannot be read."""
    return usable(Settings.from_environment)


def given_repository() -> Repository:
    """Open the repository that the settings name, with the desk's revisions; UsageError where there is none."""
    settings = given_settings()
    return usable(lambda: Repository(settings.root, settings.state))


def usable(read: Callable[[], T]) -> T:
    """Return what is read; UsageError names the value or the file that cannot be."""
    try:
        return read()
    except (ValueError, FileNotFoundError) as error:
        raise click.UsageError(str(error)) from None


def pair(text: str, example: str) -> tuple[str, str]:
    """Take NAME=VALUE apart."""
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"'{text}' is not {example}")
    return name, value
