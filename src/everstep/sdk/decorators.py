"""Decorators that give a function its arguments now and its context later.

@durable_step
def charge(step: StepContext, order_id: str) -> Receipt: ...

receipt = context.step(charge("o-17"))      # the operation is named "charge"
"""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from everstep.sdk.types import StepContext

P = ParamSpec("P")
T = TypeVar("T")

NAME_ATTRIBUTE = "_original_name"
"""Where a bound function carries the name of the one it came from; the same place as in the official SDK."""


def durable_step(func: Callable[Concatenate[StepContext, P], T]) -> Callable[P, Callable[[StepContext], T]]:
    """Make a step of a function: call it with its arguments and hand the result to `context.step`.

    The operation takes the function's name. Works for `def` and `async def`.
    """

    @functools.wraps(func)
    def with_arguments(*args: P.args, **kwargs: P.kwargs) -> Callable[[StepContext], T]:
        def body(context: StepContext) -> T:
            return func(context, *args, **kwargs)

        setattr(body, NAME_ATTRIBUTE, func.__name__)
        body.__wrapped__ = func  # type: ignore[attr-defined]  # what inspect and `is_async` look through
        return body

    return with_arguments


def name_of(func: object) -> str | None:
    """The name that a decorator of this module gave, or None."""
    name = getattr(func, NAME_ATTRIBUTE, None)
    return name if isinstance(name, str) else None


def is_async(func: object) -> bool:
    """Whether calling the function only makes a coroutine."""
    while (inner := getattr(func, "__wrapped__", None)) is not None:
        func = inner
    if isinstance(func, functools.partial):
        return is_async(func.func)
    code = getattr(func, "__code__", None) or getattr(getattr(func, "__func__", None), "__code__", None)
    return code is not None and bool(code.co_flags & _CO_COROUTINE)


_CO_COROUTINE = 0x80
"""inspect.CO_COROUTINE, without importing inspect on the way to a cold start."""
