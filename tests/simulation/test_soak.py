"""Random programs in a world where everything goes wrong end as they do in one where nothing does.

A failure names its seed: `pytest tests/simulation -k "[17-"` plays it again. With threads the order of their calls is
not ours to decide, so a seed of the `def` form may need a few tries.
"""

from random import Random

import pytest

from everstep.core.model import ExecutionStatus
from everstep.core.wire.text import load
from tests.simulation.programs import Ledger, a_program, functions
from tests.simulation.world import Odds, World

SEEDS = range(150)


@pytest.mark.parametrize("is_async", [False, True], ids=["def", "async def"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_program_ends_the_same_whatever_goes_wrong(seed: int, is_async: bool) -> None:
    event = {"number": seed, "depth": 0, "place": "p"}
    calm = World(functions(Ledger(), is_async=is_async)).play("root", event)
    ledger = Ledger()
    world = World(functions(ledger, is_async=is_async), Random(seed), Odds())
    wild = world.play("root", event)

    which = f"seed {seed}: {a_program(seed)}"
    assert calm.head.status is wild.head.status is ExecutionStatus.SUCCEEDED, (which, calm.head.error, wild.head.error)
    assert load(wild.head.result or "") == load(calm.head.result or ""), which
    assert ledger.broken() == [], f"ran twice, but at most once was promised; {which}"
    assert world.hand.run(world.store.effects(10)) == [], which
    assert world.hand.run(world.store.live(10)) == [], which
