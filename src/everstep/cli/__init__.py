"""The command line: starts services and workers, and looks at executions through the HTTP API.

Modules here import only click and records when they are imported; what a command starts (a service, a server, a
terminal that draws) is imported by that command, so that `everstep --help` answers at once.
"""

import sys


def main() -> None:
    """The program `everstep`. Exit code 2 is the caller's mistake, in one sentence on stderr."""
    try:
        from everstep.cli.commands import run
    except ModuleNotFoundError as error:
        if error.name not in {"click", "rich"}:
            raise
        sys.stderr.write("everstep: the command line needs the extra `server`; run pip install 'everstep[server]'\n")
        sys.exit(2)
    sys.exit(run())
