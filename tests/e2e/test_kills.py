"""The service dies of SIGKILL again and again while executions run, and nothing that it promised is lost.

The moments are random; their seed is printed, and `EVERSTEP_SEED=<seed>` repeats them (as far as the machine does).
"""

import json
import os
import random
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from demo.programs import Program, free_port, start
from tests.e2e.world import APPS, client_of, ended, events_of

KILLS = 20
EXECUTIONS = 50
ROUNDS = 4
ALIVE_SECONDS = (0.05, 0.9)
"""How long a service lives once it answers."""
END_SECONDS_MAX = 90


def test_twenty_kills_lose_nothing_and_repeat_nothing_that_was_completed(tmp_path: Path) -> None:
    seed = int(os.environ.get("EVERSTEP_SEED") or random.randrange(1_000_000))
    print(f"seed {seed}")  # noqa: T201 - pytest shows it when the test fails
    moments = random.Random(seed)
    arns: list[str] = []
    with ExitStack() as stack:
        port = free_port()
        host = start(
            "host", str(APPS / "shift.py"), "--port", "0", "--endpoint", f"http://127.0.0.1:{port}", folder=tmp_path
        )
        stack.callback(host.end)
        for kill in range(KILLS):
            service = a_service(tmp_path, port, host)
            stack.callback(service.end)
            # One begins after each kill, so that every kill finds somebody at work, however slow the machine is.
            beginners = EXECUTIONS - KILLS + 1 if kill == 0 else 1
            arns += [begin(service, tmp_path, f"shift-{len(arns) + number}") for number in range(beginners)]
            time.sleep(moments.uniform(*ALIVE_SECONDS))
            service.kill()
        service = a_service(tmp_path, port, host)
        stack.callback(service.end)
        client = client_of(service.endpoint)
        # One that sleeps in a wait is at work too, though a restart has nothing to take up for it.
        newest = client.get_durable_execution(DurableExecutionArn=arns[-1])
        assert newest["Status"] == "RUNNING", "the executions had ended before the last kill: let them be longer"
        for number, arn in enumerate(arns):
            judge(client, arn, tmp_path / f"shift-{number}")
        assert sum(lost_invocations(client, arn) for arn in arns) > 0, "no kill met an invocation"


def a_service(folder: Path, port: int, host: Program) -> Program:
    store = f"sqlite:///{folder / 'executions.db'}"
    return start("serve", "--port", str(port), "--store", store, "--lambda-endpoint", host.endpoint, folder=folder)


def begin(service: Program, folder: Path, name: str) -> str:
    answer = client_of(service.endpoint).invoke(
        FunctionName="shift",
        InvocationType="Event",
        DurableExecutionName=name,
        Payload=json.dumps({"ledger": str(folder / name), "rounds": ROUNDS}),
    )
    return str(answer["DurableExecutionArn"])


def judge(client: Any, arn: str, file: Path) -> None:
    """The execution succeeded, and its ledger has each step as often as its semantics allow."""
    execution = ended(client, arn, END_SECONDS_MAX)
    steps = [f"{number}{step}" for number in range(ROUNDS) for step in ("a-least", "b-most", "c-flaky")]
    assert (execution.status, execution.result) == ("SUCCEEDED", steps), execution

    ledger = file.read_text().splitlines()
    entries = [line.split() for line in ledger]
    begun = [step for what, step, _ in entries if what == "begin"]
    assert begun == sorted(begun), f"a completed step ran again: {ledger}"
    assert {step for what, step, _ in entries if what == "end"} == set(steps), "a step succeeded without its body"

    may_repeat = lost_invocations(client, arn)
    for line, times in Counter(ledger).items():
        if line.startswith("begin"):
            assert times <= (1 if "b-most" in line else 1 + may_repeat), f"{line}: {times} times; {ledger}"
    assert_history_is_whole(client, arn, steps)


def assert_history_is_whole(client: Any, arn: str, steps: list[str]) -> None:
    """Numbered without gaps, and every operation ended exactly once."""
    events = events_with_ids(client, arn)
    assert [event["EventId"] for event in events] == list(range(1, len(events) + 1))
    assert len({event.get("Id") for event in events if event["EventType"] == "WaitSucceeded"}) == ROUNDS
    told = Counter(events_of(client, arn))
    assert (told["ExecutionStarted"], told["ExecutionSucceeded"]) == (1, 1)
    assert sum(count for event, count in told.items() if event.startswith("StepSucceeded")) == len(steps)
    assert sum(count for event, count in told.items() if event.startswith("WaitSucceeded")) == ROUNDS


def lost_invocations(client: Any, arn: str) -> int:
    """Invocations that died with the service."""
    details = [event.get("InvocationCompletedDetails") or {} for event in events_with_ids(client, arn)]
    return sum(bool((detail.get("Error") or {}).get("Payload")) for detail in details)


def events_with_ids(client: Any, arn: str) -> list[dict[str, Any]]:
    pages = client.get_paginator("get_durable_execution_history").paginate(DurableExecutionArn=arn)
    return [event for page in pages for event in page["Events"]]
