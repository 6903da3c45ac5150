"""Which functions a durable function invokes, found in its source. Nothing is imported or run.

The reader is the one of `everstep check`, so calls are followed into helpers and into branches. A target counts when it
is a text or a name that is bound once, to a text, here or in a module of the project that it is imported from.
"""

import ast
from collections.abc import Iterator

from everstep.lint.cast import Cast
from everstep.lint.names import Names, home_of
from everstep.lint.program import Program, ReadText
from everstep.lint.syntax import Assigned, Class, Declared, Function, Imported, Module, Scope
from everstep.scaffold.declared import Call

TARGETS = {"invoke": False, "continue_as_new": True}
"""The operations that invoke a function, and whether that is a successor."""


def calls_of(path: str, handler: str, read_text: ReadText) -> tuple[Call, ...]:
    """The chained invokes of the handler with this name in the file at `path`, in the order of their places."""
    program = Program(read_text)
    module = program.module(path)
    if module is None:
        return ()
    cast = Cast(Names(program))
    for binding in module.names.get(handler, ()):
        if isinstance(binding, Function):
            cast.enter_handler(binding)
    found = (call for part in cast.parts for call in _calls_in(part.function, cast))
    return tuple(sorted(set(found), key=_in_order))


def _in_order(call: Call) -> tuple[str, int, str]:
    file, _, line = call.place.rpartition(":")
    return file, int(line), call.target or ""


def _calls_in(function: Function, cast: Cast) -> Iterator[Call]:
    for node in function.calls:
        operation = cast.operation(node, function)
        if operation is None or operation.name not in TARGETS:
            continue
        name = operation.argument("function_name")
        is_successor = TARGETS[operation.name]
        target = _text(name, function, cast.names.program) if name is not None else None
        if is_successor and name is not None and target is None:
            is_successor = False  # it goes on in a function that only running tells
        place = f"{function.module.path}:{node.lineno}"
        yield Call(target=target, place=place, is_successor=is_successor)


def _text(node: ast.expr, scope: Scope, program: Program) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            home = home_of(name, scope)
            return _bound(name, home, program) if home is not None else None
        case _:
            return None


def _bound(name: str, home: Scope, program: Program) -> str | None:
    bindings = [each for each in home.names.get(name, ()) if not isinstance(each, Declared)]
    match bindings:
        case [Assigned(value=value)]:
            return _text(value, home, program)
        case [Imported(module=source, name=str(there), level=level)]:
            found = program.find(_module_of(home), source, level)
            return _bound(there, found, program) if found is not None else None
        case _:
            return None


def _module_of(scope: Scope) -> Module:
    if isinstance(scope, Class | Function):
        return scope.module
    assert isinstance(scope, Module), scope
    return scope
