"""Stores as every format of the past had them: `formats/NNNN.sql`, a dump of a store with a few executions.

A new migration leaves these as they are. `EVERSTEP_WRITE_FORMATS=1` records the newest format, once, when it is
released; what is recorded is never written again, because that is what lies on people's disks.
"""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from everstep.service.stores.sqlite import SqliteStore
from everstep.service.stores.sqlite_schema import APPLICATION_ID, migrations
from tests.service.stores.deltas import a_birth, a_step, an_origin

FORMATS = Path(__file__).with_name("formats")
EXECUTIONS = 20


def known() -> list[int]:
    return sorted(int(file.stem) for file in FORMATS.glob("*.sql"))


def restored(number: int, path: Path) -> None:
    """A store of this format, as it was written then."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FORMATS / f"{number:04}.sql").read_text())
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("PRAGMA journal_mode = WAL")


def record(folder: Path) -> Path:
    """Write down the newest format; where."""
    target = FORMATS / f"{len(migrations()):04}.sql"
    assert not target.exists(), f"{target} lies on people's disks: it does not change"
    asyncio.run(_made(folder / "e.db"))
    with closing(sqlite3.connect(folder / "e.db")) as connection:
        target.write_text("\n".join(connection.iterdump()) + "\n")
    return target


async def _made(path: Path) -> None:
    store = await SqliteStore.open(path)
    for number in range(1, EXECUTIONS + 1):
        delta = a_birth(an_origin(number))
        await store.commit(delta)
        for _ in range(3):
            delta = a_step(delta.arn, delta.head)
            await store.commit(delta)
    await store.close()
