"""Plays one requirement: starts the execution, is the world outside, and looks at the end. All of it over HTTP."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import quote
from urllib.request import urlopen

from everstep.core.events import Event, EventType
from everstep.core.machine.delta import Delta
from everstep.core.model import Arn
from everstep.service.app import App
from everstep.service.invokers.http1 import HttpAnswer, HttpClient
from tests.conformance.matching import Json
from tests.conformance.outcome import Outcome
from tests.conformance.requirements import Act, CallbackAction, Requirement

T = TypeVar("T")

EVENTS_MAX = 1000
_PATHS = {Act.SUCCESS: "succeed", Act.FAILURE: "fail", Act.HEARTBEAT: "heartbeat"}


class Watch:
    """Hears of every change. Owns the events so far, and wakes whoever waits for more."""

    def __init__(self) -> None:
        self._events: dict[Arn, list[Event]] = defaultdict(list)
        self._more = asyncio.Event()

    def note(self, delta: Delta) -> None:
        self._events[delta.arn].extend(delta.events)
        self._more.set()
        self._more = asyncio.Event()

    async def until(self, arn: Arn, seen: Callable[[Sequence[Event]], T | None]) -> T:
        """What `seen` makes of the events, once that is not None."""
        while (found := seen(self._events[arn])) is None:
            await self._more.wait()
        return found


class Stage:
    """A service that runs, seen from outside."""

    def __init__(self, app: App, client: HttpClient) -> None:
        self._endpoint = app.endpoint
        self._client = client
        self._watch = Watch()
        app.service.listen(self._watch.note)

    async def play(self, requirement: Requirement) -> Outcome:
        """Run the requirement's handler as the requirement says, to its end or as far as it describes."""
        kind = "Event" if requirement.is_async else "RequestResponse"
        path = f"/2015-03-31/functions/{requirement.function}/invocations"
        begun = await self._post(path, json.dumps(requirement.input).encode(), {"X-Amz-Invocation-Type": kind})
        arn = Arn(begun.headers["x-amz-durable-execution-arn"])
        async with asyncio.TaskGroup() as world:
            for index, action in enumerate(requirement.actions):
                world.create_task(self._act(arn, action, requirement.actions[:index]))
            end = _closing if requirement.result else _all_of(requirement)
            world.create_task(self._watch.until(arn, end))
        return Outcome(
            execution=await self._get(f"/2025-12-01/durable-executions/{quote(arn, safe='')}"),
            events=(await self._get(f"/2025-12-01/durable-executions/{quote(arn, safe='')}/history?MaxItems=1000"))[
                "Events"
            ],
        )

    async def _act(self, arn: Arn, action: CallbackAction, earlier: Sequence[CallbackAction]) -> None:
        """Answer a callback, once it is there and its delay is over.

        A final answer also waits until the invocation that asked has ended: on a busy machine that may take longer
        than the delay, and the histories of the requirements are those of functions that sleep by then.
        """
        nth = sum(before.act.is_final for before in earlier) if action.callback == "*" else 0
        started = await self._watch.until(arn, _callback(action.callback, nth))
        await asyncio.sleep(action.delay_seconds)
        if action.act.is_final:
            await self._watch.until(arn, _invocation_ended_after(started.event_id))
        assert started.callback_id is not None, started
        path = f"/2025-12-01/durable-execution-callbacks/{quote(started.callback_id, safe='')}/{_PATHS[action.act]}"
        await self._post(path, json.dumps(action.payload).encode() if action.has_payload else b"", {})

    async def _post(self, path: str, body: bytes, headers: dict[str, str]) -> HttpAnswer:
        answer = await self._client.post(f"{self._endpoint}{path}", body, headers)
        assert answer.status < 300, (path, answer.status, answer.body)
        return answer

    async def _get(self, path: str) -> Json:
        def read() -> Json:
            with urlopen(f"{self._endpoint}{path}", timeout=30) as answer:
                return json.load(answer)

        return await asyncio.to_thread(read)


_CLOSING = frozenset(
    {
        EventType.EXECUTION_SUCCEEDED,
        EventType.EXECUTION_FAILED,
        EventType.EXECUTION_TIMED_OUT,
        EventType.EXECUTION_STOPPED,
    }
)


def _closing(events: Sequence[Event]) -> Event | None:
    return next((event for event in events if event.type in _CLOSING), None)


def _all_of(requirement: Requirement) -> Callable[[Sequence[Event]], bool | None]:
    """For an execution that nobody waits for to the end: as many events as are expected."""
    last = max(event["EventId"] for event in requirement.history)
    return lambda events: True if len(events) >= last else None


def _callback(name: str, nth: int) -> Callable[[Sequence[Event]], Event | None]:
    """The nth callback of this name that was started; `*` is any name."""

    def find(events: Sequence[Event]) -> Event | None:
        started = [e for e in events if e.type is EventType.CALLBACK_STARTED and name in ("*", e.name)]
        return started[nth] if len(started) > nth else None

    return find


def _invocation_ended_after(event_id: int) -> Callable[[Sequence[Event]], Event | None]:
    def find(events: Sequence[Event]) -> Event | None:
        ended = (e for e in events if e.event_id > event_id and e.type is EventType.INVOCATION_COMPLETED)
        return next(ended, None)

    return find
