"""`make bench`: prints what a step costs; exit code 1 when it grows with the history."""

import sys

from bench.step_cost import GROWTH_MAX, all_settings


def main() -> int:
    is_good = True
    for costs in all_settings():
        print("\n".join(costs.lines()), flush=True)  # noqa: T201 - what it is for
        is_good &= costs.growth <= GROWTH_MAX
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
