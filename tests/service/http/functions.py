"""Functions without an SDK: each answers an envelope in the way its name says.

| function | what it does |
| --- | --- |
| echo | succeeds with its input |
| broken | fails with a CardDeclined |
| sleeper | waits for an hour, so that its execution stays open |
| silent | does not answer |
| asker | asks the world outside, with an id full of characters that clients encode, and gives the answer back |
| stepper | reports as many steps as its input says, then succeeds |
| plain | is not durable: it gives its payload back |
| plain-broken | is not durable, and raises |
"""

import asyncio
from collections.abc import Sequence

from everstep.core.messages import CheckpointRequest, Envelope, InvocationOutput, InvocationStatus
from everstep.core.model import Action, ErrorObject, Kind, OperationId, Update
from everstep.core.wire.envelope import decode_envelope, encode_output
from everstep.core.wire.text import dump, load
from everstep.service.ports import FunctionAnswer, FunctionCall, FunctionConfig
from everstep.service.service import Service

DECLINED = ErrorObject(type="CardDeclined", message="no money", stack_trace=("line 1",))
SUCCEEDED = InvocationOutput(status=InvocationStatus.SUCCEEDED)
PENDING = InvocationOutput(status=InvocationStatus.PENDING)
AN_HOUR = 3_600
QUESTION = "ask>>>???"
"""An operation id whose base64 holds a plus and a slash, wherever it begins."""


class Known:
    """The functions of the table above, by name."""

    def find(self, name: str) -> FunctionConfig | None:
        if name in ("plain", "plain-broken"):
            return FunctionConfig(name=name, is_durable=False)
        if name in ("echo", "broken", "sleeper", "silent", "asker", "stepper"):
            return FunctionConfig(name=name)
        return None


class Invoker:
    """Calls them, and remembers what they were called with."""

    def __init__(self) -> None:
        self.calls: list[FunctionCall] = []
        self.called = asyncio.Event()
        self.reported = asyncio.Event()
        self.service: Service | None = None
        """Where they report to; set once both exist."""

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        self.calls.append(call)
        self.called.set()
        match call.function:
            case "plain":
                return FunctionAnswer(payload=call.payload)
            case "plain-broken":
                return FunctionAnswer(error=DECLINED)
            case _:
                output = await self._run(call.function, decode_envelope(load(call.payload)))
                return FunctionAnswer(payload=dump(encode_output(output)).encode())

    async def _run(self, function: str, envelope: Envelope) -> InvocationOutput:
        match function:
            case "echo":
                return InvocationOutput(status=InvocationStatus.SUCCEEDED, result=envelope.operations[0].input)
            case "broken":
                return InvocationOutput(status=InvocationStatus.FAILED, error=DECLINED)
            case "sleeper":
                await self._report(envelope, [_update("wait", Kind.WAIT, Action.START, wait_seconds=AN_HOUR)])
                return PENDING
            case "silent":
                await asyncio.Event().wait()
                return PENDING
            case "asker":
                return await self._ask(envelope)
            case "stepper":
                count = int(envelope.operations[0].input or 0)
                await self._report(envelope, [u for n in range(count) for u in _step(f"step-{n}")])
                return SUCCEEDED
            case _:
                raise AssertionError(f"nobody wrote {function}")

    async def _ask(self, envelope: Envelope) -> InvocationOutput:
        answered = next((operation for operation in envelope.operations if operation.kind is Kind.CALLBACK), None)
        if answered is None:
            await self._report(envelope, [_update(QUESTION, Kind.CALLBACK, Action.START)])
            return PENDING
        if answered.error is not None:
            return InvocationOutput(status=InvocationStatus.FAILED, error=answered.error)
        return InvocationOutput(status=InvocationStatus.SUCCEEDED, result=answered.result)

    async def _report(self, envelope: Envelope, updates: Sequence[Update]) -> None:
        assert self.service is not None
        await self.service.checkpoint(envelope.arn, CheckpointRequest(token=envelope.token, updates=tuple(updates)))
        self.reported.set()


def _update(name: str, kind: Kind, action: Action, wait_seconds: int | None = None) -> Update:
    return Update(id=OperationId(name), name=name, kind=kind, action=action, wait_seconds=wait_seconds)


def _step(name: str) -> Sequence[Update]:
    return _update(name, Kind.STEP, Action.START), _update(name, Kind.STEP, Action.SUCCEED)
