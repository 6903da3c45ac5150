"""Bodies that may take only so long.

Nobody can stop a thread in Python. So a body with a time limit has a thread of its own: when the time is up, the
attempt fails, and the body is left to itself. It can ask whether it works for nothing (`StepContext.is_cancelled`).
"""

import threading
from collections.abc import Callable
from contextvars import ContextVar, copy_context

from everstep.sdk.replay.requests import Outcome, Raised

GIVEN_UP: ContextVar[threading.Event | None] = ContextVar("everstep_given_up", default=None)
"""Set, in the thread of a body whose time is up."""


def is_given_up() -> bool:
    """Whether the time of the body that asks is up."""
    event = GIVEN_UP.get()
    return event is not None and event.is_set()


def timed_out(seconds: float) -> Raised:
    """What becomes of an attempt whose time is up."""
    return Raised(TimeoutError(f"the attempt took longer than {seconds:g} seconds"))


def within(seconds: float, attempt: Callable[[], Outcome]) -> Outcome:
    """What becomes of the attempt within so many seconds."""
    became: list[Outcome | BaseException] = []
    is_over, given_up = threading.Event(), threading.Event()

    def work() -> None:
        GIVEN_UP.set(given_up)
        try:
            became.append(attempt())
        except BaseException as error:  # for whoever waits: it ends the invocation
            became.append(error)
        is_over.set()

    threading.Thread(target=copy_context().run, args=(work,), name="everstep-timed-body", daemon=True).start()
    if not is_over.wait(seconds):
        given_up.set()
        return timed_out(seconds)
    outcome = became[0]
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome
