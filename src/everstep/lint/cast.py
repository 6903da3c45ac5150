"""Who plays what: which functions are replayed, and which run once inside a step.

    handler --calls--> replayed, too            the same rules hold in it
       |--context.step(body)--> body            may do what it likes
       |                         `--calls--> inside, too
       `--context.map(…, body)--> branch        replayed, with a context of its own

A function has a part because of what it is decorated with, because a parameter is annotated as a durable context, or
because a function that has a part calls it or hands it to an operation. A function that nobody of these reaches has no
part, and no rule looks at it. One function may play several parts.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from everstep.lint.names import Block, Context, External, Handle, Instance, Method, Names, Value
from everstep.lint.syntax import Class, Function, Module, Parameter, Scope
from everstep.lint.vocabulary import (
    BRANCH_BODIES,
    BRANCH_DECORATORS,
    FREE,
    HANDLER_DECORATORS,
    LATER_DECORATORS,
    OPERATIONS,
    RESULT,
    STEP_BODIES,
    STEP_DECORATORS,
    UNDOINGS,
    UNRECORDED,
    WITH_RETRY,
    sdk_name,
)


class Role(StrEnum):
    HANDLER = "handler"
    """What `durable_execution` decorates."""
    BRANCH = "branch"
    """The body of a child context, of a map or of a parallel."""
    REPLAYED = "replayed"
    """Called by one of these."""
    STEP = "step"
    """The body of an operation that runs it once and keeps the result."""
    INSIDE = "inside"
    """Called by a step."""


@dataclass(frozen=True, slots=True)
class Part:
    """One function in one role."""

    function: Function
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A call that makes a durable operation, or takes the result of a callback."""

    name: str
    call: ast.Call
    is_async: bool
    owner: ast.expr
    """The expression that gives the context or the callback."""

    def argument(self, parameter: str) -> ast.expr | None:
        names = WITH_RETRY if self.name == "with_retry" else OPERATIONS.get(self.name, ())
        return argument(self.call, names.index(parameter), parameter) if parameter in names else None


_CALLS_ITS_ARGUMENTS = frozenset(
    {
        "asyncio.to_thread",
        "builtins.filter",
        "builtins.map",
        "builtins.max",
        "builtins.min",
        "builtins.sorted",
        "functools.reduce",
        "itertools.starmap",
    }
)


