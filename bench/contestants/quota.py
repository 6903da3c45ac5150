"""Holds a process to a share of a CPU: by a control group where we may make one, else by stopping and continuing it.

Standard library only.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PERIOD_SECONDS = 0.1
"""As the kernel's own default."""
_GROUPS = Path("/sys/fs/cgroup")


@contextmanager
def quota(share: float | None) -> Iterator[Callable[[int], None]]:
    """Inside, what is called with a process's id holds it to the share; None holds nothing."""
    if share is None:
        yield lambda _pid: None
        return
    group = _made_group(share)
    if group is None:
        with _duty_cycle(share) as hold:
            yield hold
        return
    try:
        yield lambda pid: _write(group / "cgroup.procs", pid)
    finally:
        with suppress(OSError):
            group.rmdir()


def _made_group(share: float) -> Path | None:
    """A control group of either version with that quota, where this user may make one."""
    period = round(PERIOD_SECONDS * 1_000_000)
    name = f"bench-{os.getpid()}-{time.time_ns()}"
    for parent, is_second in ((_GROUPS, True), (_GROUPS / "cpu", False)):
        if is_second and not (parent / "cgroup.controllers").exists():
            continue
        group = parent / name
        try:
            group.mkdir()
            if is_second:
                _write(group / "cpu.max", f"{round(share * period)} {period}")
            else:
                _write(group / "cpu.cfs_period_us", period)
                _write(group / "cpu.cfs_quota_us", round(share * period))
        except OSError:
            with suppress(OSError):
                group.rmdir()
            continue
        return group
    return None


def _write(file: Path, value: object) -> None:
    file.write_text(str(value))


@contextmanager
def _duty_cycle(share: float) -> Iterator[Callable[[int], None]]:
    """Let it run for its share of each period and stop it for the rest."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def turn(pid: int) -> None:
        with suppress(ProcessLookupError):
            while not over.wait(share * PERIOD_SECONDS):
                os.kill(pid, signal.SIGSTOP)
                over.wait((1 - share) * PERIOD_SECONDS)
                os.kill(pid, signal.SIGCONT)

    def hold(pid: int) -> None:
        thread = threading.Thread(target=turn, args=(pid,), daemon=True)
        threads.append(thread)
        thread.start()

    try:
        yield hold
    finally:
        over.set()
        for thread in threads:
            thread.join()
