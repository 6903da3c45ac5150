"""What a change is in tables, and the one way in which it gets there.

`rows_of` is pure and turns a delta into rows while the caller still waits for nothing; `write` runs on the writer's
thread inside its transaction. Everything that can refuse a change is asked before its first row is written, so a
refused change leaves nothing behind and the others of its transaction are not disturbed.
"""

import sqlite3
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from everstep.core.machine.delta import Delta
from everstep.core.machine.state import InvocationPhase, Origin
from everstep.core.model import Arn, Millis
from everstep.core.wire.stored import dump_effect, dump_record
from everstep.service.ports import NameTakenError, StaleVersionError
from everstep.service.stores.sqlite_lines import Listed, Saying, forget_line, listed, write_listed, write_saying


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """What is written once."""

    origin: Origin
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaRows:
    """A delta, ready to be written."""

    arn: Arn
    base_version: int
    birth: Birth | None
    version: int
    status: str
    due_at: Millis | None
    is_live: bool
    head: str
    operations: tuple[tuple[int, str], ...]
    """(seq, record)"""
    events: tuple[tuple[int, str], ...]
    """(event_id, record)"""
    effects: tuple[tuple[str, str], ...]
    """(id, record)"""
    performed: tuple[str, ...]
    listed: Listed
    """What it means for lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """An execution that is forgotten."""

    arn: Arn
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRemoval:
    """An effect that is dropped."""

    id: str


Change: TypeAlias = DeltaRows | Removal | EffectRemoval | Saying


def rows_of(delta: Delta) -> DeltaRows:
    head = delta.head
    return DeltaRows(
        arn=delta.arn,
        base_version=delta.base_version,
        birth=Birth(origin=delta.origin, record=dump_record(delta.origin)) if delta.origin is not None else None,
        version=head.version,
        status=head.status.value,
        due_at=delta.due_at,
        is_live=head.invocation is not None and head.invocation.phase is InvocationPhase.LIVE,
        head=dump_record(head),
        operations=tuple((operation.seq, dump_record(operation)) for operation in delta.operations),
        events=tuple((event.event_id, dump_record(event)) for event in delta.events),
        effects=tuple((effect.id, dump_effect(effect)) for effect in delta.effects),
        performed=delta.performed,
        listed=listed(delta),
    )


def write(connection: sqlite3.Connection, change: Change) -> None:
    """Write the change; raises StaleVersionError or NameTakenError before anything is written."""
    match change:
        case DeltaRows():
            _write_rows(connection, change)
        case Removal(arn=arn, version=version):
            execution, _ = _current(connection, arn, version)
            forget_line(connection, execution)
            connection.execute("DELETE FROM executions WHERE id = ?", (execution,))
            connection.execute("INSERT INTO garbage (execution) VALUES (?)", (execution,))
        case EffectRemoval(id=effect_id):
            connection.execute("DELETE FROM effects WHERE id = ?", (effect_id,))
        case Saying():
            write_saying(connection, change)
        case _:
            assert_never(change)


def _write_rows(connection: sqlite3.Connection, rows: DeltaRows) -> None:
    was = None
    if rows.birth is not None:
        execution = _insert(connection, rows, rows.birth)
    else:
        execution, was = _update(connection, rows)
    write_listed(connection, execution, was, rows.listed)
    connection.executemany(
        "INSERT INTO operations (execution, seq, record) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET record = excluded.record",
        ((execution, seq, record) for seq, record in rows.operations),
    )
    connection.executemany(
        "INSERT INTO events (execution, event_id, record) VALUES (?, ?, ?)",
        ((execution, event_id, record) for event_id, record in rows.events),
    )
    connection.executemany("DELETE FROM effects WHERE id = ?", ((effect_id,) for effect_id in rows.performed))
    # An effect that waits already keeps its place: performing it once is enough.
    connection.executemany("INSERT INTO effects (id, record) VALUES (?, ?) ON CONFLICT DO NOTHING", rows.effects)


_NEXT_NUMBER = (
    "max((SELECT coalesce(max(id), 0) FROM executions), (SELECT coalesce(max(execution), 0) FROM garbage)) + 1"
)
"""Beyond every execution and all garbage: SQLite on its own would give the number of a forgotten newest one again, and
with it rows that are still to be deleted."""


def _current(connection: sqlite3.Connection, arn: Arn, version: int) -> tuple[int, tuple[int, str]]:
    """The number of the execution, when it was started, its status. Raises StaleVersionError for another version."""
    found = connection.execute(
        "SELECT id, started_at, status FROM executions WHERE arn = ? AND version = ?", (arn, version)
    ).fetchone()
    if found is None:
        raise StaleVersionError(f"{arn} is no longer at version {version}")
    execution, started_at, status = found
    return execution, (started_at, status)


def _update(connection: sqlite3.Connection, rows: DeltaRows) -> tuple[int, tuple[int, str]]:
    """The number of the execution; when it was started, and its status before."""
    execution, was = _current(connection, rows.arn, rows.base_version)
    connection.execute(
        "UPDATE executions SET version = ?, status = ?, due_at = ?, is_live = ?, head = ? WHERE id = ?",
        (rows.version, rows.status, rows.due_at, rows.is_live, rows.head, execution),
    )
    return execution, was


def _insert(connection: sqlite3.Connection, rows: DeltaRows, birth: Birth) -> int:
    origin = birth.origin
    if connection.execute("SELECT 1 FROM executions WHERE arn = ?", (rows.arn,)).fetchone() is not None:
        raise StaleVersionError(f"{rows.arn} exists")
    owner = connection.execute(
        "SELECT arn FROM executions WHERE function = ? AND unique_name = ?", (origin.function, origin.unique_name)
    ).fetchone()
    if owner is not None:
        raise NameTakenError(Arn(owner[0]))
    born = (rows.arn, origin.function, origin.version, origin.name, origin.unique_name, origin.started_at)
    standing = (rows.status, rows.version, rows.due_at, rows.is_live, rows.head)
    execution = connection.execute(
        "INSERT INTO executions (id, arn, function, function_version, name, unique_name, started_at,"
        f" status, version, due_at, is_live, head) VALUES ({_NEXT_NUMBER}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*born, *standing),
    ).lastrowid
    assert execution is not None
    connection.execute("INSERT INTO origins (execution, record) VALUES (?, ?)", (execution, birth.record))
    return execution
