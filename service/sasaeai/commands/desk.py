"""The desk's command line: desk, export.

Who may read the state directory may read all of it, so listing asks for no token; to submit and to decide takes one,
for the audit log to say who did.
"""

import json
from pathlib import Path

import click

from sasaeai import intake, publish
from sasaeai.commands import LANGUAGE, WRONG, given_repository, given_settings, pair
from sasaeai.commands.tokens import held_desk, operator, row
from sasaeai.desk import audit, revisions, submissions, tokens
from sasaeai.errors import ServiceError
from sasaeai.examiner import SOCKET, Examiner
from sasaeai.publish import Accepted, Handed, Judge
from sasaeai.store import Store
from sasaeai.store.client import EngineStore
from sasaeai.store.local import LocalStore
from sasaeai.vocabulary import ID
from sasaeai.workbook import Bounds

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TOKEN = click.option("--token", "shown", envvar="SASAEAI_TOKEN", required=True, help="Default: SASAEAI_TOKEN.")
_UNSEEN = "No running service was told: it finds a revision by itself in some seconds, all else at SIGHUP or its start."


@click.group()
def desk() -> None:
    """Take in what cities submit, and decide on it."""


@desk.command()
@click.argument("file", type=_FILE)
@_TOKEN
@LANGUAGE
def submit(file: Path, shown: str, lang: str) -> None:
    """Check a city's workbook and hand it in; print the receipt."""
    held, repository = held_desk(), given_repository()
    bearer = tokens.bearer(held, shown)
    content = file.read_bytes()
    report = intake.examine(repository, file.name, content, Bounds.of(given_settings()))
    for each in report.findings:
        click.echo(each.sentence(lang), err=True)
    mistakes = report.count("violation")
    said = Handed(file.name, content, intake.as_json(report), mistakes, report.city, report.graphs)
    receipt = publish.submit(held, repository, bearer, said)
    click.echo(receipt)
    submissions.forget(held, given_settings().keep_uploads_days)


@desk.command(name="list")
def list_submissions() -> None:
    """List what was submitted: receipt, city, when, by whom, file, state."""
    for each in submissions.every(held_desk()):
        row(each.id, each.city, each.received, each.sender, each.name, each.state, each.comment)


@desk.command()
@click.argument("receipt")
@LANGUAGE
def show(receipt: str, lang: str) -> None:
    """Show what accepting a submission would change, and what deserves a look."""
    held = held_desk()
    submission = submissions.find(held, receipt)
    row(submission.id, submission.city, submission.received, submission.sender, submission.name, submission.state)
    if submission.state != submissions.RECEIVED:
        row(submission.decided, submission.reviewer, submission.comment)
        return
    repository = given_repository()
    found = publish.review(held, repository, _store() or LocalStore(repository), receipt)
    if found.outdated:
        click.echo("! " + ServiceError("city-has-changed", 409, city=submission.city).message(lang))
    for warning in found.warnings:
        click.echo(f"! {warning.messages[lang]}")
    for each in found.candidates:
        new, known = (iri.removeprefix(ID) for iri in (each.new, each.known))
        click.echo(f"? {each.new_name} = {each.known_name}  --same {new}={known}")
    for change in found.changes:
        click.echo(f"{'+' if change.added else '-'} {found.wording.sentence(change.statement, lang)}")


@desk.command()
@click.argument("receipt")
@_TOKEN
@click.option("--same", "pairs", multiple=True, metavar="NEW=KNOWN", help="An organisation is a known one; repeatable.")
@click.option("--over", is_flag=True, help="Even if the city's data have changed since it was submitted.")
@click.option("--comment", default="", help="For the sender.")
def accept(receipt: str, shown: str, pairs: tuple[str, ...], over: bool, comment: str) -> None:
    """Make a submission the newest revision of its city."""
    held, repository, store = held_desk(), given_repository(), _store()
    same = dict(_known(each) for each in pairs)
    bearer = tokens.bearer(held, shown)
    asked = store or (LocalStore(repository) if same else None)
    made = publish.accept(
        held, repository, asked, bearer, receipt, same=same, over=over, comment=comment, judge=_judge()
    )
    _tell(made, is_seen=store is not None)


