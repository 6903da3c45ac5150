"""What a change means for the tables that people look things up in, and how it gets there.

`listed` is pure, like `sqlite_rows.rows_of`; `write_listed` runs in the same transaction as the change itself. A plain
checkpoint costs nothing here: a line changes with the status, a wait when it begins and when it ends.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from everstep.core.machine.delta import Delta
from everstep.core.machine.state import Head, Origin, is_waiting
from everstep.core.model import Arn, Kind, Operation, Status
from everstep.core.wire.attributes import ATTRIBUTES_MAX, attributes_set_by
from everstep.core.wire.stored import dump_record
from everstep.service.catalogue import Said, line_without_waits, short_error


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a delta changes in these tables, its status apart."""

    born: tuple[object, ...] | None
    """The columns of the new line, without its number."""
    standing: tuple[object, ...]
    """status, ended_at, error_type, error_message, operations, invocations: as they are now."""
    waiting: tuple[tuple[int, int | None], ...]
    """(seq, due_at) of operations that wait now."""
    over: tuple[int, ...]
    """seq of operations that waited, and do no longer."""
    attributes: Mapping[str, str | None]
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Log lines, ready to be written."""

    arn: Arn
    records: tuple[str, ...]
    keep: int


def listed(delta: Delta) -> Listed:
    head = delta.head
    return Listed(
        born=_born(delta.origin, head) if delta.origin is not None else None,
        standing=_standing(head),
        waiting=tuple((one.seq, one.due_at) for one in delta.operations if is_waiting(one)),
        over=tuple(one.seq for one in delta.operations if _may_have_waited(one)),
        attributes=attributes_set_by(delta.operations),
        is_closed=head.status.is_closed,
    )


def saying(arn: Arn, said: Iterable[Said], keep: int) -> Saying:
    return Saying(arn=arn, records=tuple(map(dump_record, said)), keep=keep)


def _born(origin: Origin, head: Head) -> tuple[object, ...]:
    line = line_without_waits(origin, head)
    source = (line.source.arn, dump_record(line.source)) if line.source is not None else (None, None)
    return (line.started_at, line.function, line.version, line.name, line.parent, *source)


def _standing(head: Head) -> tuple[object, ...]:
    error = short_error(head)
    told = (error.type, error.message) if error is not None else (None, None)
    return (head.status.value, head.ended_at, *told, head.operations, head.invocations)


def _may_have_waited(operation: Operation) -> bool:
    """Whether a row of `waits` may tell of an operation that does not wait now. A step that went well at once never had
    one, and it is what nearly all changes are about."""
    if is_waiting(operation):
        return False
    match operation.kind:
        case Kind.STEP:
            return operation.attempt > (1 if operation.status.is_terminal else 0)
        case Kind.WAIT | Kind.CALLBACK | Kind.CHAINED_INVOKE:
            return operation.status is not Status.STARTED
        case Kind.CONTEXT | Kind.EXECUTION:
            return False


def write_listed(connection: sqlite3.Connection, execution: int, was: tuple[int, str] | None, rows: Listed) -> None:
    """Write it. `was` is when an older execution was started, and the status that it had."""
    if rows.born is not None:
        connection.execute(
            "INSERT INTO lines (execution, started_at, function, function_version, name, parent, source,"
            " source_record, status, ended_at, error_type, error_message, operations, invocations)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (execution, *rows.born, *rows.standing),
        )
    elif was is not None and was[1] != rows.standing[0]:
        connection.execute(
            "UPDATE lines SET status = ?, ended_at = ?, error_type = ?, error_message = ?, operations = ?,"
            " invocations = ? WHERE started_at = ? AND execution = ?",
            (*rows.standing, was[0], execution),
        )
    if rows.is_closed:
        if was is None or was[1] != rows.standing[0]:
            connection.execute("DELETE FROM waits WHERE execution = ?", (execution,))
    else:
        _write_waits(connection, execution, rows.waiting, rows.over)
    if rows.attributes:
        _write_attributes(connection, execution, rows.attributes)


def _write_waits(
    connection: sqlite3.Connection, execution: int, waiting: Sequence[tuple[int, int | None]], over: Sequence[int]
) -> None:
    if waiting:
        connection.executemany(
            "INSERT INTO waits (execution, seq, due_at) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET due_at = excluded.due_at",
            [(execution, *row) for row in waiting],
        )
    if over:
        connection.executemany("DELETE FROM waits WHERE execution = ? AND seq = ?", [(execution, seq) for seq in over])


def _write_attributes(connection: sqlite3.Connection, execution: int, attributes: Mapping[str, str | None]) -> None:
    for key, value in attributes.items():
        if value is None:
            connection.execute("DELETE FROM attributes WHERE execution = ? AND key = ?", (execution, key))
        else:
            connection.execute(
                "INSERT INTO attributes (execution, key, value) SELECT ?1, ?2, ?3"
                " WHERE (SELECT count(*) FROM attributes WHERE execution = ?1 AND key <> ?2) < ?4"
                " ON CONFLICT DO UPDATE SET value = excluded.value",
                (execution, key, value, ATTRIBUTES_MAX),
            )


def forget_line(connection: sqlite3.Connection, execution: int) -> None:
    """Take the execution out of every list; what else it left is garbage."""
    connection.execute(
        "DELETE FROM lines WHERE execution = ?1 AND started_at = (SELECT started_at FROM executions WHERE id = ?1)",
        (execution,),
    )
    connection.execute("DELETE FROM attributes WHERE execution = ?", (execution,))


def write_saying(connection: sqlite3.Connection, saying: Saying) -> None:
    """Append the lines, and drop the oldest. Nothing happens for an execution that does not exist."""
    found = connection.execute("SELECT id FROM executions WHERE arn = ?", (saying.arn,)).fetchone()
    if found is None:
        return
    execution: int = found[0]
    last = connection.execute("SELECT coalesce(max(number), 0) FROM logs WHERE execution = ?", (execution,)).fetchone()
    first = int(last[0]) + 1
    connection.executemany(
        "INSERT INTO logs (execution, number, record) VALUES (?, ?, ?)",
        [(execution, number, record) for number, record in enumerate(saying.records, first)],
    )
    end = first + len(saying.records) - 1
    connection.execute("DELETE FROM logs WHERE execution = ? AND number <= ?", (execution, end - saying.keep))
