"""`make demo`: an order whose worker is killed in the middle of a step, and its service in the middle of a wait.

    boto3 --> everstep serve (SQLite file) --> everstep host (the order workflow) --> ledger (a file)

Everything here is real: programs of their own, sockets, SIGKILL, the boto3 client. At the end the ledger must show
that no completed step ran again, and the history must be complete; otherwise the exit code is 1.
"""

import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]  # it has no types
from botocore.config import Config  # type: ignore[import-untyped]  # it has no types
from botocore.exceptions import EndpointConnectionError  # type: ignore[import-untyped]  # it has no types

from demo.programs import Program, free_port, start, until

APP = Path(__file__).parent.parent / "examples" / "order" / "workflow.py"
PAYMENT_SECONDS = 2.0
PACKING_SECONDS = 6
RESULT = {"order": "order-17", "payment": "3980 cents for order-17", "parcel": "parcel of 2 x mug, shelf 12"}
LEDGER = [
    "begin reserve-stock 1",
    "end reserve-stock 1",
    "begin charge 1",  # the worker dies here
    "begin charge 1",
    "end charge 1",
    "begin ship 1",  # after the service has died, too
    "fail ship 1",
    "begin ship 2",
    "end ship 2",
]
HISTORY = [
    "ExecutionStarted",
    "StepStarted reserve-stock",
    "StepSucceeded reserve-stock",
    "StepStarted charge",
    "StepSucceeded charge",
    "WaitStarted packing",
    "WaitSucceeded packing",
    "StepStarted ship",
    "StepFailed ship",
    "StepStarted ship",
    "StepSucceeded ship",
    "ExecutionSucceeded",
]


@dataclass(slots=True, kw_only=True)
class Stage:
    """The two programs, and the files that outlive them."""

    folder: Path
    service_port: int = field(default_factory=free_port)
    host_port: int = field(default_factory=free_port)
    running: list[Program] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.service_port}"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.txt"

    def start_service(self) -> Program:
        return self._start(
            "serve",
            *("--port", str(self.service_port), "--store", f"sqlite:///{self.folder / 'orders.db'}"),
            *("--lambda-endpoint", f"http://127.0.0.1:{self.host_port}"),
        )

    def start_worker(self) -> Program:
        return self._start("host", str(APP), "--port", str(self.host_port), "--endpoint", self.endpoint, "--no-reload")

    def written(self) -> list[str]:
        """The ledger's lines."""
        return self.ledger.read_text().splitlines() if self.ledger.exists() else []

    def clear(self) -> None:
        """End whatever still runs."""
        for program in self.running:
            program.end()

    def _start(self, *arguments: str) -> Program:
        program = start(*arguments, folder=self.folder)
        self.running.append(program)
        return program


class Complaint(Exception):
    """Something is not as it was promised."""


def main() -> int:
    began = time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="everstep-demo-"))
        stage = Stage(folder=Path(folder))
        stack.callback(stage.clear)
        try:
            play(stage)
        except (Complaint, TimeoutError, RuntimeError) as problem:
            say(f"WRONG: {problem}")
            for program in stage.running:
                say(f"--- {program.log.name}\n{program.log.read_text()}")
            return 1
    say(f"Everything is as it should be. The demo took {time.monotonic() - began:.0f} s and leaves nothing behind.")
    return 0


def play(stage: Stage) -> None:
    say("1. A service that keeps its executions in a SQLite file, and a worker that has the order workflow.")
    service, worker = stage.start_service(), stage.start_worker()
    tell(f"service: process {service.process.pid} at {service.endpoint}")
    tell(f"worker:  process {worker.process.pid} at {worker.endpoint}, functions: {worker.announced['functions']}")

    say("2. boto3 starts an order: reserve stock, charge, wait for the packing, ship.")
    client = client_of(stage.endpoint)
    arn = order(client, stage)
    tell(arn)

    until(lambda: "StepStarted charge" in history(client, arn) or None, "the saved start of the step charge")
    until(lambda: "begin charge 1" in stage.written() or None, "the step charge")
    worker.kill()
    say(f"3. KILLED the worker (SIGKILL) in the middle of the step charge. {look(stage)}")
    worker = stage.start_worker()
    tell(f"a new worker is there: process {worker.process.pid}; the service calls it by itself")

    until(lambda: "WaitStarted packing" in history(client, arn) or None, "the wait packing")
    service.kill()
    say(f"4. KILLED the service (SIGKILL) in the middle of the wait packing. {look(stage)}")
    before = stage.written()
    if answers(client, arn):
        raise Complaint("the service answers, although it was killed")
    service = stage.start_service()
    tell(f"a new service is there: process {service.process.pid}, with the same file; nothing else told it what to do")
    if stage.written() != before:
        raise Complaint("a step ran while there was no service")

    shown = until(lambda: closed(client, arn), "the end of the order")
    say("5. The order has ended by itself.")
    tell(f"{shown['Status']}: {shown.get('Result') or shown.get('Error')}")
    judge(stage, client, arn, shown)


