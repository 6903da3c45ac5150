"""`everstep template`: the SAM template of an app, written or brought up to date; everstep.scaffold says with what."""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path

import click

from everstep.cli.failure import Failure
from everstep.cli.options import alias_option, json_line, json_option

DEFAULT_OUTPUT = "template.yaml"
COLORS = {"+": "green", "-": "red", "@": "cyan"}


@click.command()
@click.argument("app")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_OUTPUT,
    show_default=True,
    help="The template. What is in it already stays, comments included.",
)
@click.option("--check", "only_check", is_flag=True, help="Write nothing: show what would change, exit 1 if it would.")
@alias_option
@json_option
def template(*, app: str, output: Path, only_check: bool, as_json: bool) -> int:
    """Write or update the SAM template for the durable functions of APP.

    APP is a file, a folder or a module. From the code come the functions, their DurableConfig as far as
    @durable_execution declares it, and the right to invoke what they invoke. Everything else in the template is yours.
    """
    from everstep.cli.check import Reader, project_of
    from everstep.host.app import parse_app
    from everstep.scaffold.document import Document, DocumentError
    from everstep.scaffold.reading import read_app
    from everstep.scaffold.sam import update

    project = Reader(project_of(parse_app(app).folder), ())
    functions = read_app(app, Path(os.path.abspath(output)).parent, project.text)
    before = read(output)
    try:
        document = Document(before)
        outcome = update(document.content, functions)
    except DocumentError as error:
        raise Failure(f"{output} cannot be updated: {error}") from error
    after = document.text() if outcome.changes else before
    if outcome.changes and not only_check:
        write(output, after)
    if as_json:
        json_line({"changes": list(outcome.changes), "notes": list(outcome.notes)})
    else:
        if only_check:
            show_difference(before, after, output)
        click.echo(summary(output, outcome.changes, only_check=only_check), err=True)
        for note in outcome.notes:
            click.echo(f"note: {note}", err=True)
    return 1 if only_check and outcome.changes else 0


def read(file: Path) -> str:
    """What the template says; nothing if there is none yet."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"cannot read {file}: {getattr(error, 'strerror', None) or error}") from error


def write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"cannot write {file}: {error.strerror or error}") from error


def show_difference(before: str, after: str, file: Path) -> None:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), str(file), "what the code says", lineterm="")
    for line in lines:
        click.echo(click.style(line, fg=COLORS.get(line[:1])))


def summary(file: Path, changes: Iterable[str], *, only_check: bool) -> str:
    listed = [f"  {change}" for change in changes]
    if not listed:
        return f"{file} is up to date"
    verdict = "is out of date; everstep template writes" if only_check else "written"
    return "\n".join([f"{file} {verdict}:", *listed])
