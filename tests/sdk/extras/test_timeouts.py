"""A step's attempt may take only so long, however its body is written."""

import asyncio
import threading
from typing import Any

import pytest

from everstep import RetryPresets, StepConfig, StepContext, StepError, ValidationError
from tests.sdk.extras.stories import Story, Telling, both_drivers, live, value_of

SOON = 0.05
"""Seconds."""
PATIENCE = 10
"""Seconds after which a test would rather fail."""


@both_drivers
def test_a_body_that_blocks_too_long_fails_and_the_function_goes_on(told: Telling) -> None:
    release = threading.Event()

    def plot(event: Any, context: Any) -> Story:
        try:
            yield context.step(lambda step: release.wait(PATIENCE), "slow", once(SOON))
        except StepError as error:
            return [error.error_type, error.message]

    try:
        assert value_of(told, plot) == ["TimeoutError", "the attempt took longer than 0.05 seconds"]
    finally:
        release.set()


@both_drivers
def test_an_async_body_that_takes_too_long_is_cancelled(told: Telling) -> None:
    ends: list[str] = []

    async def slow(step: StepContext) -> None:
        try:
            await asyncio.sleep(PATIENCE)
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    def plot(event: Any, context: Any) -> Story:
        try:
            yield context.step(slow, "slow", once(SOON))
        except StepError as error:
            return error.error_type

    assert value_of(told, plot) == "TimeoutError"
    assert ends == ["cancelled"]


@both_drivers
def test_an_attempt_that_took_too_long_is_retried_like_any_other_failure(told: Telling) -> None:
    release = threading.Event()

    def hang_at_first(step: StepContext) -> int:
        if step.attempt == 1:
            release.wait(PATIENCE)
        return step.attempt

    def plot(event: Any, context: Any) -> Story:
        config = StepConfig(retry_strategy=RetryPresets.fixed(1), timeout=SOON)
        return (yield context.step(hang_at_first, "hangs once", config))

    try:
        assert value_of(told, plot) == 2
    finally:
        release.set()


@both_drivers
def test_a_body_whose_time_is_up_can_ask_and_stop_by_itself(told: Telling) -> None:
    asked = threading.Event()

    def polite(step: StepContext) -> None:
        assert not step.is_cancelled()
        while not step.is_cancelled():
            threading.Event().wait(0.005)
        asked.set()

    def plot(event: Any, context: Any) -> Story:
        try:
            yield context.step(polite, "polite", once(SOON))
        except StepError:
            return asked.wait(PATIENCE)

    assert value_of(told, plot) is True


@both_drivers
def test_a_body_that_is_in_time_has_its_own_outcome(told: Telling) -> None:
    def fail(step: StepContext) -> None:
        raise KeyError("its own")

    def plot(event: Any, context: Any) -> Story:
        seven = yield context.step(lambda step: 7, "quick", once(PATIENCE))
        try:
            yield context.step(fail, "fails", once(PATIENCE))
        except StepError as error:
            return [seven, error.error_type]

    assert value_of(told, plot) == [7, "KeyError"]


@both_drivers
def test_what_ends_the_process_does_so_from_a_body_with_a_time_limit_too(told: Telling) -> None:
    def leave(step: StepContext) -> None:
        raise SystemExit(3)

    def plot(event: Any, context: Any) -> Story:
        yield context.step(leave, "leaves", once(PATIENCE))

    with pytest.raises(SystemExit):
        live(told, plot)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), True, "3"])
def test_a_time_limit_that_cannot_be_right_is_refused(timeout: Any) -> None:
    with pytest.raises(ValidationError, match="timeout"):
        StepConfig(timeout=timeout)


def once(timeout: float) -> StepConfig:
    return StepConfig(retry_strategy=RetryPresets.none(), timeout=timeout)
