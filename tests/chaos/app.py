"""What runs while everything goes wrong. Results follow from the input alone, and every body signs the ledger first."""

import asyncio
import json
import os
import time
from functools import partial
from typing import Any

from everstep import (
    AsyncDurableContext,
    DurableContext,
    RetryStrategyConfig,
    StepConfig,
    StepContext,
    StepSemantics,
    create_retry_strategy,
    durable_execution,
)

PATIENT = create_retry_strategy(RetryStrategyConfig(max_attempts=500, initial_delay=1, backoff_rate=1))
"""Every kill may cost an at-most-once step an attempt."""
AT_MOST_ONCE = StepConfig(retry_strategy=PATIENT, step_semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY)
AT_LEAST_ONCE = StepConfig(retry_strategy=PATIENT)
UNITS_AT_ONCE = 3


@durable_execution
def chain(event: dict[str, Any], context: DurableContext) -> list[str]:
    """Rounds of a step at least once, a step at most once, a step that fails at first, and a wait."""
    arn = context.execution_context.durable_execution_arn
    done: list[str] = []
    for number in range(event["n"]):
        for kind, config in (("least", AT_LEAST_ONCE), ("most", AT_MOST_ONCE), ("flaky", AT_LEAST_ONCE)):
            place = f"{number}-{kind}"
            done.append(context.step(partial(sign, arn, place), name=place, config=config))
        context.wait(1, name=f"{number}-pause")
    return done


@durable_execution
def question(event: dict[str, Any], context: DurableContext) -> dict[str, Any]:
    """Asks the world twice, and waits for its answers."""
    arn = context.execution_context.durable_execution_arn
    answers = [
        context.wait_for_callback(partial(ask, arn, f"{place} submitter"), name=place, retry=PATIENT)
        for place in ("first", "second")
    ]
    return {"n": event["n"], "answers": answers}


@durable_execution
def family(event: dict[str, Any], context: DurableContext) -> int:
    """Calls two other executions, one after the other."""
    return sum(context.invoke("leaf", {"n": event["n"] + number}, name=f"call {number}") for number in range(2))


@durable_execution
def leaf(event: dict[str, Any], context: DurableContext) -> int:
    arn = context.execution_context.durable_execution_arn
    context.step(partial(sign, arn, "leaf"), name="leaf", config=AT_LEAST_ONCE)
    context.wait(1)
    return int(event["n"]) * 2


@durable_execution
def fan(event: dict[str, Any], context: DurableContext) -> list[int]:
    """A map whose units sleep, a few at a time."""
    arn = context.execution_context.durable_execution_arn

    def unit(inner: DurableContext, item: int, index: int, _items: object) -> int:
        inner.step(partial(sign, arn, f"unit {index}"), name=f"unit {index}", config=AT_LEAST_ONCE)
        inner.wait(1, name=f"nap {index}")
        return item

    results = context.map(list(range(event["n"] + 3)), unit, name="fan", max_concurrency=UNITS_AT_ONCE).get_results()
    write("ledger", {"deed": "gathered", "arn": arn, "place": "fan", "inputs": results})
    return results


@durable_execution
async def gathering(event: dict[str, Any], context: AsyncDurableContext) -> list[str]:
    """An `async def` function with branches side by side."""
    arn = context.execution_context.durable_execution_arn

    async def branch(number: int) -> str:
        place = f"branch {number}"
        done = await context.step(partial(sign, arn, place), name=place, config=AT_LEAST_ONCE)
        await context.wait(1 + number % 2, name=f"rest {number}")
        return done

    return list(await asyncio.gather(*(branch(number) for number in range(event["n"] + 1))))


def expected(function: str, n: int) -> Any:
    """What a function gives, whatever happens on the way."""
    match function:
        case "chain":
            return [f"{number}-{kind}" for number in range(n) for kind in ("least", "most", "flaky")]
        case "question":
            return {"n": n, "answers": [ANSWER, ANSWER]}
        case "family":
            return 2 * n + 2 * (n + 1)
        case "fan":
            return list(range(n + 3))
        case "gathering":
            return [f"branch {number}" for number in range(n + 1)]
        case _:
            raise ValueError(function)


FUNCTIONS = ("chain", "question", "family", "fan", "gathering")
ANSWER = "yes, of course"


def sign(arn: str, place: str, step: StepContext) -> str:
    """The body of every step."""
    ran = {"arn": arn, "place": place, "attempt": step.attempt, "at_most_once": place.endswith("-most")}
    write("ledger", {"deed": "ran", **ran})
    time.sleep(0.002)
    if place.endswith("-flaky") and step.attempt == 1:
        raise ConnectionError("nobody is there at first")
    return place


def ask(arn: str, place: str, callback_id: str, _context: object) -> None:
    write("ledger", {"deed": "ran", "arn": arn, "place": place, "attempt": 1})
    write("questions", {"callback_id": callback_id})


def write(file: str, line: dict[str, Any]) -> None:
    """One write at the end of a file, on disk before anything else happens: lines of several processes never mix."""
    handle = os.open(os.path.join(os.environ["EVERSTEP_CHAOS_FOLDER"], file), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(handle, f"{json.dumps(line)}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)
