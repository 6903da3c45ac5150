"""The power goes at any moment, and what was acknowledged is there.

A program commits to a store on a disk that writes everything down (`tests.disk`), its acknowledgements in the same
sequence. Then, for moments of every class, the disk is given what a power cut may leave of it, and a store is opened
on that.
"""

import asyncio
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from everstep.service.ports import StoreError
from everstep.service.stores.sqlite import SqliteStore
from everstep.service.stores.sqlite_upkeep import check
from tests.disk.faulty import ABSENT, Done, Faulty, What, is_possible, read_trace
from tests.disk.powerloss import Disk, Loss, disks, frozen, put_into
from tests.service.stores.deltas import a_birth

ROOT = Path(__file__).parents[3]
MOMENTS_OF_A_CLASS = int(os.environ.get("EVERSTEP_POWER_CUTS") or 2)
pytestmark = pytest.mark.skipif(not is_possible(), reason=ABSENT)

COMMITTER = """
import asyncio, os, sys
from pathlib import Path
from everstep.service.stores.sqlite import SqliteStore
from tests.service.stores.deltas import a_birth, a_step, an_origin

async def run(folder, synchronous):
    acknowledgements = os.open(folder / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    store = await SqliteStore.open(folder / "e.db", synchronous=synchronous)
    delta = a_birth()
    await store.commit(delta)
    os.write(acknowledgements, b"1\\n")
    for number in range(1, 60):
        delta = a_step(delta.arn, delta.head, "x" * (60_000 if number % 2 else 600))
        other = a_birth(an_origin(number + 1))
        await asyncio.gather(store.commit(delta), store.commit(other))
        os.write(acknowledgements, b"%d\\n" % delta.head.version)
    await store.forget(other.arn, other.head.version)
    await store.close()

asyncio.run(run(Path(sys.argv[1]), sys.argv[2]))
"""


def recorded(folder: Path, synchronous: str) -> list[Done]:
    """Everything that a program did to its disk while it committed."""
    disk, aside = folder / "disk", folder / "aside"
    disk.mkdir()
    aside.mkdir()
    faulty = Faulty.made(disk, aside, traced=True)
    command = [sys.executable, "-c", COMMITTER, str(disk), synchronous]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **faulty.environment}, check=True, timeout=120)
    assert faulty.trace is not None
    return [done for done in read_trace(faulty.trace) if not done.path.endswith(".lock")]


def class_of(done: Done) -> str:
    """Moments that are alike: the file, what was done to it, how much, and whether it was its beginning."""
    suffix = Path(done.path).name.removeprefix("e.db") or "-database"
    return f"{suffix} {done.what.name} {len(done.data)}{' at 0' if done.offset == 0 else ''}"


def moments(trace: list[Done], chance: random.Random) -> Iterator[tuple[str, int, Disk]]:
    """Moments of every class: what was done last, what was acknowledged by then, the disk."""
    classes: dict[str, list[int]] = {}
    for index, done in enumerate(trace):
        classes.setdefault(class_of(done), []).append(index)
    chosen = {
        index for found in classes.values() for index in chance.sample(found, min(len(found), MOMENTS_OF_A_CLASS))
    }
    acknowledged = 0
    for index, (done, disk) in enumerate(disks(trace)):
        if done.path.endswith("acknowledged") and done.what is What.WRITE:
            acknowledged = int(done.data)
        if index in chosen:
            yield class_of(done), acknowledged, frozen(disk)


def wrong_with(folder: Path, acknowledged: int) -> str | None:
    """What is wrong with the store that is found when the power is back."""

    async def version() -> int:
        store = await SqliteStore.open(folder / "e.db", synchronous="OFF")
        execution = await store.load(a_birth().arn)
        await store.close()
        return execution.head.version if execution is not None else 0

    try:
        found = asyncio.run(version())
        findings = check(folder / "e.db", lambda _done, _total: None)
    except StoreError as error:
        return str(error)
    if found < acknowledged:
        return f"version {acknowledged} was acknowledged, {found} is there"
    return "; ".join(findings) or None


def judged(folder: Path, trace: list[Done], chance: random.Random) -> Iterator[tuple[str, str | None]]:
    """Power cuts, each with the class of its moment and what was wrong after it."""
    for class_, acknowledged, disk in moments(trace, chance):
        for loss in Loss:
            there = folder / "there"
            there.mkdir()
            put_into(there, disk.after_power_cut(loss, chance))
            complaint = wrong_with(there, acknowledged)
            yield class_, complaint and f"after {class_}, {loss}: {complaint}"
            shutil.rmtree(there)


def test_a_power_cut_at_any_moment_takes_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    seed = int(os.environ.get("EVERSTEP_SEED") or random.randrange(1_000_000))
    found = list(judged(tmp_path, recorded(tmp_path, "FULL"), random.Random(seed)))
    cuts = Counter(class_ for class_, _ in found)
    print(f"\nseed {seed}: {cuts.total()} power cuts after {len(cuts)} classes of operations")  # noqa: T201 - with -s
    for class_, count in sorted(cuts.items()):
        print(f"  {count:4} after {class_}")  # noqa: T201
    assert [complaint for _, complaint in found if complaint] == []
    assert any(class_.startswith("-database WRITE") for class_ in cuts), "the log was never put back into the file"


def test_without_an_fsync_for_each_commit_the_same_cuts_do_lose_something(tmp_path: Path) -> None:
    cuts = judged(tmp_path, recorded(tmp_path, "NORMAL"), random.Random(1))
    assert any("was acknowledged" in (complaint or "") for _, complaint in cuts)
