"""A slice of chaos, every day: a few seconds of `make chaos`."""

import os
import random
import sys

import pytest

from tests.chaos.run import run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it freezes processes and finds workers in /proc")


def test_nothing_is_lost_while_everything_goes_wrong() -> None:
    seed = int(os.environ.get("EVERSTEP_SEED") or random.randrange(1_000_000))
    verdict = run(seconds=15, seed=seed, target="sqlite", crowd_size=8, tell=lambda _: None)
    print(verdict)  # noqa: T201 - pytest shows it when the test fails
    assert verdict.violations == []
    assert verdict.befallen, "nothing went wrong"
    assert verdict.acknowledged > 0
    assert verdict.statuses.get("SUCCEEDED", 0) > 0
