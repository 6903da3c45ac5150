"""The types of a class's fields, with the arguments of a generic class put in."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from everstep.errors import SerDesError


def field_types(kind: type[Any], arguments: tuple[Any, ...]) -> dict[str, Any]:
    """Every annotation of a class and its bases, resolved. Raises SerDesError if one names an unknown type."""
    types: dict[str, Any] = {}
    for owner, known in reversed(list(_lineage(kind, dict(zip(_parameters(kind), arguments, strict=False))))):
        try:
            # A class made inside a function is not found by its name, though its fields may name it.
            hints = get_type_hints(owner, localns={owner.__name__: owner, kind.__name__: kind})
        except Exception as error:
            raise SerDesError(f"the fields of {owner.__qualname__} cannot be understood: {error}") from error
        own = getattr(owner, "__annotations__", {}).keys() & hints.keys()
        types |= {name: substitute(hints[name], known) for name in hints if name in own or name not in types}
    return types


def substitute(annotation: Any, known: Mapping[Any, Any]) -> Any:
    """The annotation with type variables replaced by what they are known to be."""
    if isinstance(annotation, TypeVar):
        return known.get(annotation, annotation)
    parameters = _parameters(annotation)
    if not parameters or get_origin(annotation) is None or not any(parameter in known for parameter in parameters):
        return annotation
    return annotation[tuple(known.get(parameter, parameter) for parameter in parameters)]


def _lineage(kind: type[Any], known: Mapping[Any, Any]) -> Iterator[tuple[type[Any], Mapping[Any, Any]]]:
    """A class and its bases, nearest first, each with what its own type variables stand for.

    Two classes may use one variable for different things: `class Sub(Base[int], Generic[T])`.
    """
    yield kind, known
    for base in vars(kind).get("__orig_bases__", kind.__bases__):
        origin = get_origin(base) or base
        if not isinstance(origin, type) or origin.__module__ in ("builtins", "typing"):
            continue
        arguments = (substitute(argument, known) for argument in get_args(base))
        yield from _lineage(origin, dict(zip(_parameters(origin), arguments, strict=False)))


def _parameters(annotation: Any) -> tuple[Any, ...]:
    return getattr(annotation, "__parameters__", ())
