"""Which functions the service knows.

Configurations are Lambda-shaped, as the official emulator takes them: an object of function name (or
`name:qualifier`, which wins) -> {"DurableConfig": {"ExecutionTimeout", "RetentionPeriodInDays"}, "Timeout"}. A
function without a DurableConfig is a plain one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from everstep.core.limits import RETENTION_DAYS_MAX, SECONDS_MAX
from everstep.core.machine.commands import Target
from everstep.core.messages import CheckpointRequest
from everstep.core.names import parse_function
from everstep.core.wire.text import Json, JsonObject, NotJsonError, load
from everstep.service.ports import FunctionConfig, Functions

INVOCATION_SECONDS_MAX = 900


class FunctionConfigsError(ValueError):
    """Function configurations that cannot be understood; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryFunction:
    """Knows every name, as a function of the same configuration: for a service without configurations."""

    is_durable: bool = True
    execution_timeout_seconds: int = 86_400

    def find(self, name: str) -> FunctionConfig | None:
        return FunctionConfig(
            name=name, is_durable=self.is_durable, execution_timeout_seconds=self.execution_timeout_seconds
        )


@dataclass(frozen=True, slots=True)
class ConfiguredFunctions:
    """Knows the functions that were configured, and no others."""

    configs: Mapping[str, FunctionConfig]

    def find(self, name: str) -> FunctionConfig | None:
        return self.configs.get(f"{name}:$LATEST") or self.configs.get(name)


def targets_of(functions: Functions, request: CheckpointRequest) -> dict[str, Target]:
    """What is known of the functions that the updates want to call, by the name that they use."""
    named = {update.invoke.function_name for update in request.updates if update.invoke is not None}
    return {name: target for name in named if (target := _target(functions, name)) is not None}


def _target(functions: Functions, text: str) -> Target | None:
    name = parse_function(text)
    config = functions.find(name.name) if name is not None else None
    if config is None:
        return None
    return Target(
        is_durable=config.is_durable,
        execution_timeout_seconds=config.execution_timeout_seconds,
        retention_days=config.retention_days,
    )


def parse_function_configs(text: str) -> ConfiguredFunctions:
    """Functions from JSON text. Raises FunctionConfigsError."""
    try:
        parsed = load(text)
    except NotJsonError as error:
        raise FunctionConfigsError(f"the function configurations are not JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise FunctionConfigsError("the function configurations must be a JSON object of function name -> object")
    return ConfiguredFunctions({name: _config(name, value) for name, value in parsed.items()})


def _config(name: str, value: Json) -> FunctionConfig:
    durable = _object(name, value).get("DurableConfig")
    timeout = _seconds(name, _object(name, value), "Timeout", 900, INVOCATION_SECONDS_MAX)
    plain_name = name.partition(":")[0]
    if durable is None:
        return FunctionConfig(name=plain_name, is_durable=False, timeout_seconds=timeout)
    settings = _object(f"{name}.DurableConfig", durable)
    return FunctionConfig(
        name=plain_name,
        execution_timeout_seconds=_seconds(name, settings, "ExecutionTimeout", 86_400, SECONDS_MAX),
        retention_days=_seconds(name, settings, "RetentionPeriodInDays", 14, RETENTION_DAYS_MAX),
        timeout_seconds=timeout,
    )


def _object(where: str, value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise FunctionConfigsError(f"the configuration of {where} must be a JSON object")
    return value


def _seconds(where: str, settings: JsonObject, key: str, default: int, maximum: int) -> int:
    value = settings.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= maximum:
        raise FunctionConfigsError(f"{key} of {where} must be a whole number from 1 to {maximum}, got {value!r}")
    return value
