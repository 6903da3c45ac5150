"""One run of the author's code, told at its beginning and once at its end."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from everstep.core.model import ErrorObject, Status
from everstep.errors import InvocationError
from everstep.sdk.drive.bodies import is_awaitable
from everstep.sdk.plugins.audience import Audience
from everstep.sdk.plugins.infos import (
    OperationEndInfo,
    UserFunctionEndInfo,
    UserFunctionOutcome,
    UserFunctionStartInfo,
)
from everstep.sdk.plugins.plugin import DurableInstrumentationPlugin as Plugin
from everstep.sdk.replay.failures import error_object
from everstep.sdk.replay.journal import Identity


class Run:
    """Owns what is told of one run."""

    def __init__(
        self, audience: Audience, identity: Identity, *, attempt: int | None, replays_children: bool = False
    ) -> None:
        self._audience = audience
        self._replays_children = replays_children
        self._facts: dict[str, Any] = {
            "operation_id": identity.id,
            "operation_type": identity.kind,
            "sub_type": str(identity.sub_type),
            "name": identity.name,
            "parent_id": identity.parent_id,
            "is_replayed": False,
        }
        self._attempt = attempt
        self._is_open = False

    def call(self, body: Callable[[], object]) -> object:
        """Run the body; what it returns, or an awaitable of that if the body is asynchronous."""
        self.begin()
        try:
            value = body()
        except BaseException as error:
            self.end(error)
            raise
        if is_awaitable(value):
            return self._settle(value)
        self.end()
        return value

    async def _settle(self, awaitable: Awaitable[object]) -> object:
        try:
            value = await awaitable
        except BaseException as error:
            self.end(error)
            raise
        self.end()
        return value

    def begin(self) -> None:
        self._is_open = True
        self._facts["start_time"] = now()
        info = UserFunctionStartInfo(
            **self._facts,
            status=Status.STARTED,
            attempt=self._attempt,
            is_replay_children=self._replays_children,
        )
        self._audience.tell(Plugin.on_user_function_start, info)

    def end(self, error: BaseException | None = None) -> None:
        """What is no Exception cuts the run off: a suspension, a cancellation, the end of the process."""
        if not self._is_open:
            return
        self._is_open = False
        outcome = UserFunctionOutcome.INCOMPLETE
        if error is None:
            outcome = UserFunctionOutcome.SUCCEEDED
        elif isinstance(error, Exception):
            outcome = UserFunctionOutcome.FAILED
        info = UserFunctionEndInfo(
            **self._facts,
            status=Status.STARTED,
            end_time=now(),
            error=_record(error),
            attempt=self._attempt,
            is_replay_children=self._replays_children,
            outcome=outcome,
        )
        self._audience.tell(Plugin.on_user_function_end, info)

    def end_operation(self, error: BaseException | None = None) -> None:
        """Tell the end of a context that saves none, whose end nobody else will hear of.

        Its error is no end if it breaks off the invocation.
        """
        if error is not None and (not isinstance(error, Exception) or isinstance(error, InvocationError)):
            return
        info = OperationEndInfo(
            **{**self._facts, "is_replayed": self._replays_children},
            status=Status.SUCCEEDED if error is None else Status.FAILED,
            end_time=now(),
            error=_record(error),
        )
        self._audience.tell(Plugin.on_operation_end, info)


def _record(error: BaseException | None) -> ErrorObject | None:
    return error_object(error) if isinstance(error, Exception) else None


def now() -> datetime:
    return datetime.now(UTC)
