"""What a script may ask of its driver: a small, closed set.

    script  --Save-->  driver  (write this down; with `wait`: and come back when it is safe)
    script  --Run--->  driver  (run the author's code; what became of it is the reply)
    script  --Enter->  driver  (the same for code that asks for operations itself)
    script  --Park-->  driver  (come back when this operation has changed)
    script  --Spawn->  driver  (carry out another script beside this one), then
            --Join-->  driver  (come back when one of them has ended), and perhaps
            --Dismiss> driver  (the others are not needed any more)

A script ends with the operation's value or its error.
"""

from collections.abc import Callable, Generator
from typing import TypeAlias, TypeVar

from everstep.core.model import OperationId, Update
from everstep.core.records import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Save:
    update: Update
    wait: bool
    """Whether the script goes on only when the update is durable and its answer is in the journal."""
    is_owed: bool = False
    """Not waited for now, but before the function's answer is given."""


@dataclass(frozen=True, slots=True)
class Run:
    body: Callable[[], object]
    """The author's code, arguments bound; may return an awaitable."""
    is_async: bool = False
    """Calling the body does not block, because it only makes a coroutine."""
    seconds_max: float | None = None
    """After so long the outcome is a TimeoutError, whatever the body does; None: as long as it likes."""


@dataclass(frozen=True, slots=True)
class Enter:
    """Run the author's code that asks for operations itself: while it waits for them, nothing of ours runs."""

    body: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Park:
    operation_id: OperationId


@dataclass(frozen=True, slots=True)
class Spawn:
    """Carry out another script beside this one. `Join` tells when it has ended."""

    index: int
    make: "Callable[[], Script[object]]"
    """Makes the script anew: a driver may drop one that is parked and begin again later."""


@dataclass(frozen=True, slots=True)
class Join:
    """Wait for the next spawned script to end."""


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Tell every spawned script that has not ended to stop; nothing that it does is recorded from now on."""


@dataclass(frozen=True, slots=True)
class Returned:
    value: object


@dataclass(frozen=True, slots=True)
class Raised:
    error: Exception


Outcome: TypeAlias = Returned | Raised
"""What became of a `Run`. Whatever is no `Exception` is not an outcome: it ends the invocation."""


@dataclass(frozen=True, slots=True)
class BranchEnded:
    """What became of a spawned script."""

    index: int
    outcome: Outcome


Request: TypeAlias = Save | Run | Enter | Park | Spawn | Join | Dismiss
Reply: TypeAlias = Outcome | BranchEnded | None
"""An Outcome to `Run` and `Enter`, a BranchEnded to `Join`, None to everything else."""
Script: TypeAlias = Generator[Request, Reply, T]


def outcome_of(reply: Reply) -> Outcome:
    """The reply to `Run` or `Enter`."""
    assert isinstance(reply, Returned | Raised), reply
    return reply
