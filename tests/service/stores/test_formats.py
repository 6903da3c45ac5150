"""Every format that there ever was is brought forward, and a process that dies on the way loses nothing."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from everstep.service.ports import ListQuery
from everstep.service.stores.sqlite import SqliteStore
from everstep.service.stores.sqlite_schema import migrations
from everstep.service.stores.sqlite_upkeep import check, upgrade
from tests.disk.faulty import ABSENT, Faulty, is_possible
from tests.service.stores.claims import the
from tests.service.stores.deltas import a_step, an_origin
from tests.service.stores.dying import TASKS
from tests.service.stores.recorded import EXECUTIONS, known, record, restored

ROOT = Path(__file__).parents[3]
STRIDE = int(os.environ.get("EVERSTEP_DEATH_STRIDE") or 3)
"""1 tries a death before every single operation on the disk."""


def test_every_format_of_the_past_is_recorded(tmp_path: Path) -> None:
    if os.environ.get("EVERSTEP_WRITE_FORMATS"):
        record(tmp_path)
    assert known()[: len(migrations()) - 1] == list(range(1, len(migrations())))


@pytest.mark.parametrize("number", known())
def test_a_store_of_a_past_format_goes_on_as_if_nothing_had_happened(number: int, tmp_path: Path) -> None:
    restored(number, tmp_path / "e.db")

    async def run() -> None:
        store = await SqliteStore.open(tmp_path / "e.db")
        assert len((await store.list(ListQuery())).items) == EXECUTIONS
        execution = await the(store, an_origin(7).arn)
        assert (execution.head.version, len(execution.operations)) == (4, 4)
        await store.commit(a_step(execution.arn, execution.head))
        assert len(await store.events(execution.arn, limit=100)) == 9
        assert len(await store.effects(100)) == EXECUTIONS
        await store.close()

    asyncio.run(run())
    assert check(tmp_path / "e.db", lambda _done, _total: None) == []


@pytest.mark.parametrize("number", known())
def test_migrate_says_from_where_to_where_and_does_nothing_the_second_time(number: int, tmp_path: Path) -> None:
    restored(number, tmp_path / "e.db")
    assert upgrade(tmp_path / "e.db") == (number, len(migrations()))
    assert upgrade(tmp_path / "e.db") == (len(migrations()), len(migrations()))


@pytest.mark.skipif(not is_possible(), reason=ABSENT)
@pytest.mark.parametrize("task", TASKS)
def test_a_process_killed_before_any_operation_on_the_disk_leaves_a_store_that_is_whole(
    task: str, tmp_path: Path
) -> None:
    disk, aside = tmp_path / "disk", tmp_path / "aside"
    disk.mkdir()
    aside.mkdir()
    faulty = Faulty.made(disk, aside, traced=True)  # which also spares the fsyncs: this is no power cut
    ran = subprocess.run(
        [sys.executable, "-m", "tests.service.stores.dying", task, str(disk), str(STRIDE)],
        cwd=ROOT,
        env={**os.environ, **faulty.environment},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    told = json.loads(ran.stdout)
    print(f"\n{task}: killed {told['deaths']} times")  # noqa: T201 - shown with -s
    assert told["wrong"] == []
    assert told["deaths"] >= 3
