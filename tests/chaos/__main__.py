"""`make chaos SECONDS=N`: the service, its workers and its clients, while everything goes wrong."""

import argparse
import random
import sys

from tests.chaos.run import TARGETS, Verdict, run
from tests.disk.faulty import ABSENT, is_possible


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--target", choices=sorted(TARGETS), default="sqlite")
    parser.add_argument("--clients", type=int, default=24)
    wanted = parser.parse_args()
    say(f"seed {wanted.seed}: make chaos SECONDS={wanted.seconds:.0f} SEED={wanted.seed} TARGET={wanted.target}")
    if not is_possible():
        sys.stderr.write(f"NOT TRIED: full disk, read-only file, I/O error, slow disk, clock steps: {ABSENT}" + "\n")
    verdict = run(seconds=wanted.seconds, seed=wanted.seed, target=wanted.target, crowd_size=wanted.clients, tell=tell)
    show(verdict)
    return 1 if verdict.violations or not verdict.acknowledged or not verdict.kills else 0


def tell(line: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}")
    elif random.random() < 0.1:  # a log needs to know that it goes on, not more
        sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def show(verdict: Verdict) -> None:
    befallen = ", ".join(f"{count} x {what}" for what, count in sorted(verdict.befallen.items()))
    fates = ", ".join(f"{count} {what}" for what, count in verdict.fates.items())
    say(f"\nfaults        {befallen}")
    say(f"requests      {fates}")
    say(f"kills         {verdict.kills}")
    say(f"executions    {verdict.executions} {verdict.statuses}; died too often in a row: {verdict.given_up}")
    say(f"acknowledged  {verdict.acknowledged} checkpoints; longest pause {verdict.longest_pause_ms / 1000:.1f} s")
    say(f"              {', '.join(verdict.pause_reasons)} in that pause")
    say(f"violations    {len(verdict.violations)}  ({verdict.seconds:.0f} s)")
    for violation in verdict.violations[:50]:
        say(f"  {violation}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
