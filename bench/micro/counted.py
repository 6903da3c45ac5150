"""What callgrind counts: every hot path in turn, with a mark before and after each.

The mark is `gc.freeze()`, a function that nobody else calls: callgrind is told to write down its count there and to
begin anew.
"""

import gc
import tempfile
from pathlib import Path

from bench.micro.paths import hot_paths

TIMES = {"decide": 200, "codec": 200, "replay": 5, "store": 100}
"""How often each is done; in this order."""


def main() -> None:
    gc.disable()  # whatever it does depends on everything that ran before
    with tempfile.TemporaryDirectory(prefix="everstep-bench-") as folder, hot_paths(Path(folder)) as paths:
        for name in TIMES:
            for _ in range(3):  # imports and caches
                paths[name]()
        for name, times in TIMES.items():
            gc.freeze()
            for _ in range(times):
                paths[name]()
            gc.freeze()


if __name__ == "__main__":
    main()
