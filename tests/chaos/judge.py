"""From what is left of a run to the record that `tests.invariants` judges."""

import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from everstep.cli.api import Api
from everstep.core.refusal import Refused
from everstep.core.wire.requests import decode_checkpoint_reply, decode_checkpoint_request
from tests.chaos import app
from tests.chaos.clients import Crowd
from tests.chaos.storm import CLOCK_STEP_MS_MAX, Storm
from tests.chaos.wire import Exchange
from tests.invariants.record import BodyRan, Deed, Gathered, Record, Saved, Story, story_from_json

CHECKPOINT = "/checkpoint"
LATENESS_MS_MAX = 15_000
SPENT = ("Runtime.", "Sandbox.", "Service.")
"""Errors of an execution whose function was killed more often in a row than Lambda tries again."""


def record_of(endpoint: str, folder: Path, crowd: Crowd, exchanges: Iterable[Exchange], storm: Storm) -> Record:
    """Everything that is known of the run; the service must still answer."""
    stories = {story.arn: story for story in _stories(Api(endpoint))}
    given_up = given_up_in(stories.values())
    return Record(
        calls=tuple(sorted([*crowd.calls, *_saves(exchanges)], key=lambda call: call.sent_at)),
        stories=stories,
        deeds=tuple(_deeds(folder)),
        expected={arn: result for arn, result in crowd.expected.items() if arn not in given_up},
        concurrency={"fan": app.UNITS_AT_ONCE},
        troubles=tuple(storm.troubles),
        lateness_ms_max=LATENESS_MS_MAX,
        skew_ms_max=2 * CLOCK_STEP_MS_MAX,
        ledger_is_whole=True,
    )


def given_up_in(stories: Iterable[Story]) -> dict[str, str]:
    """Executions that failed because too many of their invocations died, one after the other, and of what.

    That is as documented. One that called such an execution fails with it.
    """
    failed = [story for story in stories if story.status == "FAILED"]
    spent = {s.arn: _type_of(s) for s in failed if _type_of(s).startswith(SPENT)}
    callers = {s.arn: "its child" for s in failed if any(event.child_arn in spent for event in s.events)}
    return callers | spent


def acknowledged_at(record: Record) -> list[int]:
    """When checkpoints were acknowledged, in order."""
    return sorted(call.heard_at or 0 for call in record.calls if isinstance(call, Saved) and call.is_accepted)


def longest_pause(moments: list[int]) -> tuple[int, int]:
    """The longest time without an acknowledged checkpoint: its begin and its end."""
    return max(pairwise(moments), key=lambda pair: pair[1] - pair[0], default=(0, 0))


def _type_of(story: Story) -> str:
    ends = (event.error.type for event in reversed(story.events) if event.error is not None)
    return next(ends, None) or ""


def _stories(api: Api) -> Iterator[Story]:
    for line in api.executions(limit=1_000_000):
        arn = str(line["DurableExecutionArn"])
        execution: Any = api.get(arn)
        yield story_from_json(arn, execution, list(api.history(arn)))


def _saves(exchanges: Iterable[Exchange]) -> Iterator[Saved]:
    for exchange in exchanges:
        if not exchange.path.endswith(CHECKPOINT):
            continue
        try:
            request = decode_checkpoint_request(json.loads(exchange.body))
        except Refused:
            continue
        is_yes = exchange.status == 200
        answer = json.loads(exchange.answer) if exchange.answer else {}
        yield Saved(
            sent_at=exchange.sent_at,
            heard_at=exchange.heard_at,
            code=None if is_yes else exchange.headers.get("x-amzn-errortype", str(exchange.status)),
            refusal=None if is_yes else answer.get("message") or answer.get("Message"),
            arn=unquote(exchange.path.removesuffix(CHECKPOINT).rpartition("/durable-executions/")[2]),
            token=request.token,
            client_token=request.client_token,
            updates=tuple(request.updates),
            next_token=decode_checkpoint_reply(answer).token if is_yes else None,
        )


def _deeds(folder: Path) -> Iterator[Deed]:
    for line in (folder / "ledger").read_text().splitlines():
        deed = json.loads(line)
        if deed.pop("deed") == "ran":
            yield BodyRan(**deed)
        else:
            yield Gathered(**{**deed, "inputs": tuple(deed["inputs"])})
