"""The questions that people ask of a SQLite store. Each answer shows one moment of the file."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from everstep.core.machine.state import Head, Source
from everstep.core.model import Arn, ErrorObject, ExecutionStatus, Millis, Operation
from everstep.core.wire.stored import load_record
from everstep.service.catalogue import (
    WAITS_SHOWN_MAX,
    Bucket,
    FunctionCount,
    Line,
    LinePage,
    Said,
    SaidPage,
    Search,
)
from everstep.service.stores.paging import Place, read_place, write_place

_COLUMNS = (
    "l.started_at, l.execution, arn, l.name, l.function, l.function_version, l.status, l.ended_at, l.error_type,"
    " l.error_message, l.operations, l.invocations, l.parent, l.source_record,"
    # Of an open execution the head is small, and it alone knows the newest figures.
    " CASE WHEN l.status IN ('RUNNING', 'PAUSING', 'PAUSED') THEN e.head END"
)
_Condition = tuple[str, list[str | int]]


def read_lines_of(
    connection: sqlite3.Connection, search: Search, limit: int, after: str | None, oldest_first: bool
) -> LinePage:
    where, values = _where(search, pages=True)
    if after is not None:
        where += f" AND (started_at, execution) {'>' if oldest_first else '<'} (?, ?)"
        values.extend(read_place(after))
    direction = "ASC" if oldest_first else "DESC"
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM (SELECT * FROM lines WHERE {where}"
        f" ORDER BY started_at {direction}, execution {direction} LIMIT ?) AS l"
        " JOIN executions AS e ON e.id = l.execution"
        f" ORDER BY l.started_at {direction}, l.execution {direction}",
        (*values, limit + 1),
    ).fetchall()
    lines = [_line(connection, row) for row in found[:limit]]
    if len(found) <= limit:
        return LinePage(lines=tuple(lines))
    started_at, execution = found[limit - 1][:2]
    return LinePage(lines=tuple(lines), next=write_place(Place(started_at, execution)))


def read_lines(connection: sqlite3.Connection, arns: Sequence[Arn]) -> list[Line]:
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM executions AS e JOIN lines AS l ON l.execution = e.id AND l.started_at = e.started_at"
        f" WHERE arn IN ({', '.join('?' * len(arns))})",
        tuple(arns),
    ).fetchall()
    return [_line(connection, row) for row in found]


def read_counts(connection: sqlite3.Connection, search: Search) -> Mapping[ExecutionStatus, int]:
    where, values = _where(search, pages=False)
    # The index of statuses has all that is counted, unless something is asked that only the lines know: then walking
    # them in their own order (said by the plus) spares a look-up for each.
    group = "status" if _is_indexed(search) else "+status"
    found = connection.execute(f"SELECT status, count(*) FROM lines WHERE {where} GROUP BY {group}", values)
    return {ExecutionStatus(status): count for status, count in found}


def read_span(connection: sqlite3.Connection, search: Search) -> tuple[Millis, Millis] | None:
    where, values = _where(search, pages=True)
    ends = [
        connection.execute(
            f"SELECT started_at FROM lines WHERE {where} ORDER BY started_at {direction} LIMIT 1", values
        ).fetchone()
        for direction in ("ASC", "DESC")
    ]
    return (Millis(ends[0][0]), Millis(ends[1][0])) if ends[0] is not None and ends[1] is not None else None


def read_histogram(
    connection: sqlite3.Connection, search: Search, start: Millis, width_ms: int, buckets: int
) -> list[Bucket]:
    if _is_indexed(search):
        return _counted_buckets(connection, search, start, width_ms, buckets)
    where, values = _where(search, pages=False)
    found = connection.execute(
        f"SELECT (started_at - ?) / ? AS number, status, count(*) FROM lines WHERE {where}"
        " AND started_at >= ? AND started_at < ? GROUP BY number, status ORDER BY number, status",
        (start, width_ms, *values, start, start + width_ms * buckets),
    )
    return _buckets(found)


def _counted_buckets(
    connection: sqlite3.Connection, search: Search, start: Millis, width_ms: int, buckets: int
) -> list[Bucket]:
    """Each bucket of each status is one stretch of an index, and counting a stretch costs a tenth of sorting it."""
    where, values = _where(replace(search, statuses=frozenset()), pages=False)
    statuses = sorted(status.value for status in search.statuses or ExecutionStatus)
    found = connection.execute(
        "WITH RECURSIVE numbers (number) AS (VALUES (0) UNION ALL SELECT number + 1 FROM numbers WHERE number + 1 < ?),"
        f" wanted (state) AS (VALUES {', '.join(['(?)'] * len(statuses))}),"
        " counted AS MATERIALIZED (SELECT number, state, (SELECT count(*) FROM lines"
        f" WHERE {where} AND status = state AND started_at >= ? + number * ? AND started_at < ? + (number + 1) * ?)"
        " AS count FROM numbers CROSS JOIN wanted)"
        " SELECT number, state, count FROM counted WHERE count > 0 ORDER BY number, state",
        (buckets, *statuses, *values, start, width_ms, start, width_ms),
    )
    return _buckets(found)


def _buckets(found: Iterable[tuple[int, str, int]]) -> list[Bucket]:
    return [Bucket(number=number, status=ExecutionStatus(status), count=count) for number, status, count in found]


def _is_indexed(search: Search) -> bool:
    """Whether the indexes of statuses know everything that is asked."""
    asked = (search.version, search.name, search.error, search.attributes, search.parent, search.source)
    return not any(asked)


def read_by_function(connection: sqlite3.Connection) -> list[FunctionCount]:
    found = connection.execute(
        "SELECT function, status, count(*), max(started_at) FROM lines GROUP BY function, status"
    )
    return [
        FunctionCount(function=function, status=ExecutionStatus(status), count=count, last_started_at=Millis(last))
        for function, status, count, last in found
    ]


def read_last_number(connection: sqlite3.Connection, arn: Arn) -> int:
    found = connection.execute(
        "SELECT max(number) FROM logs WHERE execution = (SELECT id FROM executions WHERE arn = ?)", (arn,)
    ).fetchone()
    return int(found[0] or 0)


def read_said(connection: sqlite3.Connection, arn: Arn, limit: int, after: int, operation_id: str | None) -> SaidPage:
    of = "execution = (SELECT id FROM executions WHERE arn = ?)"
    first = connection.execute(f"SELECT min(number) FROM logs WHERE {of}", (arn,)).fetchone()[0]
    about, values = "", [arn, after]
    if operation_id is not None:
        about = " AND json_extract(record, '$.operation_id') = ?"
        values.append(operation_id)
    found = connection.execute(
        f"SELECT number, record FROM logs WHERE {of} AND number > ?{about} ORDER BY number LIMIT ?", (*values, limit)
    )
    said = tuple((number, load_record(Said, record)) for number, record in found)
    return SaidPage(said=said, dropped=(first or 1) - 1)


def _where(search: Search, *, pages: bool) -> tuple[str, list[str | int]]:
    """The conditions as one clause, and the values of its question marks. `pages`: the lines come in their order."""
    conditions: list[_Condition | None] = [
        _statuses(search.statuses, pages=pages),
        _equal("function", search.function),
        _equal("function_version", search.version),
        _equal("parent", search.parent),
        _equal("source", search.source),
        _like(search.name, "name"),
        _like(search.error, "error_type", "error_message"),
        _compared("started_at > ?", search.started_after),
        _compared("started_at < ?", search.started_before),
        *(_attribute(key, value) for key, value in search.attributes),
    ]
    asked = [condition for condition in conditions if condition is not None]
    clauses = [clause for clause, _ in asked]
    return " AND ".join(clauses) or "TRUE", [value for _, values in asked for value in values]


def _statuses(statuses: frozenset[ExecutionStatus], *, pages: bool) -> _Condition | None:
    if not statuses:
        return None
    # The index gives the lines of one status in their order. Of several it would have to sort them all for a single
    # page, so that (said by the plus) they are picked from the list itself.
    column = "+status" if pages and len(statuses) > 1 else "status"
    return f"{column} IN ({', '.join('?' * len(statuses))})", [*sorted(status.value for status in statuses)]


def _equal(column: str, value: str | None) -> _Condition | None:
    return _compared(f"{column} = ?", value)


def _compared(clause: str, value: str | int | None) -> _Condition | None:
    return None if value is None else (clause, [value])


def _like(part: str | None, *columns: str) -> _Condition | None:
    if not part:
        return None
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    clause = " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in columns)
    if len(columns) > 1:  # the words of the partial index, by which it is known to do
        clause = f"({' OR '.join(f'{column} IS NOT NULL' for column in columns)}) AND ({clause})"
    return clause, [f"%{escaped}%"] * len(columns)


def _attribute(key: str, value: str | None) -> _Condition:
    if value is None:
        return "execution IN (SELECT execution FROM attributes WHERE key = ?)", [key]
    return "execution IN (SELECT execution FROM attributes WHERE key = ? AND value = ?)", [key, value]


def _line(connection: sqlite3.Connection, row: tuple[object, ...]) -> Line:
    (
        started_at, execution, arn, name, function, version, status, ended_at, error_type, error_message,
        operations, invocations, parent, source, head_record,
    ) = row  # fmt: skip
    head = load_record(Head, str(head_record)) if head_record is not None else None
    has_error = error_type is not None or error_message is not None
    waits, first_waits = _waits(connection, execution) if head is not None else (0, ())
    found = connection.execute("SELECT key, value FROM attributes WHERE execution = ? ORDER BY key", (execution,))
    return Line(
        arn=Arn(str(arn)),
        name=str(name),
        function=str(function),
        version=str(version),
        status=ExecutionStatus(str(status)),
        started_at=_moment(started_at),
        ended_at=_moment(ended_at) if ended_at is not None else None,
        operations=head.operations if head is not None else _number(operations),
        invocations=head.invocations if head is not None else _number(invocations),
        error=ErrorObject(type=_text(error_type), message=_text(error_message)) if has_error else None,
        parent=Arn(str(parent)) if parent is not None else None,
        source=load_record(Source, str(source)) if source is not None else None,
        retry_at=head.invoke_at if head is not None else None,
        waits=waits,
        first_waits=first_waits,
        attributes=dict(found.fetchall()),
    )


def _waits(connection: sqlite3.Connection, execution: object) -> tuple[int, tuple[Operation, ...]]:
    found = connection.execute(
        "SELECT o.record, count(*) OVER () FROM waits AS w"
        " JOIN operations AS o ON o.execution = w.execution AND o.seq = w.seq"
        " WHERE w.execution = ? ORDER BY w.due_at IS NULL, w.due_at, w.seq LIMIT ?",
        (execution, WAITS_SHOWN_MAX),
    ).fetchall()
    return (found[0][1] if found else 0), tuple(load_record(Operation, record) for record, _ in found)


def _number(value: object) -> int:
    assert isinstance(value, int), value
    return value


def _moment(value: object) -> Millis:
    return Millis(_number(value))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
