"""Everything that can be asked of an execution. A closed set: `decide` answers each, and only these."""

from dataclasses import dataclass
from typing import TypeAlias

from everstep.core.machine.state import Origin
from everstep.core.messages import CheckpointRequest, InvocationOutput
from everstep.core.model import ErrorObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Begin a new execution."""

    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The function reports."""

    request: CheckpointRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginInvocation:
    """The dispatcher is about to call the function."""

    number: int
    """The invocation that is owed; any other is an effect performed twice and changes nothing."""
    id: str
    """Request id for the invocation: fresh, unguessable, without a slash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The function answered. `output` is None when the answer is not an output of the documented form."""

    output: InvocationOutput | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashed:
    """The function did not answer: it raised, died, ran out of time or could not be reached.

    The error's type decides how it is retried: `Runtime.`, `Sandbox.` and `Extension.` at once, others with
    back-off.
    """

    error: ErrorObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The service itself lost sight of the invocation (it was restarted). Not a failure of the function."""


InvocationEnd: TypeAlias = Returned | Crashed | Lost


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationEnded:
    """An invocation is over."""

    number: int
    end: InvocationEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Somebody wants it to end now."""

    error: ErrorObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time passed."""


Command: TypeAlias = Start | Checkpoint | BeginInvocation | InvocationEnded | Stop | Tick
