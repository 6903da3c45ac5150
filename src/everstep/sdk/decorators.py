"""Decorators that give a function its arguments now and its context later.

@durable_step
def charge(step: StepContext, order_id: str) -> Receipt: ...

receipt = context.step(charge("o-17"))      # the operation is named "charge"
"""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from everstep.sdk.config import ParallelBranch
from everstep.sdk.types import StepContext, WaitForCallbackContext

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C")
F = TypeVar("F", bound=Callable[..., Any])

NAME_ATTRIBUTE = "_original_name"
"""Where a bound function carries the name of the one it came from; the same place as in the official SDK."""


def durable_step(func: Callable[Concatenate[StepContext, P], T]) -> Callable[P, Callable[[StepContext], T]]:
    """Make a step of a function: call it with its arguments and hand the result to `context.step`.

    The operation takes the function's name. Works for `def` and `async def`.
    """

    return _later(func)


def durable_with_child_context(func: Callable[Concatenate[C, P], T]) -> Callable[P, Callable[[C], T]]:
    """Make the body of a child context: call it with its arguments and hand the result to `run_in_child_context`."""
    return _later(func)


def durable_wait_for_callback(
    func: Callable[Concatenate[str, WaitForCallbackContext, P], T],
) -> Callable[P, Callable[[str, WaitForCallbackContext], T]]:
    """Make a submitter: call it with its arguments and hand the result to `context.wait_for_callback`."""

    @functools.wraps(func)
    def with_arguments(*args: P.args, **kwargs: P.kwargs) -> Callable[[str, WaitForCallbackContext], T]:
        def body(callback_id: str, context: WaitForCallbackContext) -> T:
            return func(callback_id, context, *args, **kwargs)

        return _named(body, func)

    return with_arguments


def durable_parallel_branch(
    name: str | None = None,
) -> Callable[[Callable[Concatenate[C, P], T]], Callable[P, ParallelBranch[T]]]:
    """Make a branch with a name: call it with its arguments and put the result among `context.parallel`'s functions.

    Without a name the branch is called `parallel-branch-<index>`.
    """

    def decorate(func: Callable[Concatenate[C, P], T]) -> Callable[P, ParallelBranch[T]]:
        later = _later(func)

        @functools.wraps(func)
        def with_arguments(*args: P.args, **kwargs: P.kwargs) -> ParallelBranch[T]:
            return ParallelBranch(later(*args, **kwargs), name)

        return with_arguments

    return decorate


def _later(func: Callable[Concatenate[C, P], T]) -> Callable[P, Callable[[C], T]]:
    @functools.wraps(func)
    def with_arguments(*args: P.args, **kwargs: P.kwargs) -> Callable[[C], T]:
        def body(context: C) -> T:
            return func(context, *args, **kwargs)

        async def async_body(context: C) -> Any:
            return await cast(Awaitable[Any], func(context, *args, **kwargs))

        return _named(cast(Callable[[C], T], async_body) if is_async(func) else body, func)

    return with_arguments


def _named(body: F, func: Callable[..., Any]) -> F:
    setattr(body, NAME_ATTRIBUTE, func.__name__)
    body.__wrapped__ = func  # type: ignore[attr-defined]  # what inspect looks through
    return body


def name_of(func: object) -> str | None:
    """The name that a decorator of this module gave, or None."""
    name = getattr(func, NAME_ATTRIBUTE, None)
    return name if isinstance(name, str) else None


def is_async_inside(func: object) -> bool:
    """Whether the function that all decorators are wrapped around is written `async`."""
    while (inner := getattr(func, "__wrapped__", None)) is not None:
        func = inner
    return is_async(func)


def is_async(func: Any) -> bool:
    """Whether calling the function only makes a coroutine. What a decorator does before that may block."""
    if isinstance(func, functools.partial):
        return is_async(func.func)
    for callee in (func, getattr(func, "__func__", None), type(func).__call__ if callable(func) else None):
        code = getattr(callee, "__code__", None)
        if code is not None:
            return bool(code.co_flags & _CO_COROUTINE)
    return False


_CO_COROUTINE = 0x80
"""inspect.CO_COROUTINE, without importing inspect on the way to a cold start."""
