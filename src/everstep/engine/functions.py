"""The functions that an engine can call, by name."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from everstep.core.names import parse_function
from everstep.errors import ValidationError
from everstep.sdk.handler import DurableFunction
from everstep.service.ports import FunctionConfig

Target: TypeAlias = DurableFunction[Any] | Callable[[Any, Any], Any]
"""What can be called: a durable function, or a plain one, `def` or `async def`, that takes a payload and a context."""

_GIVE_NAMES = "give a mapping: functions={'a-name': function}"


class EngineFunctions:
    """Owns the functions by name. The service sees their configurations."""

    def __init__(self, functions: Iterable[Target] | Mapping[str, Target]) -> None:
        """Raises ValidationError for what cannot be called, and for names that are taken or are none."""
        self._targets: dict[str, Target] = {}
        self._configs: dict[str, FunctionConfig] = {}
        named = functions.items() if isinstance(functions, Mapping) else ((_own_name(one), one) for one in functions)
        for name, target in named:
            self._add(name, target)

    def _add(self, name: str, target: Target) -> None:
        if not callable(target):
            raise ValidationError(f"{target!r} cannot be called, so it is no function of an engine")
        parsed = parse_function(name)
        if parsed is None or parsed.name != name:
            raise ValidationError(f"{name!r} is no name of a function; {_GIVE_NAMES}")
        if self._targets.setdefault(name, target) is not target:
            raise ValidationError(f"two functions are called {name!r}; {_GIVE_NAMES}")
        self._configs[name] = _config(name, target)

    def find(self, name: str) -> FunctionConfig | None:
        return self._configs.get(name)

    def target(self, name: str) -> Target | None:
        return self._targets.get(name)

    def durable(self, function: DurableFunction[Any] | str) -> tuple[str, DurableFunction[Any]]:
        """The name and the function that are meant. Raises ValidationError unless it is a durable one of these."""
        known = self._targets.items()
        name = function if isinstance(function, str) else next((n for n, one in known if one is function), None)
        target = None if name is None else self._targets.get(name)
        if name is None or target is None:
            there = ", ".join(sorted(self._targets)) or "none"
            raise ValidationError(f"{_shown(function)} is not among this engine's functions, which are: {there}")
        if not isinstance(target, DurableFunction):
            raise ValidationError(f"{name} is a plain function: call it, or decorate it with @durable_execution")
        return name, target


def _config(name: str, target: Target) -> FunctionConfig:
    if not isinstance(target, DurableFunction):
        return FunctionConfig(name=name, is_durable=False)
    plain, declared = FunctionConfig(name=name), target.lifetime
    return FunctionConfig(
        name=name,
        execution_timeout_seconds=declared.execution_timeout_seconds or plain.execution_timeout_seconds,
        retention_days=declared.retention_days or plain.retention_days,
    )


def _own_name(target: object) -> str:
    return target.name if isinstance(target, DurableFunction) else getattr(target, "__name__", repr(target))


def _shown(function: object) -> str:
    return repr(function) if isinstance(function, str) else _own_name(function)
