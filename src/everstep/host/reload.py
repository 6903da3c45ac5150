"""Reloads a pool when the code of its app changes.

Files are compared by time and size, twice a second: no watcher of any operating system is needed, network and
container file systems included. After a change it waits until the files are quiet, because editors and `git
checkout` write many files one after another.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from everstep.host.app import python_files

INTERVAL_SECONDS = 0.5

Snapshot: TypeAlias = Mapping[str, tuple[int, int]]
"""Modification time in nanoseconds and size, by path."""


def snapshot(folder: Path) -> Snapshot:
    """How the Python files of the folder, and of all below it, are now."""
    seen: dict[str, tuple[int, int]] = {}
    for file in python_files(folder):
        try:
            status = file.stat()
        except OSError:  # gone since it was listed
            continue
        seen[str(file)] = (status.st_mtime_ns, status.st_size)
    return seen


def changed(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """The files that were added, removed or written in between, sorted."""
    return tuple(sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)))


async def watch(
    look: Callable[[], Awaitable[Snapshot]],
    on_change: Callable[[tuple[str, ...]], Awaitable[None]],
    *,
    pause: Callable[[], Awaitable[None]],
) -> None:
    """Call `on_change` with the changed files each time they have changed and are quiet again; runs until cancelled.

    `pause` lets the interval between two looks pass. What changes while `on_change` runs is found afterwards.
    """
    served = last = await look()
    while True:
        await pause()
        now = await look()
        is_quiet, last = now == last, now
        if is_quiet and (paths := changed(served, now)):
            served = now
            await on_change(paths)


async def watch_folder(
    folder: Path,
    on_change: Callable[[tuple[str, ...]], Awaitable[None]],
    *,
    interval_seconds: float = INTERVAL_SECONDS,
) -> None:
    """`watch` over a real folder. `on_change` typically calls `WorkerPool.reload` and reports its AppError.

    Looking takes at most a tenth of the time: an app that lies in a huge folder is looked at less often.
    """
    spent_seconds = 0.0

    async def look() -> Snapshot:
        nonlocal spent_seconds
        began = time.monotonic()
        seen = await asyncio.to_thread(snapshot, folder)
        spent_seconds = time.monotonic() - began
        return seen

    await watch(look, on_change, pause=lambda: asyncio.sleep(max(interval_seconds, 9 * spent_seconds)))
