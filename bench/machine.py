"""What the bench runs on, and whether it is quiet enough to believe the numbers."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

LOAD_MAX = 0.5
"""Load per core, before the bench begins, above which its numbers are doubtful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where and when."""

    processor: str
    cores: int
    python: str
    system: str
    load: float
    """Of the minute before the bench began."""
    at: str

    @property
    def is_busy(self) -> bool:
        return self.load > LOAD_MAX * self.cores


def this_machine() -> Machine:
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        system=f"{platform.system()} {platform.release()}",
        load=round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else 0.0,
        at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def warn_if_busy(machine: Machine, tell: Callable[[str], None]) -> None:
    if machine.is_busy:
        tell(
            f"WARNING: this machine is busy (load {machine.load} on {machine.cores} cores); "
            "absolute numbers are too low, ratios are less wrong"
        )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
