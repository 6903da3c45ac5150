"""The hot paths, each as a function without arguments that does one unit of work."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.contestants.synthetic import envelope
from everstep import DurableContext, StepContext, durable_execution
from everstep.core.limits import Limits
from everstep.core.machine.commands import BeginInvocation, Checkpoint, Start
from everstep.core.machine.decide import decide, evolve
from everstep.core.machine.delta import Begun, Delta
from everstep.core.machine.state import Execution, Origin
from everstep.core.messages import CheckpointReply, CheckpointRequest, StatePage
from everstep.core.model import Action, Arn, CheckpointToken, Kind, Millis, OperationId, Update
from everstep.core.names import ExecutionName
from everstep.core.wire.envelope import decode_envelope
from everstep.core.wire.requests import decode_checkpoint_request, encode_checkpoint_reply
from everstep.core.wire.text import dump, load
from everstep.service.stores.sqlite import SqliteStore

NOW = Millis(1_750_000_000_000)
QUOTAS_OFF = Limits(operations_max=10**9, written_bytes_max=10**15)
REPLAYED = 100
"""Steps of the invocation that is replayed."""

Work = Callable[[], object]


class Steps:
    """An execution whose function reports one quick step after the other."""

    def __init__(self, name: str = "micro") -> None:
        named = ExecutionName(function="f", name=name, execution_id=f"id-{name}")
        origin = Origin(
            arn=named.arn,
            execution_id=f"id-{name}",
            name=name,
            function="f",
            version="$LATEST",
            function_arn=named.function_arn,
            input="1",
            started_at=NOW,
            timeout_seconds=86_400,
        )
        self.birth = decide(None, Start(origin=origin), NOW, QUOTAS_OFF)
        self._execution: Execution = evolve(None, self.birth)
        self.begun = decide(self._execution, BeginInvocation(number=1, id="i1"), NOW, QUOTAS_OFF)
        self._execution = evolve(self._execution, self.begun)
        assert isinstance(self.begun.response, Begun)
        self._token: CheckpointToken | None = self.begun.response.token
        self._number = 0

    def next(self) -> Delta:
        """Decide on the next checkpoint and take the change in."""
        assert self._token is not None
        self._number += 1
        request = CheckpointRequest(token=self._token, updates=a_quick_step(self._number))
        delta = decide(self._execution, Checkpoint(request=request), NOW, QUOTAS_OFF)
        self._execution = evolve(self._execution, delta)
        assert isinstance(delta.response, CheckpointReply)
        self._token = delta.response.token
        return delta


def a_quick_step(number: int) -> tuple[Update, ...]:
    """Begun and ended in one call."""

    def update(action: Action, payload: str | None) -> Update:
        identity = OperationId(f"step-{number}")
        return Update(id=identity, kind=Kind.STEP, action=action, name="count", sub_type="Step", payload=payload)

    return update(Action.START, None), update(Action.SUCCEED, str(number))


class Agreeable:
    """A service that nobody asks, because everything is replayed."""

    is_local = True

    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        raise AssertionError(f"a replay reported {request.updates}")

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        raise AssertionError("the state has one page")


def count(number: int, _: StepContext) -> int:
    return number


@durable_execution
def many_steps(event: dict[str, int], context: DurableContext) -> int:
    for number in range(event["n"]):
        context.step(partial(count, number), name="count")
    return event["n"]


@contextmanager
def hot_paths(folder: Path) -> Iterator[Mapping[str, Work]]:
    """All of them, by name, set up; the store's file lies in the folder."""
    loop = asyncio.new_event_loop()
    store = loop.run_until_complete(SqliteStore.open(folder / "micro.db"))
    decided, written = Steps(), Steps("written")
    for delta in (written.birth, written.begun):
        loop.run_until_complete(store.commit(delta))
    try:
        yield {
            "decide": decided.next,
            "codec": codec(),
            "replay": replay(),
            "store": lambda: loop.run_until_complete(store.commit(written.next())),
        }
    finally:
        loop.run_until_complete(store.close())
        loop.close()


def codec() -> Work:
    """The body of a checkpoint to records, and the reply to a body."""
    updates = [
        {"Id": "step-1", "Type": "STEP", "SubType": "Step", "Name": "count", "Action": "START"},
        {"Id": "step-1", "Type": "STEP", "SubType": "Step", "Name": "count", "Action": "SUCCEED", "Payload": "1"},
    ]
    body = json.dumps({"CheckpointToken": "dG9rZW4x", "Updates": updates}).encode()
    reply = Steps().next().response
    assert isinstance(reply, CheckpointReply)

    def there_and_back() -> object:
        return decode_checkpoint_request(load(body)), dump(encode_checkpoint_reply(reply)).encode()

    return there_and_back


def replay() -> Work:
    """An invocation whose steps are all known, from its JSON to its end."""
    event = json.dumps(envelope({"n": REPLAYED}, REPLAYED)).encode()
    return lambda: many_steps.invoke(decode_envelope(load(event)), Agreeable())
