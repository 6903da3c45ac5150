"""PURE: the ends that a lost invocation took with it.

A plugin hears of an operation's end once, in the invocation that learned of it. When the process dies between the save
and the export, nobody else is told: to the next invocation the operation is history. But a lost invocation leaves
traces. One that was suspended is followed because something happened outside; one that was lost is followed without
news, or leaves a step begun. Then everything that ended since the last news may be untold.

Some of it may have been exported before the death. It has the same ids and times again, so a second copy does no harm.
"""

from datetime import datetime

from everstep.core.model import Kind, Status
from everstep.sdk.plugins.infos import InvocationStartInfo, OperationInfo

_ENDED_OUTSIDE = frozenset({Kind.WAIT, Kind.CALLBACK, Kind.CHAINED_INVOKE})


def untold(info: InvocationStartInfo) -> list[OperationInfo]:
    """Operations whose end was perhaps never told, oldest first; none unless the invocation before was lost."""
    known = [operation for operation in info.operations.values() if operation.operation_type is not Kind.EXECUTION]
    if not _follows_a_loss(info, known):
        return []
    told = set(info.updated_operations)
    ended = [
        (operation.end_time, operation)
        for operation in known
        if operation.end_time is not None and operation.status.is_terminal and operation.operation_id not in told
    ]
    since = _last_news(ended)
    return [operation for end, operation in sorted(ended, key=lambda pair: pair[0]) if since is None or end >= since]


def _follows_a_loss(info: InvocationStartInfo, known: list[OperationInfo]) -> bool:
    if info.is_first_invocation:
        return False
    if any(operation.operation_type is Kind.STEP and operation.status is Status.STARTED for operation in known):
        return True
    is_ready = any(operation.status is Status.READY for operation in known)
    return not info.updated_operations and not is_ready


def _last_news(ended: list[tuple[datetime, OperationInfo]]) -> datetime | None:
    """When the outside last moved; whatever ended before was told by an invocation that came to its end."""
    return max((end for end, operation in ended if operation.operation_type in _ENDED_OUTSIDE), default=None)
