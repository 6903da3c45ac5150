"""What is shown of work that takes long."""

import subprocess
import sys

import pytest

WORK = """
from everstep.cli.patience import patience
with patience("reading the history", after_seconds={after}) as tell:
    tell(3, 10)
    input()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")


def test_a_person_is_told_what_takes_long_and_how_far_it_is() -> None:
    import os
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", WORK.format(after=0)]
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=theirs, text=True, env=environment) as process:
        os.close(theirs)
        seen = b""
        while not (b"reading the history" in seen and b"30%" in seen):
            seen += os.read(ours, 1024)
        process.communicate("\n", timeout=20)
    os.close(ours)
    assert process.returncode == 0


def test_a_program_is_told_nothing() -> None:
    command = [sys.executable, "-c", WORK.format(after=0)]
    done = subprocess.run(command, input="\n", capture_output=True, text=True, timeout=20, check=True)
    assert (done.stdout, done.stderr) == ("", "")
