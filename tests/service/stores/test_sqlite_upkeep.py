"""Tending a store file: backups, checks, vacuum, migration, beside a service and without one."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from everstep.service.ports import StoreError
from everstep.service.stores.sqlite import SqliteStore
from everstep.service.stores.sqlite_schema import migrations
from everstep.service.stores.sqlite_upkeep import back_up, check, upgrade, vacuum
from tests.service.stores.claims import the
from tests.service.stores.deltas import a_birth, a_step, an_origin


def silent(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def make_store(path: Path, executions: int = 3) -> None:
    async def run() -> None:
        store = await SqliteStore.open(path, synchronous="OFF")
        births = [a_birth(an_origin(number)) for number in range(1, executions + 1)]
        await asyncio.gather(*(store.commit(birth) for birth in births))
        await asyncio.gather(*(store.commit(a_step(birth.arn, birth.head, "x" * 4000)) for birth in births))
        await store.close()

    asyncio.run(run())


def test_a_backup_is_a_store_with_everything_acknowledged_before_it_and_holds_up_nobody(tmp_path: Path) -> None:
    async def run() -> None:
        store = await SqliteStore.open(tmp_path / "e.db")
        birth = delta = a_birth()
        await store.commit(birth)
        copying = asyncio.create_task(asyncio.to_thread(back_up, tmp_path / "e.db", tmp_path / "copy.db", silent))
        while not copying.done():
            delta = a_step(delta.arn, delta.head)
            await store.commit(delta)
        await copying
        await store.close()
        copy = await SqliteStore.open(tmp_path / "copy.db")
        execution = await the(copy, birth.arn)
        assert 1 <= execution.head.version <= delta.head.version
        assert len(execution.operations) == execution.head.operations
        await copy.close()

    asyncio.run(run())
    assert check(tmp_path / "copy.db", silent) == []
    assert not (tmp_path / "copy.db.partial").exists()


def test_a_backup_reports_its_progress_up_to_the_end(tmp_path: Path) -> None:
    make_store(tmp_path / "e.db")
    told: list[tuple[int, int]] = []
    size = back_up(tmp_path / "e.db", tmp_path / "copy.db", lambda done, total: told.append((done, total)))
    assert size == (tmp_path / "copy.db").stat().st_size
    assert told[-1][0] == told[-1][1] > 0


def test_a_backup_replaces_no_file(tmp_path: Path) -> None:
    make_store(tmp_path / "e.db")
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(StoreError, match="exists: name a new file"):
        back_up(tmp_path / "e.db", tmp_path / "copy.db", silent)
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_what_is_no_store_is_not_tended(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary, " * 100)
    for tend in (lambda path: check(path, silent), vacuum, upgrade):
        with pytest.raises(StoreError, match="there is no store at"):
            tend(tmp_path / "none.db")
        with pytest.raises(StoreError, match="is not a store of everstep"):
            tend(tmp_path / "notes.txt")
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ("UPDATE operations SET record = '{' WHERE seq = 2", "not JSON"),
        ("DELETE FROM events WHERE event_id = 2", "its events are not numbered from 1 to 3"),
        ("DELETE FROM operations WHERE seq = 2", "has 1 operations, its head counts 2"),
        ("DELETE FROM origins WHERE execution = 1", "its origin is missing"),
        ("UPDATE executions SET version = 7", "its record says version 2, its row 7"),
        ("DELETE FROM executions", "rows of operations belong to no execution"),
        ("UPDATE effects SET record = '[]'", "effect "),
    ],
)
def test_a_check_finds_records_that_cannot_be(tmp_path: Path, damage: str, complaint: str) -> None:
    make_store(tmp_path / "e.db")
    assert check(tmp_path / "e.db", silent) == []
    with closing(sqlite3.connect(tmp_path / "e.db", isolation_level=None)) as vandal:
        vandal.execute(damage)
    findings = check(tmp_path / "e.db", silent)
    assert any(complaint in finding for finding in findings), findings


def test_a_check_finds_a_page_that_was_written_over_and_no_service_starts_on_it(tmp_path: Path) -> None:
    make_store(tmp_path / "e.db", executions=50)
    content = bytearray((tmp_path / "e.db").read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    (tmp_path / "e.db").write_bytes(content)
    assert check(tmp_path / "e.db", silent) != []
    with pytest.raises(StoreError, match=r"is damaged .* put the newest backup in its place"):
        asyncio.run(SqliteStore.open(tmp_path / "e.db"))
    with pytest.raises(StoreError):
        back_up(tmp_path / "e.db", tmp_path / "copy.db", silent)
    assert not (tmp_path / "copy.db").exists()


def test_a_vacuum_gives_back_what_was_forgotten(tmp_path: Path) -> None:
    async def run() -> None:
        store = await SqliteStore.open(tmp_path / "e.db", synchronous="OFF")
        birth = a_birth()
        step = a_step(birth.arn, birth.head, "x" * 1_000_000)
        await store.commit(birth)
        await store.commit(step)
        await store.forget(birth.arn, step.head.version)
        await store.close()

    asyncio.run(run())
    sizes = vacuum(tmp_path / "e.db")
    assert sizes.before > 1_000_000
    assert sizes.after < 200_000
    assert sizes.after == (tmp_path / "e.db").stat().st_size


def test_a_store_in_use_can_be_checked_and_saved_but_not_vacuumed_or_migrated(tmp_path: Path) -> None:
    async def run() -> None:
        store = await SqliteStore.open(tmp_path / "e.db")
        await store.commit(a_birth())
        assert check(tmp_path / "e.db", silent) == []
        for tend in (vacuum, upgrade):
            with pytest.raises(StoreError, match="is in use by process"):
                tend(tmp_path / "e.db")
        await store.commit(a_birth(an_origin(2)))
        await store.close()

    asyncio.run(run())
    assert upgrade(tmp_path / "e.db") == (len(migrations()), len(migrations()))
