"""Configuration is checked when it is made, long before a step runs under it."""

import subprocess
import sys

import pytest

from everstep.errors import ValidationError
from everstep.sdk.config import ChildConfig, InvokeConfig, MapConfig, ParallelBranch, StepConfig, StepSemantics
from everstep.sdk.retries import RetryPresets, RetryStrategyConfig
from everstep.sdk.retrying import WithRetryConfig
from everstep.sdk.waits import WaitForConditionConfig, WaitStrategies, WaitStrategyConfig


def test_a_step_without_configuration_runs_at_least_once_per_retry() -> None:
    config = StepConfig()
    assert config.step_semantics is StepSemantics.AT_LEAST_ONCE_PER_RETRY
    assert (config.retry_strategy, config.serdes, config.sub_type) == (None, None, None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"retry_strategy": RetryStrategyConfig()}, "create_retry_strategy"),
        ({"step_semantics": "AT_MOST_ONCE"}, "step_semantics"),
        ({"serdes": "json"}, "serdes"),
        ({"sub_type": "has space"}, "sub_type"),
        ({"sub_type": "x" * 33}, "sub_type"),
        ({"sub_type": "line\n"}, "sub_type"),
        ({"sub_type": 7}, "sub_type"),
    ],
)
def test_a_mistake_in_a_step_config_is_named(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        StepConfig(**arguments)  # type: ignore[arg-type]  # the mistake is the test


def test_a_step_config_takes_a_strategy_and_a_label() -> None:
    config = StepConfig(RetryPresets.none(), StepSemantics.AT_MOST_ONCE_PER_RETRY, sub_type="Charge-Card_1")
    assert config.sub_type == "Charge-Card_1"


def test_configuring_a_step_loads_no_network_code() -> None:
    heavy = {"asyncio", "http.client", "ssl", "urllib.request", "email"}
    code = f"import sys, everstep.sdk.config, everstep.sdk.logger; print({heavy!r} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


def test_a_generic_configuration_may_be_made_with_its_type_spelled_out() -> None:
    assert ChildConfig[int]() == ChildConfig()
    assert MapConfig[int]() == MapConfig()
    assert InvokeConfig[int, str]() == InvokeConfig()
    assert WithRetryConfig[int]() == WithRetryConfig()
    assert ParallelBranch[int](len, "size").name == "size"
    assert WaitStrategyConfig[int](bool).should_continue_polling is bool
    assert WaitForConditionConfig[int](WaitStrategies.fixed(bool), 0).initial_state == 0
