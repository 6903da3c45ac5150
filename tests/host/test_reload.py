"""When code counts as changed, and when it is reloaded."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from everstep.host.reload import Snapshot, changed, snapshot, watch, watch_folder
from tests.host.apps import write

A = {"a.py": (1, 10)}
B = {"a.py": (2, 10)}
C = {"a.py": (2, 10), "b.py": (1, 1)}


def test_a_file_that_was_added_removed_or_written_has_changed() -> None:
    before = {"same": (1, 1), "gone": (1, 1), "newer": (1, 1), "longer": (1, 1)}
    after = {"same": (1, 1), "new": (1, 1), "newer": (2, 1), "longer": (1, 2)}
    assert changed(before, after) == ("gone", "longer", "new", "newer")


def test_only_python_files_outside_environments_and_caches_are_looked_at(tmp_path: Path) -> None:
    for name in (
        "app.py",
        "deep/er.py",
        "notes.txt",
        "__pycache__/app.py",
        ".git/hook.py",
        "env/pyvenv.cfg",
        "env/x.py",
    ):
        write(tmp_path, name, "x")
    seen = {str(Path(path).relative_to(tmp_path)) for path in snapshot(tmp_path)}
    assert seen == {"app.py", str(Path("deep/er.py"))}


def test_a_change_is_reported_once_when_the_files_are_quiet_again() -> None:
    assert reports([A, A, B, C, C, C]) == [("a.py", "b.py")]


def test_files_that_never_rest_are_not_reported() -> None:
    assert reports([A, B, C, A, B, C]) == []


def test_a_change_that_is_taken_back_at_once_is_none() -> None:
    assert reports([A, B, A, A]) == []


def test_each_change_is_compared_with_what_was_reported_last() -> None:
    assert reports([A, B, B, C, C]) == [("a.py",), ("b.py",)]


def reports(looks: list[Snapshot]) -> list[tuple[str, ...]]:
    """What a watch reports that sees these snapshots one after another."""
    reported: list[tuple[str, ...]] = []
    coming: Iterator[Snapshot] = iter(looks)
    enough = asyncio.Event()

    async def look() -> Snapshot:
        snapshot = next(coming, None)
        if snapshot is None:
            enough.set()
            await asyncio.Event().wait()
            raise AssertionError("never")
        return snapshot

    async def on_change(paths: tuple[str, ...]) -> None:
        reported.append(paths)

    async def pause() -> None:
        return None

    async def scenario() -> None:
        watching = asyncio.create_task(watch(look, on_change, pause=pause))
        await enough.wait()
        watching.cancel()

    asyncio.run(scenario())
    return reported


def test_a_written_file_is_noticed_in_a_real_folder(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", "x = 1\n")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    reported: set[str] = set()
    noticed = asyncio.Event()

    async def on_change(paths: tuple[str, ...]) -> None:
        reported.update(paths)
        noticed.set()

    async def scenario() -> None:
        watching = asyncio.create_task(watch_folder(tmp_path, on_change, interval_seconds=0.01))
        async with asyncio.timeout(20):
            while not noticed.is_set():  # a write before the first look is no change
                app.write_text(app.read_text() + "# more\n")
                with suppress(TimeoutError):
                    await asyncio.wait_for(noticed.wait(), 0.5)
        watching.cancel()

    asyncio.run(scenario())
    assert reported == {str(app)}
