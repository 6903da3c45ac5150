"""What a program holds of an execution, and of a callback that waits for its answer."""

from collections.abc import Sequence
from typing import Any, Generic, NoReturn, TypeVar

from everstep.core.events import Event
from everstep.core.machine.commands import CallbackFailure, CallbackHeartbeat, CallbackSuccess, Pause, Resume, Stop
from everstep.core.machine.state import Head
from everstep.core.model import Arn, ErrorObject, ExecutionStatus
from everstep.core.names import parse_arn
from everstep.core.wire.text import as_payload, load
from everstep.engine.errors import (
    ExecutionFailedError,
    ExecutionStoppedError,
    ExecutionTimedOutError,
    NotFoundError,
    refusals_as_errors,
)
from everstep.engine.serving import Serving
from everstep.errors import raise_recorded
from everstep.sdk.replay.failures import error_object
from everstep.service.ports import Summary

T = TypeVar("T")

_FAILURES = {
    ExecutionStatus.TIMED_OUT: ExecutionTimedOutError,
    ExecutionStatus.STOPPED: ExecutionStoppedError,
}


class ExecutionHandle(Generic[T]):
    """One execution; `T` is what its function returns. Making and dropping handles changes nothing.

    Every method raises NotFoundError when the execution is gone, EngineClosedError when the engine is closed.
    """

    def __init__(self, serving: Serving, arn: Arn, *, existing: bool = True) -> None:
        self._serving = serving
        self.arn = arn
        self.existing = existing
        """Whether it was there before it was asked for."""

    def __repr__(self) -> str:
        return f"<execution {self.arn}>"

    @property
    def name(self) -> str:
        parsed = parse_arn(self.arn)
        return parsed.name if parsed is not None else ""

    async def result(self) -> T:
        """Wait for the end: what the function returned, as JSON carries it (a tuple comes as a list).

        Raises ExecutionFailedError, or its ExecutionTimedOutError or ExecutionStoppedError, for every other end.
        Whoever gives up waiting, as with `asyncio.timeout`, leaves the execution as it is.
        """
        return _result_of(await self._serving.until_closed(self.arn))  # type: ignore[no-any-return]  # the function's annotation says what T is

    async def status(self) -> ExecutionStatus:
        return (await self._serving.summary(self.arn)).head.status

    async def history(self) -> Sequence[Event]:
        """Every event so far, oldest first."""
        return await self._serving.history(self.arn)

    async def callback(self, name: str | None = None) -> "CallbackHandle":
        """Its oldest callback that waits for an answer: of this name, or of a `wait_for_callback` of this name.

        Raises NotFoundError where none waits, or not yet.
        """
        callback_id = await self._serving.open_callback(self.arn, name)
        if callback_id is None:
            called = "callback" if name is None else f"callback {name!r}"
            raise NotFoundError(f"no {called} of {self.name} waits for an answer")
        return CallbackHandle(self._serving, callback_id)

    async def stop(self, reason: str | None = None) -> None:
        """End it now, without a result; one that is closed stays as it ended."""
        error = None if reason is None else ErrorObject(message=reason)
        await self._serving.act(self.arn, Stop(error=error))

    async def pause(self) -> None:
        """Do not invoke its function until `resume`; a running one stops at its next checkpoint. Time goes on."""
        await self._serving.act(self.arn, Pause())

    async def resume(self) -> None:
        """Let it go on."""
        await self._serving.act(self.arn, Resume())


class CallbackHandle:
    """A callback that an execution waits for, by the id that the function handed out.

    Every method raises NotFoundError for an id that names nothing, CallbackClosedError when it was answered already or
    its time is over.
    """

    def __init__(self, serving: Serving, callback_id: str) -> None:
        self._serving = serving
        self.id = callback_id

    async def succeed(self, value: Any = None) -> None:
        """Give the answer: text and bytes as they are, every other value as JSON."""
        await self._answer(CallbackSuccess(payload=as_payload(value)))

    async def fail(self, error: BaseException | str) -> None:
        """Report a failure: the function meets a CallbackExternalError."""
        reported = ErrorObject(message=error) if isinstance(error, str) else error_object(error)
        await self._answer(CallbackFailure(error=reported))

    async def heartbeat(self) -> None:
        """Say that somebody is still at work."""
        await self._answer(CallbackHeartbeat())

    async def _answer(self, answer: CallbackSuccess | CallbackFailure | CallbackHeartbeat) -> None:
        with refusals_as_errors():
            await self._serving.house.service.answer_callback(self.id, answer)


def _result_of(summary: Summary) -> Any:
    head = summary.head
    if head.status is not ExecutionStatus.SUCCEEDED:
        _raise_failure(head)
    return load(head.result) if head.result else None


def _raise_failure(head: Head) -> NoReturn:
    error = head.error or ErrorObject(message=f"the execution is {head.status.value}")
    stack = list(error.stack_trace) if error.stack_trace is not None else None
    raise_recorded(_FAILURES.get(head.status, ExecutionFailedError)(error.message, error.type, error.data, stack))
