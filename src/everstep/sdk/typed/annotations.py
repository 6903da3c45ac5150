"""What an author's function says that it returns."""

import functools
from collections.abc import Awaitable
from types import FunctionType, MethodType
from typing import Any, get_args, get_origin, get_type_hints

_LAYERS_MAX = 100
"""Wrappers around a function; a proxy that invents every attribute would have no innermost one."""

FUNCTIONS_MAX = 1024
"""Functions whose annotation is remembered: resolving one costs as much as several small operations."""


def result_annotation(func: object) -> object:
    """The type of the value that calling (and awaiting) the function gives; Any if it does not say.

    Looks through decorators, partials, methods and callable objects. Never raises: a name that cannot be found, for
    example because it is imported for type checkers only, means Any.
    """
    try:
        return _awaited(_returned(_innermost(func)))
    except Exception:  # Annotations run the author's code, and no fault of theirs is a reason not to run a step.
        return Any


def _innermost(func: Any) -> Any:
    for _ in range(_LAYERS_MAX):
        match func:
            case functools.partial():
                func = func.func
            case MethodType():
                func = func.__func__
            case type():
                return func
            case _ if (wrapped := getattr(func, "__wrapped__", None)) is not None:
                func = wrapped
            case FunctionType():
                return func
            case _:
                func = type(func).__call__
    return None


def _returned(func: Any) -> Any:
    if isinstance(func, type):
        return func
    if not isinstance(func, FunctionType) or "return" not in _annotations(func):
        return Any
    # What a nested function says may depend on what is around it, and a memory would keep that alive.
    return _resolved(func) if func.__closure__ is None else _resolve(func)


def _resolve(func: FunctionType) -> Any:
    def bearer() -> None: ...

    # The other annotations stay out of this: an unknown type of a parameter does not hide that of the result.
    bearer.__annotations__ = {"return": _annotations(func)["return"]}
    return get_type_hints(bearer, globalns=func.__globals__, localns=_surroundings(func), include_extras=True)["return"]


@functools.lru_cache(FUNCTIONS_MAX)
def _resolved(func: FunctionType) -> Any:
    return _resolve(func)


def _annotations(func: FunctionType) -> dict[str, Any]:
    try:
        return func.__annotations__
    except NameError:
        # Since Python 3.14 they are evaluated here, all or none; this gives those that can be.
        import annotationlib  # type: ignore[import-not-found,unused-ignore]  # absent before 3.14

        return annotationlib.get_annotations(func, format=annotationlib.Format.FORWARDREF)  # type: ignore[no-any-return,unused-ignore]  # as above


def _surroundings(func: FunctionType) -> dict[str, Any]:
    """The names that a nested function has caught from around it, and its own type variables."""
    names = {parameter.__name__: parameter for parameter in getattr(func, "__type_params__", ())}
    for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=True):
        try:
            names[name] = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    return names


def _awaited(annotation: Any) -> Any:
    """What a plain function that returns a coroutine or a future gives in the end."""
    origin = get_origin(annotation)
    if isinstance(origin, type) and issubclass(origin, Awaitable):
        return get_args(annotation)[-1]
    return annotation
