"""The one seam through which somebody watches a function run: plugins, and nobody most of the time.

Where there is no observer, each place below costs one comparison. An observer changes nothing of what is saved.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias, TypeVar

from everstep.core.model import Operation
from everstep.sdk.replay.journal import Identity
from everstep.sdk.replay.requests import Script

T = TypeVar("T")
Inside: TypeAlias = Callable[[Operation | None], Script[object]]
"""What happens in a context; see `ContextCall.inside`."""


class Observer(Protocol):
    def asked(self, identity: Identity) -> None:
        """The code asks for this operation; perhaps it is recorded already."""
        ...

    def script(self, script: Script[T]) -> Script[T]:
        """The same script, watched: what it saves, and what it hears of its operations."""
        ...

    def body(self, identity: Identity, attempt: int, body: Callable[[], object]) -> object:
        """Run the author's code of an attempt; like the body itself, it may return an awaitable."""
        ...

    def inside(self, identity: Identity, inside: Inside, *, is_recorded: bool) -> Inside:
        """The same inside of a context, watched."""
        ...

    def trace_id(self, identity: Identity, function_name: str) -> str | None:
        """What a new chained invoke shall carry as its trace id."""
        ...

    def log_fields(self) -> Mapping[str, object]:
        """What a line of the context's logger shall say besides."""
        ...


Around: TypeAlias = Callable[[Observer | None], Observer]
"""Puts an observer around the one of the plugins, None where there are none; what it hears it passes on."""
