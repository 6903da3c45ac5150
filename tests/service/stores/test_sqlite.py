"""The SQLite store: the contract, and what only a file promises."""

import asyncio
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from everstep.core.model import Millis
from everstep.service.ports import ListQuery, Store, StoreError
from everstep.service.stores.sqlite import SqliteStore
from everstep.service.stores.sqlite_schema import migrations
from tests.service.stores.claims import the
from tests.service.stores.deltas import LIVE, NOW, a_birth, a_change, a_step, an_origin
from tests.service.stores.store_contract import StoreContract

ROOT = Path(__file__).parents[3]


class TestSqliteStore(StoreContract):
    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Store]:
        with tempfile.TemporaryDirectory() as folder:
            store = await SqliteStore.open(Path(folder) / "everstep.db", synchronous="OFF")
            try:
                yield store
            finally:
                await store.close()


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(path)
    try:
        yield store
    finally:
        await store.close()


def refusal(path: Path) -> str:
    """What a person reads who opens this path as a store."""

    async def run() -> str:
        with pytest.raises(StoreError) as refused:
            await SqliteStore.open(path)
        return str(refused.value)

    return asyncio.run(run())


def make_store(path: Path) -> None:
    async def run() -> None:
        async with opened(path) as store:
            await store.commit(a_birth())

    asyncio.run(run())


# ---------------------------------------------------------------------- what a file keeps


def test_a_reopened_store_knows_everything(tmp_path: Path) -> None:
    birth = a_birth(an_origin(unique_name="monday"))
    step = a_step(birth.arn, birth.head)
    begun = a_change(birth.arn, step.head, head={"invocation": LIVE}, due_at=Millis(NOW + 5))

    async def run() -> None:
        async with opened(tmp_path / "e.db") as store:
            for delta in (birth, step, begun):
                await store.commit(delta)
        async with opened(tmp_path / "e.db") as store:
            execution = await the(store, birth.arn)
            assert (execution.origin, execution.head) == (birth.origin, begun.head)
            assert tuple(execution.operations) == birth.operations + step.operations
            assert tuple(await store.events(birth.arn, limit=10)) == birth.events + step.events
            assert tuple(await store.effects(10)) == birth.effects
            assert list(await store.live(10)) == [birth.arn]
            assert await store.next_due() == NOW + 5
            assert len((await store.list(ListQuery())).items) == 1

    asyncio.run(run())


def test_close_writes_what_was_begun(tmp_path: Path) -> None:
    births = [a_birth(an_origin(number)) for number in range(50)]

    async def run() -> None:
        store = await SqliteStore.open(tmp_path / "e.db")
        commits = [asyncio.create_task(store.commit(birth)) for birth in births]
        await asyncio.sleep(0)  # Each has now put its delta into the queue.
        await asyncio.gather(store.close(), store.close())
        await asyncio.gather(*commits)
        async with opened(tmp_path / "e.db") as again:
            assert len((await again.list(ListQuery())).items) == 50

    asyncio.run(run())


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    async def run() -> None:
        store = await SqliteStore.open(tmp_path / "e.db")
        await store.close()
        for asked in (store.commit(a_birth()), store.load(a_birth().arn)):
            with pytest.raises(StoreError, match="is closed"):
                await asked

    asyncio.run(run())


def test_a_closed_store_leaves_one_database_and_one_lock_file(tmp_path: Path) -> None:
    make_store(tmp_path / "e.db")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["e.db", "e.db.lock"]


KILLED = """
import asyncio, sys
from everstep.service.stores.sqlite import SqliteStore
from everstep.service.stores.sqlite_schema import migrations
from tests.service.stores.deltas import a_birth, a_step

async def run():
    store = await SqliteStore.open(sys.argv[1])
    delta = a_birth()
    while True:
        await store.commit(delta)
        print(delta.head.version, flush=True)
        delta = a_step(delta.arn, delta.head)

asyncio.run(run())
"""


def test_a_killed_service_has_lost_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "e.db"
    command = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        for _ in range(20):
            service.stdout.readline()
        service.kill()
        acknowledged = 20 + len(service.stdout.readlines())

    async def run() -> None:
        async with opened(path) as store:
            execution = await the(store, a_birth().arn)
            assert execution.head.version >= acknowledged
            assert len(execution.operations) == execution.head.version

    asyncio.run(run())


