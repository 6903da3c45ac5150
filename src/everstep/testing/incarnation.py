"""One invocation as it runs, and the places that it comes to, where something may happen to it.

    BEGIN                               the function is called
      BEFORE_BODY  EFFECT…  AFTER_BODY  an attempt of a step runs, and does something to the world
      BEFORE_SAVE  IN_SAVE…  AFTER_SAVE its updates travel to the service
    END                                 it answered; the service has not heard so

A witness is told of every place. One that raises `Died` there ends the process as far as anybody can see: nothing more
is saved, no further body begins, and no further effect is noted.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NoReturn, Protocol

from everstep.core.messages import InvocationOutput
from everstep.core.model import Arn
from everstep.sdk.replay.journal import Identity


class Where(StrEnum):
    """Where an invocation can be."""

    BEGIN = "BEGIN"
    BEFORE_BODY = "BEFORE_BODY"
    EFFECT = "EFFECT"
    AFTER_BODY = "AFTER_BODY"
    BEFORE_SAVE = "BEFORE_SAVE"
    IN_SAVE = "IN_SAVE"
    """Some of the updates of one call are saved, as when a background thread had sent them before."""
    AFTER_SAVE = "AFTER_SAVE"
    END = "END"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an invocation is, so that another run finds the same place again."""

    where: Where
    subject: str = ""
    """The operation's id, where it is about one."""
    detail: str = ""
    """An attempt's number, an update's action, an effect's name."""
    label: str = field(default="", compare=False)
    """The operation, for people."""


class Died(BaseException):
    """The process ended here. No `Exception`, so that an author's `except Exception` does not survive it."""


class Witness(Protocol):
    """Sees an execution run."""

    def at(self, place: Place, who: "Incarnation") -> None:
        """An invocation came here. Raises Died when it gets no further."""
        ...

    def asked(self, identity: Identity, who: "Incarnation") -> None:
        """The code asks for this operation; perhaps it is recorded already."""
        ...


class Bystander:
    """Sees everything and does nothing."""

    def at(self, place: Place, who: "Incarnation") -> None:
        return

    def asked(self, identity: Identity, who: "Incarnation") -> None:
        return


def _nothing() -> None:
    return


@dataclass(slots=True, eq=False, kw_only=True)
class Incarnation:
    """One invocation of one execution; owns whether it is still alive."""

    arn: Arn
    request_id: str
    witness: Witness
    give_up: Callable[[], None] = _nothing
    """Makes the service believe that it died, and lets its successors run, while it goes on itself."""
    repeat: Callable[[], None] = _nothing
    """Delivers the same invocation a second time."""
    is_dead: bool = False
    has_returned: bool = False
    """Whether the author's handler came to its end."""
    output: InvocationOutput | None = None

    def at(self, place: Place) -> None:
        """Come to a place. Raises Died."""
        self.check_alive()
        try:
            self.witness.at(place, self)
        except Died:
            self.is_dead = True
            raise

    def check_alive(self) -> None:
        if self.is_dead:
            self.end()

    def end(self) -> NoReturn:
        self.is_dead = True
        raise Died


@dataclass(frozen=True, slots=True)
class Here:
    """What is running in this thread or task."""

    who: Incarnation
    identity: Identity | None = None
    """The operation whose body runs; None: the handler's own code."""
    attempt: int = 0


HERE: ContextVar[Here | None] = ContextVar("everstep_here", default=None)
"""How a ledger knows on whose behalf it is written to."""
