"""Hunts a planted bug with the simulation, in a process of its own that sees the copy and not the source."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.mutations.plan import Mutation

ROOT = Path(__file__).parents[2]
_FOUND = re.compile(r"^seed (\d+): (\w+): (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trophy:
    """A bug that was found."""

    seeds: int
    """How many it took."""
    invariant: str
    message: str


def hunt(mutation: Mutation, *, seeds_max: int) -> Trophy | None:
    """Plant the bug in a copy and play seeds until one of them shows it. Raises AnchorGoneError."""
    with tempfile.TemporaryDirectory(prefix="everstep-mutation-") as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        mutation.plant(source)
        path = os.pathsep.join([str(source), str(ROOT)])
        played = subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--seeds", str(seeds_max), "--processes", "1", "--until-found"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    found = _FOUND.search(played.stdout)
    if found is None:
        assert "violations: 0" in played.stdout, played.stderr
        return None
    return Trophy(seeds=int(found[1]) + 1, invariant=found[2], message=found[3])
