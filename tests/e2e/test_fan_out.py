"""What `make bench` measures at full size, small enough for every day: it finishes, and no wake-up is lost."""

import asyncio

import pytest

from bench.fan_out import fan_out


def test_a_map_of_many_items_finishes() -> None:
    assert asyncio.run(fan_out("many_items", {"items": 200, "concurrency": 20})).is_right


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sleepers_that_are_answered_in_any_order_all_wake_up(seed: int) -> None:
    assert asyncio.run(fan_out("many_callbacks", {"items": 50}, answers_seed=seed)).is_right
