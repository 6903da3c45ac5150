"""What is wrong with a run, by itself or beside the undisturbed one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from everstep.core.events import EventType
from everstep.core.machine.state import Execution
from everstep.core.model import Status
from everstep.drawing.wording import error_line, line
from everstep.sdk.handler import DurableFunction
from everstep.testing.faults import Fault, Tape
from everstep.testing.ledger import Entry, once_per_key
from everstep.testing.onlooker import is_asked_for_by_the_handler, label_of
from everstep.testing.replay import Recorded, replay
from everstep.testing.result import DurableFunctionTestResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, from its beginning to its end."""

    result: DurableFunctionTestResult
    execution: Execution
    entries: tuple[Entry, ...]
    complaint: str | None = None
    """What the test's own check says."""

    @property
    def outcome(self) -> tuple[object, ...]:
        """What must be the same in every run."""
        error = self.result.error
        return (
            self.result.execution_status,
            self.result.result,
            None if error is None else (error.type, error.message),
        )

    @property
    def was_interrupted(self) -> bool:
        """Whether an at-most-once step was cut off: then nobody knows whether it took effect, and all may differ."""
        return any(
            event.type is EventType.STEP_FAILED
            and event.error is not None
            and (event.error.type or "").endswith("StepInterruptedError")
            for event in self.result.events
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong."""

    reason: str
    fault: str = ""
    """What went wrong around the workflow; empty for a mistake that shows by itself."""
    run: Run | None = field(default=None, compare=False, repr=False)
    details: str = ""

    def __str__(self) -> str:
        return f"when {self.fault}, {self.reason}" if self.fault else self.reason


def alone(run: Run, tape: Tape, function: DurableFunction[Any]) -> list[Finding]:
    """What is wrong with an undisturbed run by itself."""
    reasons = [
        f"the effect {entry.what!r} happens outside a step, so every replay repeats it"
        for entry in {entry.what: entry for entry in run.entries if entry.operation_id is None}.values()
    ]
    reasons += _repeated_by_attempts(run.entries)
    if run.result.arn in tape.swallowed:
        reasons.append(
            "the handler catches the end of its invocation and goes on; let SuspendExecution (and CancelledError) "
            "pass: catch Exception, not BaseException"
        )
    reasons += _never_awaited(run, tape)
    reasons += _not_repeatable(run, function)
    if run.complaint is not None:
        reasons.append(f"the check says: {run.complaint}")
    return [Finding(reason=reason) for reason in reasons]


def against(
    calm: Run, disturbed: Run, fault: Fault, *, is_settled: bool, function: DurableFunction[Any]
) -> list[Finding]:
    """What is wrong with a disturbed run. `is_settled`: two undisturbed runs have the same result."""
    was_interrupted = disturbed.was_interrupted and not calm.was_interrupted
    reasons = list(_effects_differ(calm.entries, disturbed.entries, only_more=was_interrupted))
    if not was_interrupted:
        reasons += _outcome_differs(calm, disturbed, with_result=is_settled and not fault.changes_time)
    reasons += _not_repeatable(disturbed, function)
    if disturbed.complaint is not None:
        reasons.append(f"the check says: {disturbed.complaint}")
    return [Finding(reason=reason, fault=fault.text, run=disturbed) for reason in reasons[:1]]


def _outcome_differs(calm: Run, disturbed: Run, *, with_result: bool) -> list[str]:
    before, after = calm.result, disturbed.result
    if before.execution_status is not after.execution_status:
        error = error_line(after.error)
        return [f"it ends as {after.execution_status.value}{': ' + error if error else ''}"]
    if with_result and calm.outcome != disturbed.outcome:
        return [f"it ends with {_end(after)}, undisturbed with {_end(before)}"]
    return []


def _end(result: DurableFunctionTestResult) -> str:
    return error_line(result.error) or line(result.result or "nothing", 200)


def _effects_differ(calm: Sequence[Entry], disturbed: Sequence[Entry], *, only_more: bool) -> list[str]:
    before, after = _counted(calm), _counted(disturbed)
    reasons = []
    for effect in (*before, *(after.keys() - before.keys())):
        what, operation = effect
        if after[effect] > before[effect] and not (only_more and not before[effect]):
            times = f"{after[effect]} times instead of {before[effect] or 'never'}"
            remedy = "give it an idempotency key, or make the step at-most-once without retries"
            reasons.append(f"the effect {what!r} of {operation} happens {times}; {remedy}")
        elif after[effect] < before[effect] and not only_more:
            times = "never" if not after[effect] else f"only {after[effect]} times"
            reasons.append(f"the effect {what!r} of {operation} happens {times} instead of {before[effect]} times")
    return reasons


def _counted(entries: Sequence[Entry]) -> Counter[tuple[str, str]]:
    """Effects as the world outside sees them, except those outside steps, which are a finding of their own."""
    seen = [entry for entry in once_per_key(list(entries)) if entry.operation_id is not None]
    counts = Counter((entry.what, entry.operation) for entry in seen if not entry.may_repeat)
    counts.update({(entry.what, entry.operation) for entry in seen if entry.may_repeat})
    return counts


def _repeated_by_attempts(entries: Sequence[Entry]) -> list[str]:
    """Effects that a failed attempt left behind and the next one repeats."""
    attempts: dict[tuple[str | None, str], set[int]] = {}
    for entry in once_per_key(list(entries)):
        if entry.operation_id is not None and not entry.may_repeat:
            attempts.setdefault((entry.operation_id, entry.what), set()).add(entry.attempt)
    names = {entry.operation_id: entry.operation for entry in entries}
    return [
        f"the effect {what!r} of {names[operation_id]} happens again with each retry "
        f"(attempts {', '.join(map(str, sorted(seen)))}); give it an idempotency key, or a step of its own"
        for (operation_id, what), seen in attempts.items()
        if len(seen) > 1
    ]


def _never_awaited(run: Run, tape: Tape) -> list[str]:
    """Steps of the handler's own that it began and did not wait for."""
    if run.result.error is not None:
        return []
    reasons = []
    for (arn, operation_id), identity in tape.asked_for.items():
        if arn != run.result.arn or not is_asked_for_by_the_handler(identity):
            continue
        known = run.execution.operations.get(operation_id)
        if known is None or known.status in (Status.STARTED, Status.READY, Status.PENDING):
            reasons.append(f"{label_of(identity)} was begun and never awaited, so the end of the handler cuts it off")
    return reasons


def _not_repeatable(run: Run, function: DurableFunction[Any]) -> list[str]:
    """Whether replaying the finished execution gives what it gave."""
    if run.was_interrupted:
        return []
    found = replay(function, recorded_of(run.execution))
    if found is None:
        return []
    return [f"a replay of the finished execution differs: {found}"]


def recorded_of(execution: Execution) -> Recorded:
    """An execution of a test world as a record."""
    return Recorded(
        arn=execution.arn,
        status=execution.head.status,
        started_at=execution.origin.started_at,
        input=execution.origin.input,
        result=execution.head.result,
        error=execution.head.error,
        operations=tuple(execution.operations),
    )
