"""everstep as people deploy it: `everstep serve` on a SQLite file (synchronous=FULL) and `everstep host`, over HTTP."""

import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.contestants.answering import answer
from bench.contestants.served import Served
from demo.programs import free_port, start

FUNCTIONS = Path(__file__).parent / "everstep_functions.py"


def main(store: str = "sqlite") -> None:
    port = free_port()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="everstep-bench-")))
        endpoint = f"http://127.0.0.1:{port}"
        host = start("host", str(FUNCTIONS), "--port", "0", "--endpoint", endpoint, "--no-reload", folder=folder)
        stack.callback(host.end)
        url = f"sqlite:///{folder / 'bench.db'}" if store == "sqlite" else "memory:"
        arguments = ("--port", str(port), "--store", url, "--lambda-endpoint", host.endpoint, "--quotas", "off")
        service = start("serve", *arguments, folder=folder)
        stack.callback(service.kill)
        programs = (service.process.pid, host.process.pid)
        here = Served(endpoint, host.endpoint, answers_invoke=True)
        answer(here.tasks(lambda: sum(map(cpu_of_family, programs))))


def cpu_of_family(pid: int) -> float:
    """CPU seconds of a process and all that it has started and that still run (Linux)."""
    seconds, waiting = 0.0, [pid]
    while waiting:
        folder = Path(f"/proc/{waiting.pop()}")
        numbers = (folder / "stat").read_text().rpartition(")")[2].split()
        seconds += (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
        for children in folder.glob("task/*/children"):
            waiting += [int(child) for child in children.read_text().split()]
    return seconds


if __name__ == "__main__":
    main(*sys.argv[1:])
