"""A program that dies of SIGKILL before each of its operations on the disk in turn, and is judged each time.

Started on a faulty disk (`tests.disk`) as `python -m tests.service.stores.dying TASK FOLDER STRIDE`; prints, as JSON,
how many deaths there were and everything that was wrong after one. With a stride it dies only before every so many-th.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from everstep.service.stores.sqlite_schema import connect, migrate, migrations, open_database
from everstep.service.stores.sqlite_upkeep import back_up, check, upgrade, vacuum
from tests.disk.faulty import Control, Faulty
from tests.service.stores.recorded import EXECUTIONS, restored

REWRITING = """
CREATE TABLE moved (execution INTEGER NOT NULL, event_id INTEGER NOT NULL, record TEXT NOT NULL, seen INTEGER,
    PRIMARY KEY (execution, event_id)) WITHOUT ROWID;
INSERT INTO moved SELECT execution, event_id, record, 0 FROM events;
DROP TABLE events;
ALTER TABLE moved RENAME TO events;
"""
"""A migration as they come: a large table written anew. Its undoing follows it, so that today's code can judge."""
REWRITTEN = [*migrations(), REWRITING, "ALTER TABLE events DROP COLUMN seen;"]


@dataclass(frozen=True, slots=True)
class Task:
    prepare: Callable[[Path], None]
    run: Callable[[Path], object]
    judge: Callable[[Path], str | None]


def silent(_done: int, _total: int) -> None:
    """Nobody watches."""


def an_old_store(folder: Path) -> None:
    restored(1, folder / "e.db")


def a_store_in_use(folder: Path) -> None:
    """A store whose service was killed: the newest of it is in the log alone."""
    an_old_store(folder)
    upgrade(folder / "e.db")
    database = open_database(folder / "e.db", "OFF")
    database.writer.execute("PRAGMA wal_autocheckpoint = 0")
    database.writer.execute("UPDATE executions SET due_at = due_at")
    for name in ("e.db", "e.db-wal"):
        shutil.copy(folder / name, folder / f"{name}.copy")
    database.close()
    for name in ("e.db", "e.db-wal"):
        (folder / f"{name}.copy").rename(folder / name)


def rewrite(folder: Path) -> None:
    with contextlib.closing(connect(folder / "e.db")) as connection:
        migrate(folder / "e.db", connection, REWRITTEN)


def open_and_close(folder: Path) -> None:
    open_database(folder / "e.db", "FULL").close()


def is_empty(folder: Path) -> str | None:
    return _wrong(folder / "e.db", 0)


def is_whole(folder: Path) -> str | None:
    return _wrong(folder / "e.db", EXECUTIONS)


def is_rewritten_or_not(folder: Path) -> str | None:
    """One format or the other, nothing between; and the rest of the migrations finds its way from there."""
    rewrite(folder)
    with contextlib.closing(connect(folder / "e.db")) as connection:
        connection.execute(f"PRAGMA user_version = {len(migrations())}")
    return is_whole(folder)


def is_saved_or_not(folder: Path) -> str | None:
    copy = folder / "copy.db"
    return is_whole(folder) or (_wrong(copy, EXECUTIONS) if copy.exists() else None)


TASKS = {
    "create": Task(lambda _: None, open_and_close, is_empty),
    "migrate": Task(an_old_store, lambda folder: upgrade(folder / "e.db"), is_whole),
    "rewrite": Task(an_old_store, rewrite, is_rewritten_or_not),
    "open": Task(a_store_in_use, open_and_close, is_whole),
    "vacuum": Task(a_store_in_use, lambda folder: vacuum(folder / "e.db"), is_whole),
    "backup": Task(
        a_store_in_use, lambda folder: back_up(folder / "e.db", folder / "copy.db", silent), is_saved_or_not
    ),
}


def _wrong(path: Path, executions: int) -> str | None:
    try:
        open_database(path, "OFF").close()
        findings = check(path, silent)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            found: int = connection.execute("SELECT count(*) FROM executions").fetchone()[0]
    except Exception as error:
        return repr(error)
    return "; ".join(findings) or (None if found == executions else f"{found} executions")


def deaths(task: Task, folder: Path, control: Control, stride: int) -> tuple[int, list[str]]:
    """Let it die until it is done before it does; how often it died, and what was wrong afterwards."""
    wrong = []
    prepared = folder.with_name("prepared")
    prepared.mkdir()
    task.prepare(prepared)
    for death, number in enumerate(count(1, stride)):
        control.die_at = 0
        shutil.rmtree(folder)
        shutil.copytree(prepared, folder)
        control.operations, control.die_at = 0, number
        child = os.fork()
        if child == 0:
            task.run(folder)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        control.die_at = 0
        if complaint := task.judge(folder):
            wrong.append(f"before operation {number}: {complaint}")
        if os.WIFEXITED(status):
            return death, wrong + ["it failed"] * os.WEXITSTATUS(status)
    raise AssertionError("unreachable")


if __name__ == "__main__":
    where = Path(sys.argv[2])
    steering = Path(os.environ["EVERSTEP_FAULTY_CONTROL"])
    faulty = Faulty(steering.with_name("faulty.so"), where, steering, None)
    died, complaints = deaths(TASKS[sys.argv[1]], where, faulty.control, int(sys.argv[3]))
    sys.stdout.write(json.dumps({"deaths": died, "wrong": complaints}))