def judge(stage: Stage, client: Any, arn: str, shown: dict[str, Any]) -> None:
    """Show the ledger and the history, and compare both with what they must be."""
    say("6. The ledger, in which every step's body writes a line when it begins and when it ends:")
    for line in stage.written():
        tell(line)
    tell("reserve-stock and the completed charge never ran again; only the charge that was cut off did,")
    tell("and ship, which was refused once and has a retry strategy.")
    must_be("the status", shown["Status"], "SUCCEEDED")
    must_be("the result", json.loads(shown["Result"]), RESULT)
    must_be("the ledger", stage.written(), LEDGER)

    say("7. The history, as `everstep executions history order-17` shows it:")
    sys.stdout.flush()
    command = ["executions", "history", "order-17", "--endpoint", stage.endpoint]
    drawn = subprocess.run([sys.executable, "-m", "everstep", *command], check=False)
    must_be("the exit code of everstep executions history", drawn.returncode, 0)
    must_be("the history", history(client, arn), HISTORY)
    ids = [event["EventId"] for event in events(client, arn)]
    must_be("the numbers of the events", ids, list(range(1, len(ids) + 1)))
    failed = [event for event in events(client, arn) if is_failed_invocation(event)]
    if not failed:
        raise Complaint("the history does not tell of the worker's death")


def client_of(endpoint: str) -> Any:
    """The real thing, pointed at our service; it insists on a region and on keys, which nobody checks."""
    return boto3.client(
        "lambda",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}),
    )


def order(client: Any, stage: Stage) -> str:
    payload = json.loads(APP.with_name("order.json").read_text())
    payload |= {
        "ledger": str(stage.ledger),
        "payment_seconds": PAYMENT_SECONDS,
        "packing_seconds": PACKING_SECONDS,
    }
    started = client.invoke(
        FunctionName="order", InvocationType="Event", DurableExecutionName="order-17", Payload=json.dumps(payload)
    )
    return str(started["DurableExecutionArn"])


def events(client: Any, arn: str) -> list[dict[str, Any]]:
    pages = client.get_paginator("get_durable_execution_history").paginate(DurableExecutionArn=arn)
    return [event for page in pages for event in page["Events"]]


def history(client: Any, arn: str) -> list[str]:
    """What happened, without the invocations: how many there were depends on the moments of the kills."""
    return [
        " ".join(filter(None, (event["EventType"], event.get("Name") if "Execution" not in event["EventType"] else "")))
        for event in events(client, arn)
        if event["EventType"] != "InvocationCompleted"
    ]


def is_failed_invocation(event: dict[str, Any]) -> bool:
    details = event.get("InvocationCompletedDetails") or {}
    return bool((details.get("Error") or {}).get("Payload"))


def closed(client: Any, arn: str) -> dict[str, Any] | None:
    shown: dict[str, Any] = client.get_durable_execution(DurableExecutionArn=arn)
    return None if shown["Status"] == "RUNNING" else shown


def answers(client: Any, arn: str) -> bool:
    try:
        client.get_durable_execution(DurableExecutionArn=arn)
        return True
    except EndpointConnectionError:
        return False


def must_be(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Complaint(f"{what} is\n     {found}\n   and should be\n     {expected}")


def look(stage: Stage) -> str:
    return f"The ledger so far ends with: {stage.written()[-1]}"


def say(line: str) -> None:
    print(f"\n{line}", flush=True)  # noqa: T201 - a demo speaks


def tell(line: str) -> None:
    print(f"   {line}", flush=True)  # noqa: T201 - a demo speaks


if __name__ == "__main__":
    sys.exit(main())
