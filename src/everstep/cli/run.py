"""`everstep run`: one execution from its start, or from where it was left, to its end."""

import secrets
from typing import TYPE_CHECKING

import click

from everstep.cli.dev import make_folder
from everstep.cli.options import alias_option, checked, execution_name, json_line, json_option, payload, store_option
from everstep.core.model import ExecutionStatus
from everstep.drawing.wording import error_line

if TYPE_CHECKING:
    from everstep.service.ports import Summary

DEFAULT_STORE = "sqlite:///.everstep/run.db"
INTERRUPTED = 130


@click.command()
@click.argument("app", metavar="APP:FUNCTION")
@click.option(
    "--input", "text", metavar="JSON|@FILE", default="{}", show_default=True, callback=checked(payload), help="Payload."
)
@click.option(
    "--name",
    metavar="NAME",
    callback=checked(execution_name),
    help="The execution's name. The same name again goes on with it, or shows its result.",
)
@store_option(DEFAULT_STORE)
@alias_option
@json_option
def run(*, app: str, text: str, name: str | None, store: str, as_json: bool) -> int:
    """Run one execution of a durable function to its end.

    Progress is told on stderr, the result goes to stdout. Exit code 0: it succeeded; 1: it did not.
    """
    from everstep.cli.following import run_to_end
    from everstep.service.http import serve
    from everstep.service.service import StartCommand

    called = name or f"run-{secrets.token_hex(4)}"
    make_folder(store)
    command = StartCommand(function="", name=called, input=text)
    try:
        summary = serve.run(run_to_end(app, command, store, silent=as_json))
    except KeyboardInterrupt:
        click.echo(f"interrupted; the same command with --name {called} goes on from here", err=True)
        return INTERRUPTED
    return show(summary, as_json=as_json)


def show(summary: "Summary", *, as_json: bool) -> int:
    """Print the outcome; the exit code that says it."""
    from everstep.core.wire.executions import encode_execution

    head = summary.head
    if as_json:
        json_line(encode_execution(summary.origin, head, include_data=True))
    elif head.status is ExecutionStatus.SUCCEEDED:
        click.echo(head.result or "null")
    else:
        reason = error_line(head.error, 1_000)
        click.echo(f"{summary.origin.name} is {head.status.value}{': ' if reason else ''}{reason}", err=True)
    return 0 if head.status is ExecutionStatus.SUCCEEDED else 1
