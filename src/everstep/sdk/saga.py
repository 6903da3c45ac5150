"""Sagas: what must be undone when a block fails, and what must be tidied up however it ends.

    with context.saga() as saga:
        seat = context.step(book_seat(trip))
        saga.compensate(cancel_seat, seat)
        context.step(charge(trip))              # fails for good: cancel_seat runs, and the error goes on

What is registered runs as steps, the last registered first: each once, with retries, visible in the history. It runs
when the block has ended in the sense of the workflow, by returning or by raising an error. A block that is merely
suspended has not ended: an invocation is over, and the next one goes on inside the block.
"""

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Concatenate, NoReturn, ParamSpec, Self

from everstep.core.records import changed, dataclass
from everstep.errors import InvocationError, SagaError, SerDesError, StepError
from everstep.sdk.config import StepConfig
from everstep.sdk.decorators import name_of
from everstep.sdk.serdes import SerDes, SerDesContext
from everstep.sdk.types import StepContext

P = ParamSpec("P")

COMPENSATION = "Compensation"
CLEANUP = "Cleanup"
"""Sub-types of the steps in the history."""


class _Forgotten(SerDes[None]):
    """Nobody asks what undoing gave back, so it need not be a value that can be saved."""

    def serialize(self, value: object, serdes_context: SerDesContext) -> str:
        return "null"

    def deserialize(self, data: str, serdes_context: SerDesContext) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Undoing:
    """One thing to do at the end."""

    body: Callable[[StepContext], Any]
    name: str | None
    config: StepConfig

    @property
    def is_compensation(self) -> bool:
        return self.config.sub_type == COMPENSATION


class _Stack:
    """Owns what is to be done at the end of a block."""

    def __init__(self, step: Callable[..., Any], config: StepConfig) -> None:
        self._step = step
        self._config = changed(config, serdes=_Forgotten())
        self._undoings: list[_Undoing] = []

    def compensate(self, func: Callable[Concatenate[StepContext, P], Any], *args: P.args, **kwargs: P.kwargs) -> None:
        """If the block fails, run `func(step, *args, **kwargs)` as a step named after the function."""
        self._push(func, COMPENSATION, lambda step: func(step, *args, **kwargs))

    def cleanup(self, func: Callable[Concatenate[StepContext, P], Any], *args: P.args, **kwargs: P.kwargs) -> None:
        """However the block ends, run `func(step, *args, **kwargs)` as a step named after the function."""
        self._push(func, CLEANUP, lambda step: func(step, *args, **kwargs))

    def _push(self, func: Callable[..., Any], sub_type: str, body: Callable[[StepContext], Any]) -> None:
        own_name = getattr(func, "__name__", None)
        name = name_of(func) or (own_name if own_name != "<lambda>" else None)
        self._undoings.append(_Undoing(body=body, name=name, config=changed(self._config, sub_type=sub_type)))

    def _due(self, error: BaseException | None) -> Iterator[_Undoing]:
        """What must be done, in its order. A suspension, a cancellation or a lost invocation is no end."""
        if isinstance(error, Exception) and not isinstance(error, InvocationError):
            yield from reversed(self._undoings)
        elif error is None:
            yield from (undoing for undoing in reversed(self._undoings) if not undoing.is_compensation)


class Saga(_Stack):
    """The end of a `with` block in a `def` function; made by `context.saga()`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        failures: list[tuple[_Undoing, Exception]] = []
        for undoing in self._due(error):
            try:
                self._step(undoing.body, undoing.name, undoing.config)
            except (StepError, SerDesError) as failure:
                failures.append((undoing, failure))
        if failures:
            _raise(failures, error)


class AsyncSaga(_Stack):
    """The end of an `async with` block in an `async def` function; made by `context.saga()`."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        failures: list[tuple[_Undoing, Exception]] = []
        for undoing in self._due(error):
            try:
                await self._step(undoing.body, undoing.name, undoing.config)
            except (StepError, SerDesError) as failure:
                failures.append((undoing, failure))
        if failures:
            _raise(failures, error)


def _raise(failures: list[tuple[_Undoing, Exception]], error: BaseException | None) -> NoReturn:
    failed = "; ".join(f"{undoing.name or undoing.config.sub_type}: {failure}" for undoing, failure in failures)
    before = f", after the block had failed with {type(error).__name__}: {error}" if error is not None else ""
    raise SagaError(f"Not everything could be undone: {failed}{before}", tuple(f for _, f in failures)) from error
