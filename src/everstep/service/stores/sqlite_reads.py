"""The questions that a store answers, as SQL on the reading connection. Each answer shows one moment of the file."""

import sqlite3
from collections.abc import Sequence

from everstep.core.events import Event
from everstep.core.machine.delta import Effect
from everstep.core.machine.state import Execution, Head, Origin, restore
from everstep.core.model import Arn, Millis, Operation
from everstep.core.wire.stored import load_effect, load_record
from everstep.service.ports import ListQuery, Summary, SummaryPage
from everstep.service.stores.paging import Place, page_of, read_place


def read_execution(connection: sqlite3.Connection, arn: Arn) -> Execution | None:
    # One transaction, because a head and operations of two different versions would be an execution that never was.
    connection.execute("BEGIN")
    try:
        summary = read_summary(connection, arn)
        if summary is None:
            return None
        records = connection.execute(
            "SELECT record FROM operations WHERE execution = (SELECT id FROM executions WHERE arn = ?) ORDER BY seq",
            (arn,),
        ).fetchall()
    finally:
        connection.rollback()  # Nothing was changed; unlike COMMIT it also ends a transaction that an error has ended.
    return restore(summary.origin, summary.head, [load_record(Operation, record) for (record,) in records])


def read_summary(connection: sqlite3.Connection, arn: Arn) -> Summary | None:
    found = connection.execute(
        "SELECT origins.record, head FROM executions JOIN origins ON execution = id WHERE arn = ?", (arn,)
    ).fetchone()
    return _summary(*found) if found is not None else None


def read_events(
    connection: sqlite3.Connection, arn: Arn, limit: int, after: int | None, newest_first: bool
) -> Sequence[Event]:
    beyond, direction = ("<", "DESC") if newest_first else (">", "ASC")
    clauses = ["execution = (SELECT id FROM executions WHERE arn = ?)"]
    values: list[str | int] = [arn]
    if after is not None:
        clauses.append(f"event_id {beyond} ?")
        values.append(after)
    found = connection.execute(
        f"SELECT record FROM events WHERE {' AND '.join(clauses)} ORDER BY event_id {direction} LIMIT ?",
        (*values, limit),
    )
    return [load_record(Event, record) for (record,) in found]


def read_list(connection: sqlite3.Connection, query: ListQuery) -> SummaryPage:
    clauses, values = _conditions(query)
    direction = "ASC" if query.oldest_first else "DESC"
    found = connection.execute(
        "SELECT started_at, id, origins.record, head FROM executions JOIN origins ON execution = id"
        f" WHERE {' AND '.join(clauses) or 'TRUE'} ORDER BY started_at {direction}, id {direction} LIMIT ?",
        (*values, query.limit + 1),
    )
    lines = [(Place(started_at, number), _summary(origin, head)) for started_at, number, origin, head in found]
    return page_of(lines, query.limit)


def _conditions(query: ListQuery) -> tuple[list[str], list[str | int]]:
    """What the query asks for, as clauses and the values of their question marks."""
    wanted: list[tuple[str, str | int | None]] = [
        ("function = ?", query.function),
        ("function_version = ?", query.version),
        ("name = ?", query.name),
        ("started_at > ?", query.started_after),
        ("started_at < ?", query.started_before),
    ]
    clauses = [clause for clause, value in wanted if value is not None]
    values = [value for _, value in wanted if value is not None]
    if query.statuses:
        clauses.append(f"status IN ({', '.join('?' * len(query.statuses))})")
        values.extend(status.value for status in query.statuses)
    if query.after is not None:
        clauses.append(f"(started_at, id) {'>' if query.oldest_first else '<'} (?, ?)")
        values.extend(read_place(query.after))
    return clauses, values


def read_due(connection: sqlite3.Connection, now: Millis, limit: int) -> Sequence[Arn]:
    found = connection.execute("SELECT arn FROM executions WHERE due_at <= ? ORDER BY due_at, id LIMIT ?", (now, limit))
    return [Arn(arn) for (arn,) in found]


def read_next_due(connection: sqlite3.Connection) -> Millis | None:
    found = connection.execute(
        "SELECT due_at FROM executions WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1"
    ).fetchone()
    return Millis(found[0]) if found is not None else None


def read_effects(connection: sqlite3.Connection, limit: int) -> Sequence[Effect]:
    found = connection.execute("SELECT record FROM effects ORDER BY seq LIMIT ?", (limit,))
    return [load_effect(record) for (record,) in found]


def read_live(connection: sqlite3.Connection, limit: int) -> Sequence[Arn]:
    found = connection.execute("SELECT arn FROM executions WHERE is_live = 1 ORDER BY id LIMIT ?", (limit,))
    return [Arn(arn) for (arn,) in found]


def _summary(origin: str, head: str) -> Summary:
    return Summary(origin=load_record(Origin, origin), head=load_record(Head, head))
