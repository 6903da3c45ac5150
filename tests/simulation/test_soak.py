"""A short slice of the simulation; `make sim SEEDS=20000` is the long one.

A failure names its seed: `python -m tests.simulation --first SEED --seeds 1` plays it again, to the last turn.
"""

import pytest

from tests.simulation.__main__ import Tally, play
from tests.simulation.run import run

SEEDS = range(160)
CHUNK = 40


@pytest.mark.parametrize("first", SEEDS[::CHUNK])
def test_programs_keep_every_promise_whatever_goes_wrong(first: int) -> None:
    tally = play(range(first, first + CHUNK))
    assert not tally.broken, {outcome.seed: [str(v) for v in outcome.violations] for outcome in tally.broken}
    assert tally.coverage.executions["SUCCEEDED"] >= CHUNK / 2
    assert sum(tally.coverage.faults.values()) >= CHUNK


@pytest.mark.parametrize("seed", [3, 117, 124])
def test_a_seed_is_the_same_run_every_time(seed: int) -> None:
    again = run(seed)
    assert run(seed).trace == again.trace
    assert run(seed + 1).trace != again.trace


def test_a_run_in_which_nothing_happens_proves_nothing() -> None:
    complaints = Tally().complaints()
    assert "no execution succeeded" in complaints
    assert "nothing ever died at: written, not committed: checkpoint" in complaints
