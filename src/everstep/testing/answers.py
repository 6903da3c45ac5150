"""Somebody outside who answers callbacks, by their names and without being asked to poll.

    callbacks={
        "approval": {"approved": True},                    a value; it is sent as JSON, a text as it is
        "payment": ConnectionError("card declined"),       a failure
        "scan": (Duration.from_hours(3), "clean"),         an answer that takes its time
        "review": lambda callback: callback.name,          made when it is given; what it returns is any of these
        "vote": in_turn("yes", NO_ANSWER, "no"),           one after the other
    }

An answer is given when the invocation that made the callback is over, never in the middle of it. The same callback is
answered once, by its own name or by that of the `wait_for_callback` around it.
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from everstep.core.machine.commands import CallbackFailure, CallbackSuccess
from everstep.core.model import Arn, CallbackId, ErrorObject, Kind, Millis, Operation, OperationId, Status
from everstep.core.wire.text import as_payload
from everstep.sdk.delays import to_seconds
from everstep.testing.operations import TestedOperation
from everstep.testing.plan import NoAnswer, Plan, Turns, as_error_object

Reply = CallbackSuccess | CallbackFailure


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """An answer that will be given."""

    at: Millis
    number: int
    callback: TestedOperation = field(compare=False)
    rule: Any = field(compare=False)


class Answers:
    """Owns which callbacks are to be answered, when and how."""

    def __init__(self, plan: Plan, delay: Callable[[Operation, Millis], Millis] | None = None) -> None:
        """`delay` says when to answer in the place of what the plan says: (callback, planned moment) -> moment."""
        self._turns = Turns(plan.callbacks)
        self._delay = delay
        self._contexts: dict[tuple[Arn, OperationId], Operation] = {}
        self._seen: set[tuple[Arn, OperationId]] = set()
        self._due: list[Due] = []

    def note(self, arn: Arn, operations: Iterable[Operation]) -> None:
        """Something changed: perhaps there is a new callback."""
        for operation in operations:
            key = arn, operation.id
            if operation.kind is Kind.CONTEXT:
                self._contexts[key] = operation
            is_new = operation.kind is Kind.CALLBACK and operation.status is Status.STARTED and key not in self._seen
            if is_new:
                self._seen.add(key)
                self._plan_answer(arn, operation)

    def next_due(self) -> Millis | None:
        return self._due[0].at if self._due else None

    def take(self) -> tuple[TestedOperation, Reply] | None:
        """The callback whose turn it is, and its answer; None when it gets none after all."""
        return _given(heapq.heappop(self._due))

    def take_of(self, callback_id: CallbackId) -> tuple[TestedOperation, Reply] | None:
        """The same before its time, for this callback."""
        due = next((due for due in self._due if due.callback.callback_id == callback_id), None)
        if due is None:
            return None
        self._due.remove(due)
        heapq.heapify(self._due)
        return _given(due)

    def _plan_answer(self, arn: Arn, callback: Operation) -> None:
        outer = self._contexts.get((arn, callback.parent_id)) if callback.parent_id is not None else None
        outer_name = outer.name if outer is not None and outer.sub_type == "WaitForCallback" else None
        name = next((name for name in (callback.name, outer_name) if name in self._turns), None)
        if name is None:
            return
        rule, at = self._turns.next(name), callback.started_at
        if isinstance(rule, tuple):
            after, rule = rule
            at = Millis(at + to_seconds(after, "after") * 1000)
        if self._delay is not None:
            at = self._delay(callback, at)
        tested = TestedOperation(record=callback, parent_name=outer_name)
        heapq.heappush(self._due, Due(at, len(self._seen), tested, rule))


def _given(due: Due) -> tuple[TestedOperation, Reply] | None:
    reply = _reply(due.rule, due.callback)
    return None if reply is None else (due.callback, reply)


def _reply(rule: Any, callback: TestedOperation) -> Reply | None:
    if callable(rule) and not isinstance(rule, type):
        rule = rule(callback)
    if isinstance(rule, NoAnswer):
        return None
    if isinstance(rule, BaseException | ErrorObject) or (isinstance(rule, type) and issubclass(rule, BaseException)):
        return CallbackFailure(error=as_error_object(rule))
    return CallbackSuccess(payload=as_payload(rule))
