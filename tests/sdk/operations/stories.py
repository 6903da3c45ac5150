"""One story, told by both drivers: the same updates, the same history, the same end.

Branches that run side by side may interleave as they like, so what is compared is what each branch reported, in its
order.
"""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from everstep import DurableFunction, StepContext
from everstep.core.events import Event
from everstep.core.limits import LIMITS, Limits
from everstep.core.model import ErrorObject, ExecutionStatus, Operation, SubType, Update
from tests.sdk.drive.plots import Plot, as_async_def, as_def, like
from tests.sdk.operations.stage import STORY, Outside, Plain, Played, Stage, nobody

__all__ = ["Played", "Stage", "Story", "like", "seven", "told_by_both", "value_of"]

Story: TypeAlias = Generator[Any, Any, Any]
R = TypeVar("R", Update, Event)
_BRANCHES = (SubType.MAP, SubType.PARALLEL)


def seven(step: StepContext) -> int:
    return 7


def told_by_both(
    plot: Plot,
    *,
    event: object = None,
    others: Mapping[str, DurableFunction[Any] | Plain] | None = None,
    outside: Outside = nobody,
    limits: Limits = LIMITS,
) -> Played:
    """Play it four times, `def` and `async def`, near the service and far from it, and compare. The first of them."""
    plays = [
        Stage({**(others or {}), STORY: as_(plot)}, outside=outside, limits=limits, is_local=is_local).play(event)
        for is_local in (True, False)
        for as_ in (as_def, as_async_def)
    ]
    first, *others_told = map(account, plays)
    for other in others_told:
        differences = [f"{what}: {first[what]}\nagainst {other[what]}" for what in first if first[what] != other[what]]
        assert not differences, "\n".join(differences)
    return plays[0]


def account(played: Played) -> Mapping[str, object]:
    """What must not depend on who tells the story."""
    return {
        "updates": by_branch(played.updates, played),
        "events": by_branch(played.events, played),
        "operations": {id_: timeless(operation) for id_, operation in played.operations.items()},
        "end": (played.status, played.value, plain(played.error)),
    }


def value_of(plot: Plot, **options: Any) -> Any:
    """What a story that ends well gives back."""
    played = told_by_both(plot, **options)
    assert played.status is ExecutionStatus.SUCCEEDED, played.error
    return played.value


def by_branch(records: Iterable[R], played: Played) -> dict[str, list[R]]:
    """The records of each sequence of code, without what differs between tellings."""
    found: dict[str, list[R]] = {}
    for record in records:
        if record.id is None:
            continue  # the end of an invocation belongs to nobody's sequence
        parent = played.operations.get(record.parent_id or "")
        is_branch = parent is not None and parent.sub_type in _BRANCHES
        key = record.id if is_branch else record.parent_id or ""
        found.setdefault(key, []).append(_comparable(record))
    return found


def _comparable(record: R) -> R:
    if isinstance(record, Event):
        return replace(record, event_id=0, error=plain(record.error), child_arn=None)
    return replace(record, error=plain(record.error))


def plain(error: ErrorObject | None) -> ErrorObject | None:
    """Without the author's frames, which name another function in each telling."""
    return error and replace(error, stack_trace=None)


def timeless(operation: Operation) -> Operation:
    """Without its place among operations of other branches."""
    return replace(operation, seq=0, moved_in=0, error=plain(operation.error), child_arn=None)
