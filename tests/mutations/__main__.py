"""Whether the simulation finds bugs: `python -m tests.mutations`. Fails when one of ten planted bugs is not found."""

import argparse
import sys

from tests.mutations.hunt import hunt
from tests.mutations.plan import MUTATIONS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2_000, help="at most so many for each bug")
    parser.add_argument("--only", default="", help="bugs whose name contains this")
    arguments = parser.parse_args()
    missed = 0
    sys.stdout.write(f"{'bug':<32} {'seeds':>6}  found by\n")
    for mutation in MUTATIONS:
        if arguments.only not in mutation.name:
            continue
        trophy = hunt(mutation, seeds_max=arguments.seeds)
        missed += trophy is None
        seeds, how = ("-", "NOT FOUND") if trophy is None else (str(trophy.seeds), trophy.invariant)
        sys.stdout.write(f"{mutation.name:<32} {seeds:>6}  {how}\n")
        sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
