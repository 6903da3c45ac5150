"""What the agent can do. A tool may change the world: `key` is the same however often one call is tried."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

Tool: TypeAlias = Callable[[Mapping[str, str], str], str]
"""Takes the model's arguments and an idempotency key."""


def weather(arguments: Mapping[str, str], key: str) -> str:
    """Here stands the call of a weather service."""
    return f"it is sunny in {arguments['city']}"


TOOLS: Mapping[str, Tool] = {"weather": weather}