@desk.command(name="return")
@click.argument("receipt")
@_TOKEN
@click.option("--comment", required=True, help="What is to be mended, for the sender.")
def return_(receipt: str, shown: str, comment: str) -> None:
    """Give a submission back to its sender."""
    held = held_desk()
    publish.return_(held, tokens.bearer(held, shown), receipt, comment)


@desk.command(name="revisions")
@click.argument("city", metavar="[CODE]", default="")
def list_revisions(city: str) -> None:
    """List the revisions (of a city): number, city, when, by whom, digest, and what it was made from."""
    for each in revisions.of_city(held_desk(), city):
        origin = f"revision {each.restored}" if each.restored else each.submission
        row(str(each.id), each.city, each.made, each.reviewer, each.digest[:16], origin)


@desk.command()
@click.argument("revision", type=int)
@_TOKEN
def restore(revision: int, shown: str) -> None:
    """Make a new revision that says what an earlier one said."""
    held, repository, store = held_desk(), given_repository(), _store()
    made = publish.restore(held, repository, store, tokens.bearer(held, shown), revision, judge=_judge())
    _tell(made, is_seen=store is not None)


@desk.command()
def conflicts() -> None:
    """List the packaged files that have changed after a revision took their place; exit code 1 if there are any."""
    repository = given_repository()
    held_desk()
    found = repository.conflicts()
    for each in found:
        row(each.city, each.now, str(each.path.relative_to(repository.root)))
    raise SystemExit(WRONG if found else 0)


@desk.command(name="audit")
def list_audit() -> None:
    """Print the audit log as JSON lines: who did what, when."""
    for each in audit.entries(held_desk()):
        click.echo(json.dumps(vars(each), ensure_ascii=False))


@desk.command()
def forget() -> None:
    """Remove the uploaded files of submissions decided on longer ago than SASAEAI_KEEP_UPLOADS_DAYS."""
    count = submissions.forget(held_desk(), given_settings().keep_uploads_days)
    click.echo(f"{count} upload{'s' * (count != 1)} removed", err=True)


@desk.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy all that the desk holds into FILE, while it is in use."""
    held_desk().backup(file)


@desk.command(name="restore-backup")
@click.argument("file", type=_FILE)
def restore_backup(file: Path) -> None:
    """Put the copy FILE in the place of all that the desk holds."""
    held = held_desk()
    held.restore(file)
    with held.writing() as connection:
        audit.note(connection, operator(), "backup put back", file.name)
    click.echo(_UNSEEN, err=True)


@click.command()
@click.argument("city", metavar="[CODE]", default="")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True)
def export(city: str, output: Path) -> None:
    """Write the newest revisions (of a city) as files under a folder, to be committed in data/cities/."""
    for path, content in publish.export(held_desk(), given_repository(), city).items():
        place = output / path
        if content is None:
            place.unlink(missing_ok=True)
            click.echo(f"gone {path}")
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            click.echo(f"said {path}")


def _store() -> Store | None:
    """Return the running service's engine, if its sockets are where the settings say."""
    settings = given_settings()
    if settings.run_dir is None or not (settings.run_dir / "control").exists():
        return None
    return EngineStore(settings.run_dir, settings)


def _judge() -> Judge | None:
    """Return who holds documents against the graph: the running service, which has read it already, or nobody."""
    settings = given_settings()
    return Examiner(settings).mistakes if settings.run_dir and (settings.run_dir / SOCKET).exists() else None


def _tell(accepted: Accepted, *, is_seen: bool) -> None:
    click.echo(f"revision {accepted.revision.id} of {accepted.revision.city}")
    seen = accepted.version if is_seen else ""
    click.echo(f"published as version {seen}" if seen else _UNSEEN, err=True)


def _known(text: str) -> tuple[str, str]:
    new, known = pair(text, "NEW=KNOWN, such as 011002/org/here=org/there")
    return ID + new, ID + known
