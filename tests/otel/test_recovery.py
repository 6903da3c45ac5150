"""Which ends a lost invocation took with it, by what it left behind."""

from datetime import UTC, datetime

from everstep.core.model import Kind, Status
from everstep.otel.recovery import untold
from everstep.sdk.plugins import InvocationStartInfo, OperationInfo


def at(second: int) -> datetime:
    return datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)


def an_operation(name: str, kind: Kind, end: int | None, status: Status = Status.SUCCEEDED) -> OperationInfo:
    ended = None if end is None else at(end)
    return OperationInfo(name, kind, None, name, None, at(0), False, status, end_time=ended)


def names(*known: OperationInfo, updated: tuple[str, ...] = (), is_first: bool = False) -> list[str | None]:
    operations = {operation.operation_id: operation for operation in known}
    info = InvocationStartInfo(
        "r-1",
        "arn:1",
        is_first,
        at(0),
        operations=operations,
        updated_operations={name: operations[name] for name in updated},
    )
    return [operation.name for operation in untold(info)]


CHARGE = an_operation("charge", Kind.STEP, 1)
COOLDOWN = an_operation("cooldown", Kind.WAIT, 5)
LABEL = an_operation("label", Kind.STEP, 6)


def test_an_invocation_that_was_suspended_has_told_everything() -> None:
    assert names(CHARGE, COOLDOWN, updated=("cooldown",)) == []


def test_the_first_invocation_follows_nobody() -> None:
    assert names(an_operation("execution", Kind.EXECUTION, None, Status.STARTED), is_first=True) == []


def test_a_step_whose_delay_is_over_is_news_too() -> None:
    assert names(CHARGE, an_operation("flaky", Kind.STEP, None, Status.READY)) == []


def test_who_follows_without_news_tells_what_ended_since_the_last_news() -> None:
    assert names(CHARGE) == ["charge"]
    assert names(CHARGE, COOLDOWN, LABEL) == ["cooldown", "label"]


def test_a_step_that_was_left_begun_tells_of_a_loss_whatever_happened_meanwhile() -> None:
    begun = an_operation("pack", Kind.STEP, None, Status.STARTED)
    approval = an_operation("approval", Kind.CALLBACK, 7)
    assert names(COOLDOWN, LABEL, begun, approval, updated=("approval",)) == ["cooldown", "label"]