# ---------------------------------------------------------------------- files that are refused


def test_a_file_that_is_not_sqlite_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    for text in ("x", "Dear diary, " * 100):
        path.write_text(text)
        assert "is not a store of everstep: choose another store file" in refusal(path)
        assert path.read_text() == text
        assert list(tmp_path.iterdir()) == [path]


def test_a_database_of_the_official_emulator_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "durable-executions.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE executions (durable_execution_arn TEXT PRIMARY KEY, data TEXT NOT NULL)")
    assert "was written by the official emulator" in refusal(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_database_of_another_program_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    with closing(sqlite3.connect(path)) as bank:
        bank.executescript("PRAGMA journal_mode = WAL; CREATE TABLE accounts (id)")
    before = path.read_bytes()
    assert "is not a store of everstep: choose another store file" in refusal(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_store_of_a_newer_program_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "e.db"
    make_store(path)
    with closing(sqlite3.connect(path)) as future:
        future.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    assert (
        f"was written by a newer everstep (format 99, this one knows up to {len(migrations())}): upgrade everstep"
        in refusal(path)
    )
    assert path.read_bytes() == before


def test_a_newer_format_is_noticed_even_where_it_is_only_in_the_log(tmp_path: Path) -> None:
    path = tmp_path / "e.db"
    make_store(path)
    with closing(sqlite3.connect(path)) as future:
        future.execute("PRAGMA user_version = 99")  # Stays in the log while this connection is open.
        assert int.from_bytes(path.read_bytes()[60:64], "big") == len(migrations())
        assert "format 99" in refusal(path)


def test_a_damaged_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.db"
    make_store(path)
    path.write_bytes(path.read_bytes()[:100] + bytes(4000))
    assert "cannot be opened as a store" in refusal(path)


def test_a_damaged_record_is_an_error_of_the_store(tmp_path: Path) -> None:
    path = tmp_path / "e.db"
    make_store(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as vandal:
        vandal.execute("UPDATE operations SET record = '{'")

    async def run() -> None:
        async with opened(path) as store:
            with pytest.raises(StoreError, match="could not be read"):
                await store.load(a_birth().arn)
            assert await store.summary(a_birth().arn) is not None

    asyncio.run(run())


def test_a_path_that_cannot_be_a_file_is_refused(tmp_path: Path) -> None:
    assert "there is no folder" in refusal(tmp_path / "missing" / "e.db")
    assert "is not a file" in refusal(tmp_path)
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------------- one service at a time


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")
def test_two_stores_do_not_share_a_file_whichever_name_leads_to_it(tmp_path: Path) -> None:
    path = tmp_path / "e.db"
    (tmp_path / "link.db").symlink_to(path)

    async def run() -> None:
        async with opened(path) as first:
            for name in ("e.db", "link.db"):
                with pytest.raises(StoreError, match=r"is in use by process \d+: stop that service first"):
                    await SqliteStore.open(tmp_path / name)
            await first.commit(a_birth())
        async with opened(tmp_path / "link.db") as second:
            assert await second.summary(a_birth().arn) is not None

    asyncio.run(run())


HOLDER = """
import asyncio, sys
from everstep.service.stores.sqlite import SqliteStore
from everstep.service.stores.sqlite_schema import migrations

async def run():
    store = await SqliteStore.open(sys.argv[1])
    print("held by", store, flush=True)
    await asyncio.Event().wait()

asyncio.run(run())
"""


def test_another_process_is_kept_out_until_the_holder_dies(tmp_path: Path) -> None:
    path = tmp_path / "e.db"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            assert f"is in use by process {holder.pid}" in refusal(path)
        finally:
            holder.kill()
    make_store(path)


def test_a_stranger_may_read_while_the_service_runs(tmp_path: Path) -> None:
    path = tmp_path / "e.db"

    async def run() -> None:
        async with opened(path) as store:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as shell:
                await store.commit(a_birth())
                assert shell.execute("SELECT count(*) FROM executions").fetchone() == (1,)

    asyncio.run(run())
