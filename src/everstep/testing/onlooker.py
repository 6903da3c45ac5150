"""Watches the author's code of one invocation from inside the SDK, and puts stand-ins in the place of bodies."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeVar

from everstep.core.model import Kind
from everstep.sdk.drive.bodies import is_awaitable
from everstep.sdk.observer import Inside, Observer
from everstep.sdk.replay.journal import Identity
from everstep.sdk.replay.requests import Script
from everstep.testing.incarnation import HERE, Here, Incarnation, Place, Where
from everstep.testing.stand_ins import StandIns

T = TypeVar("T")


class Onlooker:
    """The observer of an invocation in a test world; what it hears it passes on to the plugins' one."""

    def __init__(self, who: Incarnation, stand_ins: StandIns, inner: Observer | None) -> None:
        self._who = who
        self._stand_ins = stand_ins
        self._inner = inner

    def asked(self, identity: Identity) -> None:
        self._who.witness.asked(identity, self._who)
        if self._inner is not None:
            self._inner.asked(identity)

    def script(self, script: Script[T]) -> Script[T]:
        return script if self._inner is None else self._inner.script(script)

    def inside(self, identity: Identity, inside: Inside, *, is_recorded: bool) -> Inside:
        return inside if self._inner is None else self._inner.inside(identity, inside, is_recorded=is_recorded)

    def trace_id(self, identity: Identity, function_name: str) -> str | None:
        return None if self._inner is None else self._inner.trace_id(identity, function_name)

    def log_fields(self) -> Mapping[str, object]:
        return {} if self._inner is None else self._inner.log_fields()

    def body(self, identity: Identity, attempt: int, body: Callable[[], object]) -> object:
        self._at(Where.BEFORE_BODY, identity, attempt)
        run = self._stand_ins.instead_of(identity.name, body)
        if self._inner is not None:
            run = partial(self._inner.body, identity, attempt, run)
        outside = HERE.set(Here(self._who, identity, attempt))
        try:
            value = run()
        except Exception:
            self._at(Where.AFTER_BODY, identity, attempt)
            raise
        finally:
            HERE.reset(outside)
        if is_awaitable(value):
            return self._settle(value, identity, attempt)
        self._at(Where.AFTER_BODY, identity, attempt)
        return value

    async def _settle(self, awaitable: Awaitable[object], identity: Identity, attempt: int) -> object:
        outside = HERE.set(Here(self._who, identity, attempt))
        try:
            value = await awaitable
        except Exception:
            self._at(Where.AFTER_BODY, identity, attempt)
            raise
        finally:
            HERE.reset(outside)
        self._at(Where.AFTER_BODY, identity, attempt)
        return value

    def _at(self, where: Where, identity: Identity, attempt: int) -> None:
        self._who.at(Place(where, identity.id, str(attempt), label_of(identity)))


def label_of(identity: Identity) -> str:
    """How people call the operation."""
    kind = identity.kind.value.lower().replace("chained_", "")
    return f"{kind} {identity.name!r}" if identity.name else f"{kind} {identity.place}"


def is_asked_for_by_the_handler(identity: Identity) -> bool:
    """Whether it is a step that stands in no context, so that nobody but the handler's own code waits for it."""
    return identity.kind is Kind.STEP and identity.parent_id is None
