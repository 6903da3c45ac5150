"""`make bench-check`: instructions of the hot paths against those recorded; `--record` writes new ones.

The counts are those of callgrind: the same on a busy machine as on a quiet one, within a percent. They hold for one
version of Python on one kind of processor, so elsewhere nothing is compared, and that is said. Exit code 1 when a path
takes over five per cent more than recorded, 2 when nothing could be counted.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.micro.counted import TIMES

RECORDED = Path(__file__).parents[1] / "recorded.json"
ROOT = Path(__file__).parents[2]
TOLERANCE = 0.05
SECONDS_MAX = 600


class UncountableError(Exception):
    """Nothing can be counted here; the message says why."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.micro", description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the counts down as what to compare with")
    wishes = parser.parse_args()
    try:
        found = instructions()
    except UncountableError as problem:
        print(f"nothing counted: {problem}", file=sys.stderr)  # noqa: T201 - what it is for
        return 2
    here = f"CPython {platform.python_version()} {platform.machine()}"
    if wishes.record:
        RECORDED.write_text(json.dumps({"python": here, "instructions": found}, indent=1) + "\n")
    recorded = json.loads(RECORDED.read_text())
    if recorded["python"] != here:
        print(f"recorded with {recorded['python']}, this is {here}: not compared")  # noqa: T201
        recorded = {"instructions": {}}
    lines, is_good = compared(found, recorded["instructions"])
    print("\n".join(lines))  # noqa: T201
    return 0 if is_good else 1


def compared(found: dict[str, int], recorded: dict[str, int]) -> tuple[list[str], bool]:
    """A line for each path, and whether none has grown beyond the tolerance."""
    lines, is_good = [], True
    for name, count in found.items():
        before = recorded.get(name)
        if before is None:
            lines.append(f"{name:8} {count:12,}  not recorded")
            continue
        is_more, is_less = count > before * (1 + TOLERANCE), count < before * (1 - TOLERANCE)
        verdict = "MORE THAN RECORDED" if is_more else "less: record it" if is_less else "as ever"
        lines.append(f"{name:8} {count:12,}  {count / before - 1:+7.1%}  {verdict}")
        is_good &= not is_more
    return lines, is_good


def instructions() -> dict[str, int]:
    """Instructions of each hot path, of one unit of its work. Raises UncountableError."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise UncountableError("valgrind is not installed")
    with tempfile.TemporaryDirectory(prefix="everstep-bench-") as folder:
        output = Path(folder) / "counts"
        done = subprocess.run(
            [
                *(valgrind, "--tool=callgrind", "--dump-before=gc_freeze", f"--callgrind-out-file={output}"),
                *(sys.executable, "-m", "bench.micro.counted"),
            ],
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        if done.returncode:
            raise UncountableError(done.stderr[-500:])
        # A file per mark: what was counted before it. The first is the start; then a path and what lies between paths.
        files = [output.with_name(f"{output.name}.{number}") for number in range(2, 2 * len(TIMES) + 1, 2)]
        if not all(file.exists() for file in files):
            raise UncountableError("this Python has no symbols, so callgrind cannot see the marks")
        return {name: _total(file) // times for (name, times), file in zip(TIMES.items(), files, strict=True)}


def _total(file: Path) -> int:
    line = next(line for line in file.read_text().splitlines() if line.startswith("summary:"))
    return int(line.split()[1])


if __name__ == "__main__":
    sys.exit(main())
