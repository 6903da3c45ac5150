"""What the agent asks of a language model, and a stand-in for one that needs no account.

Write your own `Model`, a function from the conversation to a reply that calls whatever service you use, and hand it to
`agent.answer` in the place of `pocket_model`.
"""

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias, TypedDict


class ToolCall(TypedDict):
    id: str
    tool: str
    arguments: dict[str, str]


class Message(TypedDict):
    role: Literal["user", "model", "tool"]
    text: str
    calls: list[ToolCall]
    """What the model wants to know before it answers; empty in every other message, and in its answer."""


Model: TypeAlias = Callable[[Sequence[Message]], Message]


def pocket_model(conversation: Sequence[Message]) -> Message:
    """Looks a city's weather up and repeats it: as little as it takes to see the loop at work."""
    latest = conversation[-1]
    if latest["role"] == "tool":
        return {"role": "model", "text": f"I looked it up: {latest['text']}.", "calls": []}
    city = latest["text"].rstrip("?").split()[-1]
    return {"role": "model", "text": "", "calls": [{"id": "1", "tool": "weather", "arguments": {"city": city}}]}
