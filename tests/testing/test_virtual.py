"""Time, ids and the hand that runs coroutines, in a world that we own."""

import asyncio
import threading

import pytest

from everstep.core.model import Millis
from everstep.testing.virtual import EPOCH, CountingIds, Hand, VirtualClock


def test_the_clock_stands_still_until_it_is_moved_and_never_goes_back() -> None:
    clock = VirtualClock()
    assert (clock.now(), clock.now()) == (EPOCH, EPOCH)
    clock.advance_to(Millis(EPOCH + 5))
    clock.advance_to(EPOCH)
    assert clock.now() == EPOCH + 5


def test_ids_count() -> None:
    ids = CountingIds()
    assert [ids.new(), ids.new()] == ["id-1", "id-2"]
    assert CountingIds().new() == "id-1", "another world, another count"


async def answer() -> int:
    return 42


def test_the_hand_runs_a_coroutine_that_never_waits() -> None:
    assert Hand().run(answer()) == 42


def test_the_hand_takes_a_coroutine_that_waits_for_a_mistake_of_ours() -> None:
    async def waits() -> None:
        await asyncio.sleep(0)

    with pytest.raises(AssertionError, match="waits for something"):
        Hand().run(waits())


def test_an_error_comes_through_the_hand() -> None:
    async def fails() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError):
        Hand().run(fails())


def test_a_lent_hand_serves_another_thread_while_its_holder_is_busy() -> None:
    hand = Hand()
    answers: list[int] = []

    async def busy() -> None:
        with hand.lent():
            other = threading.Thread(target=lambda: answers.append(hand.run(answer())))
            other.start()
            other.join(10)

    hand.run(busy())
    assert answers == [42]
