"""Plain keyword arguments in the place of config objects."""

from typing import Any

import pytest

from everstep import (
    CallbackConfig,
    CallbackTimeoutError,
    ChildConfig,
    CompletionConfig,
    JsonSerDes,
    LinearRetryStrategyConfig,
    MapConfig,
    NestingType,
    ParallelConfig,
    RetryDecision,
    RetryPresets,
    RetryStrategyConfig,
    StepConfig,
    StepError,
    StepSemantics,
    ValidationError,
    WaitForCallbackConfig,
    WaitForConditionConfig,
    WaitStrategies,
)
from everstep.sdk.keywords import settled, strategy_of
from tests.sdk.extras.stories import Plot, Story, Telling, both_drivers, live, nothing, value_of


def never(error: Exception, attempts: int) -> RetryDecision:
    return RetryDecision.no_retry()


def fail(step: Any) -> None:
    raise ValueError(f"attempt {step.attempt}")


# --------------------------------------------------------------------------- what becomes of them
def test_keywords_make_the_config_that_an_object_would_be() -> None:
    once = StepSemantics.AT_MOST_ONCE_PER_RETRY
    keywords = {"retry": never, "semantics": once, "timeout": 3, "sub_type": "Mine"}
    assert settled(StepConfig, None, keywords) == StepConfig(never, once, timeout=3, sub_type="Mine")
    batch = {"completion": CompletionConfig.first_successful(), "nesting": NestingType.FLAT, "max_concurrency": 2}
    expected: MapConfig[Any] = MapConfig(2, CompletionConfig.first_successful(), nesting_type=NestingType.FLAT)
    assert settled(MapConfig, None, batch) == expected
    assert settled(WaitForCallbackConfig, None, {"retry": never, "timeout": 5}) == WaitForCallbackConfig(
        timeout=5, retry_strategy=never
    )


def test_without_keywords_the_config_is_what_was_given() -> None:
    config = StepConfig(timeout=3)
    assert settled(StepConfig, config, {}) is config
    assert settled(StepConfig, None, {}) is None


def test_a_config_and_keywords_for_the_same_operation_are_refused() -> None:
    with pytest.raises(ValidationError, match="either a config or keywords: it has a config and retry, timeout"):
        settled(StepConfig, StepConfig(), {"retry": 3, "timeout": 1})


@pytest.mark.parametrize("name", ["tiemout", "retry_strategy", "step_semantics"])
def test_a_keyword_that_does_not_exist_is_a_type_error(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        settled(StepConfig, None, {name: None})


@pytest.mark.parametrize(
    ("retry", "delays"),
    [
        (False, [None]),
        (1, [None]),
        (3, [True, True, None]),
        (never, [None]),
        (RetryPresets.linear, [1, 2, 3, 4, 5, None]),
        (RetryPresets.linear(), [1, 2, 3, 4, 5, None]),
        (RetryPresets.fixed(7), [7, 7, 7, 7, None]),
        (RetryStrategyConfig(max_attempts=2), [True, None]),
        (LinearRetryStrategyConfig(max_attempts=2), [True, None]),
    ],
)
def test_retry_takes_whatever_says_how_often(retry: Any, delays: list[int | bool | None]) -> None:
    strategy = strategy_of(retry)
    assert strategy is not None
    decisions = [strategy(ValueError(), attempt) for attempt in range(1, len(delays) + 1)]
    assert [decision.should_retry for decision in decisions] == [delay is not None for delay in delays]
    exact = [(d.delay_seconds, delay) for d, delay in zip(decisions, delays, strict=True) if type(delay) is int]
    assert all(found == expected for found, expected in exact)


@pytest.mark.parametrize("retry", [True, 0, -1, "twice", 1.5])
def test_a_retry_that_cannot_be_right_is_refused(retry: Any) -> None:
    with pytest.raises(ValidationError):
        strategy_of(retry)


def test_no_retry_at_all_means_the_default() -> None:
    assert strategy_of(None) is None
    assert settled(StepConfig, None, {"retry": None}) == StepConfig()


# --------------------------------------------------------------------------- that every operation takes them
@both_drivers
def test_a_step_is_retried_as_often_as_its_keyword_says(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Story:
        messages = []
        for retry in (False, 2, RetryPresets.linear):
            try:
                yield context.step(fail, retry=retry)
            except StepError as error:
                messages.append(error.message)
        return messages

    assert value_of(told, plot) == ["attempt 1", "attempt 2", "attempt 6"]


@both_drivers
def test_keywords_and_config_objects_make_the_same_history(told: Telling) -> None:
    def one(context: Any) -> Any:
        return context.step(nothing, "one")

    def item(context: Any, *_: Any) -> Any:
        return context.step(nothing, "item")

    def short(event: Any, context: Any) -> Story:
        yield context.run_in_child_context(one, "child", sub_type="Mine")
        yield context.map([1, 2, 3], item, "map", completion=CompletionConfig(min_successful=1), max_concurrency=1)
        yield context.parallel([one, one], "parallel", nesting=NestingType.FLAT, max_concurrency=1)
        yield context.create_callback("callback", timeout=60, sub_type="Mine")
        yield context.step(nothing, "step", serdes=JsonSerDes(), sub_type="Mine")
        return None

    def long(event: Any, context: Any) -> Story:
        first = MapConfig[int](max_concurrency=1, completion_config=CompletionConfig(min_successful=1))
        yield context.run_in_child_context(one, "child", ChildConfig(sub_type="Mine"))
        yield context.map([1, 2, 3], item, "map", first)
        yield context.parallel([one, one], "parallel", ParallelConfig(1, nesting_type=NestingType.FLAT))
        yield context.create_callback("callback", CallbackConfig(timeout=60, sub_type="Mine"))
        yield context.step(nothing, "step", StepConfig(serdes=JsonSerDes(), sub_type="Mine"))
        return None

    def history(plot: Plot) -> list[tuple[object, ...]]:
        return [(o.id, o.kind, o.sub_type, o.name, o.parent_id, o.status) for o in live(told, plot).operations]

    assert history(short) == history(long)


@both_drivers
def test_callbacks_and_conditions_take_keywords(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Story:
        try:
            yield context.wait_for_callback(lambda callback_id, _: None, timeout=5, retry=False)
        except CallbackTimeoutError:
            strategy = WaitStrategies.fixed(lambda polls: polls == 3, 1)
            return (yield context.wait_for_condition(lambda n, _: n + 1, initial_state=0, wait_strategy=strategy))

    assert value_of(told, plot) == 3


@both_drivers
def test_a_condition_without_a_strategy_is_refused(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Story:
        with pytest.raises(ValidationError, match="wait_strategy"):
            context.wait_for_condition(lambda state, _: state)
        config = WaitForConditionConfig(WaitStrategies.fixed(bool), 0)
        with pytest.raises(ValidationError, match="either"):
            context.wait_for_condition(lambda state, _: state, config, initial_state=0)
        yield context.step(nothing)
        return "refused"

    assert value_of(told, plot) == "refused"
