"""The commands under one name, and how they end."""

import sys

import click

from everstep.cli.acting import ACTIONS, callback
from everstep.cli.check import check
from everstep.cli.dev import dev
from everstep.cli.executions import executions
from everstep.cli.failure import sentence_for
from everstep.cli.host import host
from everstep.cli.new import new
from everstep.cli.options import help_when_alone
from everstep.cli.run import run as run_command
from everstep.cli.serve import serve
from everstep.cli.store import store
from everstep.cli.tail import logs
from everstep.cli.template import template
from everstep.cli.watching import import_history, show, watch
from everstep.version import __version__

INTERRUPTED = 130


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", message="everstep %(version)s")
@click.pass_context
def everstep(context: click.Context) -> None:
    """Durable execution for Python.

    Functions that survive crashes, deploys and months of waiting, on your own machine.
    """
    help_when_alone(context)


for command in (new, dev, run_command, serve, host, executions, callback, logs, store, check, template):
    everstep.add_command(command)
for command in (show, watch, import_history, *ACTIONS):
    executions.add_command(command)


def run(arguments: list[str] | None = None) -> int:
    """Carry out a command line and give its exit code: 0, 1 by outcome, 2 for a mistake of the caller's."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")  # a console that lacks a character shows another; nobody loses a result
    try:
        code = everstep.main(arguments, prog_name="everstep", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:  # whoever read us has gone
        sys.stderr.close()
        return 1
    except Exception as error:
        sentence = sentence_for(error)
        if sentence is None:
            raise
        click.echo(f"everstep: {sentence}", err=True)
        return 2
    return code if isinstance(code, int) else 0
