"""Restate's server on an empty folder with its defaults (it syncs its log), the Python SDK behind it."""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.contestants.answering import Task, answer
from bench.contestants.lambda_api import Api
from bench.contestants.official_http import free_port, until_it_answers
from bench.contestants.timing import in_threads, rate, spread

_NUMBERS = itertools.count()


def tasks(ingress: str, folder: Path) -> dict[str, Task]:
    api = Api(ingress)

    def run(handler: str, event: object) -> Any:
        return api.call("POST", f"/bench/{handler}", json.dumps(event).encode())

    def warm() -> dict[str, Any]:
        run("many_steps", {"n": 20, "seconds_max": 5})
        return {}

    def steps(n: int, seconds_max: float) -> dict[str, Any]:
        return rate(run("many_steps", {"n": n, "seconds_max": seconds_max}), n)

    def throughput(executions: int, concurrency: int, seconds_max: float) -> dict[str, Any]:
        done, seconds = in_threads(executions, concurrency, lambda _: run("five_steps", {}), seconds_max)
        return {"per_second": done / seconds}

    def fan_out(items: int, is_async: bool, concurrency: int) -> dict[str, Any]:
        assert is_async, "its SDK has only async functions"
        began = time.perf_counter()
        assert run("many_items", {"items": items, "concurrency": concurrency}) == sum(range(items))
        return {"seconds": time.perf_counter() - began}

    def lateness(samples: int, others: int) -> dict[str, Any]:
        in_threads(others, 16, lambda _: run("sleeper/send", {"seconds": 86_400}))
        late: list[float] = []
        in_threads(samples, 10, lambda _: late.append(1000 * run("sleeper", {"seconds": 1})))
        return spread(late)

    def callbacks(samples: int) -> dict[str, Any]:
        """The awakeable's name comes by a file; the handler stays connected, as it does by default."""
        late: list[float] = []
        for _ in range(samples):
            file = folder / f"awakeable-{next(_NUMBERS)}"
            sent = run("called_back/send", {"file": str(file)})
            while not (file.exists() and file.read_text()):
                time.sleep(0.005)
            time.sleep(0.05)
            at = time.time()
            api.call("POST", f"/restate/awakeables/{file.read_text()}/resolve", b'"1"')
            late.append(1000 * (api.call("GET", f"/restate/invocation/{sent['invocationId']}/attach") - at))
        return spread(late)

    return {
        "warm": warm,
        "steps": steps,
        "throughput": throughput,
        "fan_out": fan_out,
        "lateness": lateness,
        "callbacks": callbacks,
    }


def main(server: str) -> None:
    ingress, admin, node, functions = (free_port() for _ in range(4))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="everstep-bench-")))
        log = stack.enter_context((folder / "log").open("wb"))
        environment = {
            **os.environ,
            "RESTATE_INGRESS__BIND_ADDRESS": f"127.0.0.1:{ingress}",
            "RESTATE_ADMIN__BIND_ADDRESS": f"127.0.0.1:{admin}",
            "RESTATE_BIND_ADDRESS": f"127.0.0.1:{node}",
            "RESTATE_LOG_FILTER": "warn",
            "DO_NOT_TRACK": "1",
        }
        programs = (
            [server, "--no-logo", "--base-dir", str(folder / "data"), "--listen-mode", "tcp"],
            [
                *(sys.executable, "-m", "hypercorn", "--bind", f"127.0.0.1:{functions}", "--log-level", "error"),
                "bench.contestants.restate_functions:app",
            ],
        )
        for program in programs:
            process = subprocess.Popen(program, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
            stack.callback(process.wait)
            stack.callback(process.kill)
        until_it_answers(f"http://127.0.0.1:{admin}/health")
        register(f"http://127.0.0.1:{admin}", f"http://127.0.0.1:{functions}")
        answer(tasks(f"http://127.0.0.1:{ingress}", folder))


def register(admin: str, functions: str) -> None:
    """Tell the server where the functions are, as soon as they answer."""
    body = json.dumps({"uri": functions, "use_http_11": False}).encode()
    request = urllib.request.Request(f"{admin}/deployments", body, {"Content-Type": "application/json"})
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(request, timeout=10):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
