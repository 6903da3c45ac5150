"""`dex-local-runner`: the official emulator's command, by the same names, answered by everstep's service.

aws-sam-cli starts it in a container, where it is process 1. Exit codes are those of the original: 0, 1 for a failure,
2 for a wrong command line, 130 after an interrupt.
"""

import signal
import sys
from types import FrameType


def main() -> None:
    """The program `dex-local-runner`."""
    # Process 1 ignores SIGTERM until it has a handler, and `docker stop` would then wait for ten seconds. The server
    # puts its own in this one's place; this one is for the moment before.
    signal.signal(signal.SIGTERM, _end)
    from everstep.compat.dex_local_runner.commands import run

    sys.exit(run())


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
