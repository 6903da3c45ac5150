"""How long a function's executions live, as far as its author declares it.

The declaration is found by what made the function, so that nothing of an SDK is imported that the app does not use.
"""

from dataclasses import dataclass
from typing import Any

OUR_CLASS = ("everstep.sdk.handler", "DurableFunction")
"""What our decorator makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """None: the author leaves it to whoever configures the service."""

    execution_timeout_seconds: int | None = None
    retention_days: int | None = None


def lifetime_of(function: Any) -> Lifetime:
    """What `@durable_execution` was told, under whatever other decorators; nothing for the official SDK's functions."""
    while function is not None:
        if (type(function).__module__, type(function).__qualname__) == OUR_CLASS:
            declared = function.lifetime
            return Lifetime(
                execution_timeout_seconds=declared.execution_timeout_seconds, retention_days=declared.retention_days
            )
        function = getattr(function, "__wrapped__", None)
    return Lifetime()
