"""A query as it was asked, and the address that its answer can be cited by: query, graphs and version of the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from flask import Response, request

from sasaeai.web.context import here, in_language

VERSION = "dataset-version"
"""The parameter that names the version to be answered from, as `X-Dataset-Version` does the version that was.

Not `version`: SPARQL 1.2 Protocol §2.2 gives that name to the version of the language.
"""

CONTEXT = ("default-graph-uri", "named-graph-uri", VERSION)
"""What an answer depends on beside the query."""

LONGEST_LINK = 8000
"""Characters: servers and proxies on the way refuse longer ones."""

_LONGEST_IN_A_HEADER = 2500
"""Characters: nginx gives up on an answer whose headers are longer than 4 kB together, unless it is told otherwise."""


@dataclass(frozen=True)
class Asked:
    """Hold a query as it was asked, with the other parameters its answer depends on."""

    text: str
    others: Sequence[tuple[str, str]] = ()

    @property
    def link(self) -> str:
        """Return the address that asks this again."""
        return "/sparql?" + "&".join(
            f"{name}={quote_plus(value)}" for name, value in [("query", self.text), *self.others]
        )

    def at(self, version: str | None) -> "Asked":
        """Return the same as asked of one version of the data, or of whichever is present."""
        graphs = [(name, value) for name, value in self.others if name != VERSION]
        return Asked(self.text, graphs if version is None else [*graphs, (VERSION, version)])


def asked(text: str) -> Asked:
    """Read off the request what a query was asked with."""
    values = request.values
    return Asked(text, [(name, value) for name in CONTEXT for value in values.getlist(name) if value])


def absolute(link: str) -> str:
    """Return an address of this service as readers reach it, as far as the settings tell."""
    return (here().settings.public_base or "/") + link.removeprefix("/")


def point(response: Response, relation: str, to: Asked) -> None:
    """Link a response to an address by its head (RFC 8288), if it fits there.

    `cite-as` leads to what is to be cited in place of the address asked (RFC 8574): POST has none, and that of a GET
    names no version. `latest-version` leads to the present one (RFC 5829 §3.3).
    """
    if len(to.text) > _LONGEST_IN_A_HEADER:
        return  # however it is written as a link: that alone takes longer than many an answer
    link = absolute(to.link)
    if len(link) <= _LONGEST_IN_A_HEADER:
        response.headers.add("Link", f'<{link}>; rel="{relation}"')


def citation(link: str | None, version: str) -> str:
    """Word how an answer is cited, in the language of the page; None: its query is too long for a link."""
    return in_language(
        f"支え合い（Sasaeai）。データの版：{version}。\n"
        f"問合せ：{link or '（長いためリンクにできません。問合せの全文を添えてください）'}\n"
        f"閲覧日：{DAY}",
        f"Sasaeai. Version of the data: {version}.\n"
        f"Query: {link or '(too long for a link: give it in full)'}\n"
        f"Accessed: {DAY}",
    )


DAY = "YYYY-MM-DD"
"""Where in a citation the day belongs. The page's script writes it there: kept pages would tell a day that has gone."""
