"""What every handler is given: the desk it works at and the call it answers.

A handler decodes the call, asks the service, encodes the answer, and refuses by raising `Refused`. Rules of the
protocol live in the core, differences between dialects in `Manners`.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from everstep.core.refusal import Code, Refused
from everstep.core.wire.text import Json, NotJsonError, load
from everstep.service.http.asgi import Response
from everstep.service.http.dialect import Dialect, Manners
from everstep.service.http.query import Query
from everstep.service.page.page import Page
from everstep.service.service import Service

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, taken apart."""

    subject: str
    """What the path names (an ARN, a function …), decoded; empty where a path names nothing."""
    query: Query
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    def json(self) -> Json:
        """The body as a JSON value. Raises Refused when it is none."""
        try:
            return load(self.body)
        except NotJsonError as error:
            raise Refused(Code.SERIALIZATION, f"the body is not JSON: {error}") from error


class Errands:
    """Work that nobody waits for. Owns its tasks, because the event loop would forget them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    def send(self, work: Coroutine[object, object, object]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._back)

    def _back(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("an asynchronous invocation failed", exc_info=error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One API: the service behind it, how it speaks, and what it keeps between requests."""

    service: Service
    manners: Manners
    redirect: Callable[[str], None] | None = None
    """Changes where functions are invoked; None where they run at no address."""
    errands: Errands = field(default_factory=Errands)
    answers: Counter[int] = field(default_factory=Counter)
    """How many answers it gave, by HTTP status."""
    dialect: Dialect = Dialect.AWS
    page: Page | None = None
    """What our own API answers from; None where there is only the Lambda API."""
    vitals: "Vitals | None" = None
    """What probes are told; None where nobody probes."""


class Vitals(Protocol):
    """What probes are told."""

    async def trouble(self) -> str | None:
        """Why the service should be sent no work; None when it should."""
        ...

    async def metrics(self, answers: Mapping[int, int]) -> str:
        """What was done and what is owed, as Prometheus text."""
        ...


Answer: TypeAlias = Callable[[Desk, Call], Awaitable[Response]]
"""A handler."""
