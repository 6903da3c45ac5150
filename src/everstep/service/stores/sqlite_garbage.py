"""Forgetting without holding anybody up.

An execution that is forgotten disappears at once: its row goes, with it its ARN and its claim to a name, and its
number is noted as garbage. What else it has written, perhaps hundreds of megabytes, is deleted afterwards in slices so
short that a checkpoint which arrives in the middle of one does not notice.

    forget: DELETE executions, INSERT garbage | sweep sweep sweep …: DELETE a few rows | DELETE garbage

Rule: a number is not given to another execution before its garbage is gone (`sqlite_rows` sees to that).
"""

import sqlite3
import time
from collections.abc import Callable

SLICE_SECONDS = 0.002
"""How long a slice goes on; a checkpoint in its way waits this long, and for one fsync."""
ROWS_AT_ONCE = 16
"""Rows between two looks at the clock. A row can be a quarter of a megabyte, whose pages are freed one by one."""

ROWS = {"operations": "seq", "events": "event_id", "waits": "seq", "logs": "number"}
"""Tables with many rows of an execution, and the column that numbers them."""


def is_garbage_left(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM garbage LIMIT 1").fetchone() is not None


def sweep(connection: sqlite3.Connection, clock: Callable[[], float] = time.monotonic) -> bool:
    """Delete one slice of garbage in a transaction of its own; whether there is more."""
    until = clock() + SLICE_SECONDS
    connection.execute("BEGIN IMMEDIATE")
    try:
        while _delete_some(connection) and clock() < until:
            pass
        is_left = is_garbage_left(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
    return is_left


def _delete_some(connection: sqlite3.Connection) -> bool:
    """Delete up to ROWS_AT_ONCE rows of the oldest garbage; whether there was any."""
    found = connection.execute("SELECT execution FROM garbage LIMIT 1").fetchone()
    if found is None:
        return False
    execution: int = found[0]
    for table, number in ROWS.items():
        deleted = connection.execute(
            f"DELETE FROM {table} WHERE execution = ? AND {number} IN"
            f" (SELECT {number} FROM {table} WHERE execution = ? LIMIT ?)",
            (execution, execution, ROWS_AT_ONCE),
        )
        if deleted.rowcount > 0:
            return True
    connection.execute("DELETE FROM origins WHERE execution = ?", (execution,))
    connection.execute("DELETE FROM garbage WHERE execution = ?", (execution,))
    return True