class Cast:
    """Owns who plays what; grows while calls are followed."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.parts: dict[Part, Part | None] = {}
        """Every part, with the part that led to it."""
        self._open: list[Part] = []
        self._acting: dict[Function, bool] = {}
        self._replayed: dict[Part, bool] = {}
        self._operations: dict[ast.Call, Operation | None] = {}

    # ------------------------------------------------------------------ casting
    def enter(self, module: Module) -> None:
        """Give their parts to the functions of a module that have them by themselves, and follow where they lead."""
        for function in module.functions.values():
            assert isinstance(function, Function), function
            words = {self.decoration(decorator, function) for decorator in function.decorators}
            if words & HANDLER_DECORATORS:
                self._handler(function)
            elif words & BRANCH_DECORATORS:
                self._branch(function, Context(function.is_async), None)
            elif words & STEP_DECORATORS:
                self._give(Part(function, Role.STEP), None)
            elif self.names.context_of(function) is not None:
                self._give(Part(function, Role.REPLAYED), None)
        for call in module.calls:
            if self._word(call.func, module) in HANDLER_DECORATORS:
                body = argument(call, 0, "func")
                for function in self.bodies(body, module) if body is not None else ():
                    self._handler(function)
        self._follow_all()

    def enter_handler(self, function: Function) -> None:
        """Give its part to this handler alone, and follow where it leads."""
        self._handler(function)
        self._follow_all()

    def decoration(self, decorator: ast.expr, function: Function) -> str | None:
        """The SDK's word for a decorator, with or without arguments."""
        return self._word(decorator.func if isinstance(decorator, ast.Call) else decorator, function.around)

    def _word(self, node: ast.expr, scope: Scope) -> str | None:
        value = self.names.meaning(node, scope)
        return sdk_name(value.name) if isinstance(value, External) else None

    def _handler(self, function: Function) -> None:
        own = function.parameters[1:] if function.has_self else function.parameters
        if len(own) > 1:
            self._learn(own[1], Context(function.is_async))
        self._give(Part(function, Role.HANDLER), None)

    def _branch(self, function: Function, context: Context, because: Part | None) -> None:
        self._learn_first(function, context)
        self._give(Part(function, Role.BRANCH), because)

    def _learn_first(self, function: Function, context: Context) -> None:
        own = function.parameters[1:] if function.has_self else function.parameters
        if own and self._learn(own[0], context):
            self._reopen(function)

    def _learn(self, parameter: Parameter, context: Context) -> bool:
        self._operations.clear()
        self._acting.clear()
        self._replayed.clear()
        return self.names.bind_context(parameter, context)

    def _give(self, part: Part, because: Part | None) -> None:
        if part not in self.parts:
            self.parts[part] = because
            self._open.append(part)

    def _reopen(self, function: Function) -> None:
        """Its parameters mean more than before, so look again where it leads."""
        self._open.extend(part for part in self.parts if part.function is function and part not in self._open)

    def _follow_all(self) -> None:
        while self._open:
            part = self._open.pop()
            for call in part.function.calls:
                self._follow(call, part)

    def _follow(self, call: ast.Call, part: Part) -> None:
        scope = part.function
        operation = self.operation(call, scope)
        if operation is not None:
            self._follow_operation(operation, part)
            return
        if self._is_undoing(call, scope):
            for function in self.bodies(call.args[0], scope):
                self._give(Part(function, Role.STEP), part)
            return
        value = self.names.meaning(call.func, scope)
        if isinstance(value, External) and value.name in _CALLS_ITS_ARGUMENTS:
            callees = [f for each in (*call.args, *(k.value for k in call.keywords)) for f in self.named(each, scope)]
        else:
            callees = list(self.called(value))
        role = Role.REPLAYED if self.is_replayed(part) else Role.INSIDE
        for callee in callees:
            self._hand_over(call, callee, scope, isinstance(value, Method))
            self._give(Part(callee, role), part)

    def _is_undoing(self, call: ast.Call, scope: Scope) -> bool:
        match call:
            case ast.Call(func=ast.Attribute(value=owner, attr=name), args=[_, *_]) if name in UNDOINGS:
                return isinstance(self.names.meaning(owner, scope), Block)
            case _:
                return False

    def _hand_over(self, call: ast.Call, callee: Function, scope: Scope, has_self: bool) -> None:
        """Durable contexts among the arguments become durable contexts among the parameters."""
        shift = 1 if has_self or (callee.has_self and callee.name == "__init__") else 0
        given = {place + shift: argument for place, argument in enumerate(call.args)}
        by_name = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        for parameter in callee.parameters:
            node = by_name.get(parameter.name, given.get(parameter.place))
            context = self.names.meaning(node, scope) if node is not None else None
            if isinstance(context, Context) and self._learn(parameter, context):
                self._reopen(callee)

    def _follow_operation(self, operation: Operation, part: Part) -> None:
        scope = part.function
        for function in self.step_bodies(operation, scope):
            self._give(Part(function, Role.STEP), part)
        branches = BRANCH_BODIES.get(operation.name)
        node = operation.argument(branches) if branches is not None else None
        for function in self.bodies(node, scope) if node is not None else ():
            if operation.name == "with_retry":  # of which no attempt is recorded as a whole
                self._learn_first(function, Context(operation.is_async))
                self._give(Part(function, Role.REPLAYED), part)
            else:
                self._branch(function, Context(operation.is_async), part)

    def step_bodies(self, operation: Operation, scope: Scope) -> list[Function]:
        """The functions of which this operation keeps the result, as far as they are known."""
        parameter = STEP_BODIES.get(operation.name)
        node = operation.argument(parameter) if parameter is not None else None
        return list(self.bodies(node, scope)) if node is not None else []

    # ------------------------------------------------------------------ looking
    def is_replayed(self, part: Part) -> bool:
        """Whether a function in this role is run again from its top.

        A handler or branch that makes no operation is not: nothing suspends it, and it is recorded as a whole, as a
        step is. In async code a timer is an operation, too; and some branches have no record.
        """
        if part.role not in {Role.HANDLER, Role.BRANCH}:
            return part.role is Role.REPLAYED
        if part not in self._replayed:
            self._replayed[part] = _may_be_suspended(part, self)
        return self._replayed[part]

    def operation(self, call: ast.Call, scope: Scope) -> Operation | None:
        """What durable operation a call makes, if it makes one."""
        if call not in self._operations:
            self._operations[call] = self._operation(call, scope)
        return self._operations[call]

    def _operation(self, call: ast.Call, scope: Scope) -> Operation | None:
        match call.func:
            case ast.Attribute(value=owner, attr=name) if name in OPERATIONS or name == RESULT:
                value = self.names.meaning(owner, scope)
                fits = isinstance(value, Handle) if name == RESULT else isinstance(value, Context)
                if fits and isinstance(value, Handle | Context):
                    is_async = value.is_async and name != "saga"  # which is entered, not awaited
                    return Operation(name=name, call=call, is_async=is_async, owner=owner)
            case ast.Name() | ast.Attribute() if self._word(call.func, scope) == "with_retry":
                owner = argument(call, 0, "context") or call
                context = self.names.meaning(owner, scope)
                is_async = isinstance(context, Context) and context.is_async
                return Operation(name="with_retry", call=call, is_async=is_async, owner=owner)
            case _:
                pass
        return None

    def called(self, value: Value | None) -> Iterator[Function]:
        """The functions of the project that run when this is called."""
        match value:
            case (Function() as function) | Method(function=function):
                words = {self.decoration(decorator, function) for decorator in function.decorators}
                if not words & (LATER_DECORATORS | HANDLER_DECORATORS):
                    yield function
            case Class() as cls:
                for each in self.names.with_bases(cls):
                    yield from (m for m in each.methods if m.name in {"__init__", "__post_init__"})
            case Instance(cls=cls):
                yield from (method for method in cls.methods if method.name == "__call__")
            case _:
                pass

    def named(self, node: ast.expr, scope: Scope) -> Iterator[Function]:
        """The function of the project that an expression names."""
        value = self.names.meaning(node, scope)
        if isinstance(value, Function | Method):
            yield from self.called(value)

    def bodies(self, node: ast.expr, scope: Scope) -> Iterator[Function]:
        """The functions that an operation will run when it is given this."""
        match node:
            case ast.Call(func=func, args=args):
                yield from self._made_by(self.names.meaning(func, scope), args, scope)
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                for part in parts:
                    yield from self.bodies(part, scope)
            case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part) | ast.Starred(value=part):
                yield from self.bodies(part, scope)
            case ast.IfExp(body=first, orelse=second):
                yield from self.bodies(first, scope)
                yield from self.bodies(second, scope)
            case ast.Name(id=name) if not isinstance(self.names.meaning(node, scope), Function):
                for value, home in self.names.assigned(name, scope):
                    if not isinstance(value, ast.Name):
                        yield from self.bodies(value, home)
            case _:
                value_of = self.names.meaning(node, scope)
                if isinstance(value_of, Function):
                    yield value_of
                elif isinstance(value_of, Method):
                    yield value_of.function
                else:
                    yield from self.called(value_of)

    def _made_by(self, maker: Value | None, args: list[ast.expr], scope: Scope) -> Iterator[Function]:
        match maker:
            case External(name=name) if args and (name == "functools.partial" or sdk_name(name) == "ParallelBranch"):
                yield from self.bodies(args[0], scope)
            case (Function() as function) | Method(function=function):
                words = {self.decoration(decorator, function) for decorator in function.decorators}
                if words & LATER_DECORATORS:
                    yield function
                else:
                    for value in returned(function):
                        if not isinstance(value, ast.Call):
                            yield from self.named(value, function)
            case _:
                pass

    def acts(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call makes durable operations, itself or in what it calls."""
        if self.operation(call, scope) is not None:
            return True
        return any(self._function_acts(each) for each in self.called(self.names.meaning(call.func, scope)))

    def _function_acts(self, function: Function) -> bool:
        if function not in self._acting:
            self._acting[function] = False  # for one that calls itself
            self._acting[function] = any(self.acts(call, function) for call in function.calls)
        return self._acting[function]


def _may_be_suspended(part: Part, cast: Cast) -> bool:
    function = part.function
    return (
        function.is_async
        or (part.role is Role.BRANCH and not records_branches(function.module))
        or _uses_a_context(function, cast.names)
        or any(cast.acts(call, function) for call in function.calls)
    )


def _uses_a_context(function: Function, names: Names) -> bool:
    """Whether a function, or one that is written in it, makes more of a context than a look."""
    known = {
        parameter.name
        for scope in (function, *function.enclosing())
        for parameter in scope.parameters
        if isinstance(names.lookup(parameter.name, scope), Context)
    }
    nodes = list(ast.walk(function.node))
    looks = {node.value for node in nodes if isinstance(node, ast.Attribute) and node.attr in FREE}
    return any(isinstance(node, ast.Name) and node.id in known and node not in looks for node in nodes)


def records_branches(module: Module) -> bool:
    """Whether what a child context gives is surely recorded when it ends."""
    return not any(word in module.text for word in UNRECORDED)


def argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """What a call gives for a parameter, by place or by name."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    before = call.args[: place + 1]
    return before[place] if len(before) > place and not any(isinstance(each, ast.Starred) for each in before) else None


def returned(function: Function) -> Iterator[ast.expr]:
    """The expressions that a function returns."""
    if isinstance(function.node, ast.Lambda):
        yield function.node.body
        return
    yield from (node.value for node in function.nodes if isinstance(node, ast.Return) and node.value is not None)
