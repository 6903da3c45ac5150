"""What a script may ask of its driver: a small, closed set.

    script  --Save-->  driver  (write this down; with `wait`: and come back when it is safe)
    script  --Run--->  driver  (run the author's code; what became of it is the reply)
    script  --Park-->  driver  (come back when this operation has changed)

A script ends with the operation's value or its error.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from everstep.core.model import OperationId, Update

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Save:
    update: Update
    wait: bool
    """Whether the script goes on only when the update is durable and its answer is in the journal."""


@dataclass(frozen=True, slots=True)
class Run:
    body: Callable[[], object]
    """The author's code, arguments bound; may return an awaitable."""
    is_async: bool = False
    """Calling the body does not block, because it only makes a coroutine."""


@dataclass(frozen=True, slots=True)
class Park:
    operation_id: OperationId


@dataclass(frozen=True, slots=True)
class Returned:
    value: object


@dataclass(frozen=True, slots=True)
class Raised:
    error: Exception


Outcome: TypeAlias = Returned | Raised
"""What became of a `Run`. Whatever is no `Exception` is not an outcome: it ends the invocation."""

Request: TypeAlias = Save | Run | Park
Script: TypeAlias = Generator[Request, Outcome | None, T]
"""The reply is an Outcome to `Run` and None to everything else."""
