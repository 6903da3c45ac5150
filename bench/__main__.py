"""`make bench`: prints what steps and fan-outs cost; exit code 1 when a step's cost grows with the history, or when a
fan-out does not come to its right end.
"""

import sys

from bench.fan_out import all_fan_outs
from bench.step_cost import GROWTH_MAX, all_settings


def main() -> int:
    is_good = True
    for costs in all_settings():
        print("\n".join(costs.lines()), flush=True)  # noqa: T201 - what it is for
        is_good &= costs.growth <= GROWTH_MAX
    for done in all_fan_outs():
        print("\n".join(done.lines()), flush=True)  # noqa: T201 - what it is for
        is_good &= done.is_right
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
