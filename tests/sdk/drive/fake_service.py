"""A service small enough to see through: it saves what it is told, remembers every call, and fails where it is told to.

It keeps the two rules that drivers live by: a token is good for one call, and calls come one at a time.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from everstep.core.messages import (
    CheckpointReply,
    CheckpointRequest,
    Envelope,
    InvocationOutput,
    InvocationStatus,
    StatePage,
)
from everstep.core.model import Action, Arn, CheckpointToken, Kind, Millis, Operation, OperationId, Status, Update
from everstep.core.wire.text import dump
from everstep.errors import CheckpointError
from everstep.sdk.handler import DurableFunction

ARN = Arn("arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST/durable-execution/name/id")
INVOCATIONS_MAX = 20

_AFTER = {
    Action.START: Status.STARTED,
    Action.SUCCEED: Status.SUCCEEDED,
    Action.FAIL: Status.FAILED,
    Action.RETRY: Status.PENDING,
}

Before = Callable[[CheckpointRequest], None]


def nothing(request: CheckpointRequest) -> None:
    """Every call is welcome."""


class FakeService:
    """A DurableClient.

    `before` sees every call and may raise or wait; the first call that tells `revokes` (see `told`) is answered
    without a token; replies and states longer than `page_items` come in pages.
    """

    def __init__(
        self,
        event: object = None,
        *,
        is_local: bool = False,
        before: Before = nothing,
        revokes: str | None = None,
        page_items: int = 1_000_000,
    ) -> None:
        self.is_local = is_local
        self.calls: list[tuple[Update, ...]] = []
        """The updates of each call that was welcome."""
        self.operations: dict[OperationId, Operation] = {}
        self._before = before
        self._revokes = revokes
        self._page_items = page_items
        self._tokens = 0
        self._news: list[OperationId] = []
        self._busy = threading.Lock()
        execution = OperationId("id")
        self.operations[execution] = Operation(
            id=execution, kind=Kind.EXECUTION, status=Status.STARTED, started_at=Millis(0), input=dump(event)
        )

    # ------------------------------------------------------------------ what tests look at
    @property
    def updates(self) -> list[Update]:
        return [update for call in self.calls for update in call]

    @property
    def told(self) -> list[str]:
        """`STEP START charge` and so on, in the order of saving."""
        return list(map(sentence, self.updates))

    @property
    def batches(self) -> list[list[str]]:
        """The same, call by call."""
        return [list(map(sentence, call)) for call in self.calls]

    # ------------------------------------------------------------------ what tests do
    def invoke(self, function: DurableFunction[Any]) -> InvocationOutput:
        operations = tuple(self.operations.values())
        more = len(operations) > self._page_items
        envelope = Envelope(
            arn=ARN,
            token=self._new_token(),
            operations=operations[: self._page_items],
            next_marker=f"from {self._page_items}" if more else None,
        )
        return function.invoke(envelope, self)

    def run(self, function: DurableFunction[Any]) -> InvocationOutput:
        """Invoke until there is an end; between invocations time passes."""
        for _ in range(INVOCATIONS_MAX):
            output = self.invoke(function)
            if output.status is not InvocationStatus.PENDING:
                return output
            self.let_time_pass()
        raise AssertionError(f"no end after {INVOCATIONS_MAX} invocations: {self.told}")

    def let_time_pass(self) -> None:
        """Whatever waits for time has waited long enough."""
        for operation in self.operations.values():
            if operation.due_at is not None:
                status = Status.SUCCEEDED if operation.kind is Kind.WAIT else Status.READY
                self.operations[operation.id] = replace(operation, status=status, due_at=None)
                self._news.append(operation.id)

    # ------------------------------------------------------------------ what drivers do
    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        assert self._busy.acquire(blocking=False), "two calls at once"
        try:
            self._before(request)
            if request.token != self._token:
                raise CheckpointError("Invalid checkpoint token", code="InvalidParameterValueException", status=400)
            self.calls.append(request.updates)
            changed = [*self._news, *(operation.id for operation in map(self._apply, request.updates))]
            self._news.clear()
            if self._revokes in [sentence(update) for update in request.updates]:
                self._revokes = None
                return CheckpointReply(token=None)
            news = tuple(self.operations[operation_id] for operation_id in dict.fromkeys(changed))
            owed = " ".join(operation.id for operation in news[self._page_items :])
            return CheckpointReply(
                token=self._new_token(), operations=news[: self._page_items], next_marker=owed or None
            )
        finally:
            self._busy.release()

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        """A marker is a place in the whole state, or the ids that a reply still owes."""
        assert token == self._token, token
        if not marker.startswith("from "):
            return StatePage(operations=tuple(self.operations[OperationId(id_)] for id_ in marker.split()))
        start, operations = int(marker.removeprefix("from ")), tuple(self.operations.values())
        stop = start + min(self._page_items, max_items)
        more = stop < len(operations)
        return StatePage(operations=operations[start:stop], next_marker=f"from {stop}" if more else None)

    @property
    def _token(self) -> CheckpointToken:
        return CheckpointToken(f"token-{self._tokens}")

    def _new_token(self) -> CheckpointToken:
        self._tokens += 1
        return self._token

    def _apply(self, update: Update) -> Operation:
        before = self.operations.get(update.id) or Operation(
            id=update.id,
            kind=update.kind,
            status=Status.STARTED,
            started_at=Millis(0),
            name=update.name,
            sub_type=update.sub_type,
            parent_id=update.parent_id,
        )
        waits = update.kind is Kind.WAIT or update.action is Action.RETRY
        ends_attempt = update.kind is Kind.STEP and update.action is not Action.START
        after = replace(
            before,
            status=_AFTER[update.action],
            attempt=before.attempt + ends_attempt,
            result=update.payload,
            error=update.error,
            due_at=Millis(0) if waits else None,
        )
        self.operations[update.id] = after
        return after


def sentence(update: Update) -> str:
    return f"{update.kind} {update.action} {update.name or ''}".rstrip()
