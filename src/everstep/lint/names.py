"""What an expression means, as far as the source tells: followed through imports, assignments and annotations.

A meaning is one of a few values. What lies outside the project has a dotted name, with `()` for what a call of it
gives: after `s3 = boto3.client("s3")`, the expression `s3.get_object` is `boto3.client().get_object`. Whatever is not
plain has no meaning (None), and no rule speaks of it.
"""

import ast
import builtins
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from everstep.lint.program import Program
from everstep.lint.syntax import (
    Assigned,
    Binding,
    Class,
    Declared,
    Entered,
    Function,
    Imported,
    Kept,
    Module,
    Opaque,
    Parameter,
    Scope,
    Unpacked,
)
from everstep.lint.vocabulary import WORDS, sdk_name


@dataclass(frozen=True, slots=True)
class External:
    """Something from outside the project."""

    name: str


@dataclass(frozen=True, slots=True)
class Context:
    """A durable context."""

    is_async: bool


@dataclass(frozen=True, slots=True)
class Handle:
    """A callback that was created."""

    is_async: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A saga."""


@dataclass(frozen=True, slots=True)
class Instance:
    cls: Class


@dataclass(frozen=True, slots=True)
class Method:
    """A function that has its first argument already."""

    function: Function


Value: TypeAlias = External | Context | Handle | Block | Instance | Method | Function | Class | Module

_BUILTINS = frozenset(dir(builtins))
_SDK_TYPES: Mapping[str, Context | Handle | Block] = {
    "DurableContext": Context(is_async=False),
    "AsyncDurableContext": Context(is_async=True),
    "Callback": Handle(is_async=False),
    "AsyncCallback": Handle(is_async=True),
    "Saga": Block(),
    "AsyncSaga": Block(),
}
_OPTIONAL = frozenset({"typing.Optional", "typing.Annotated", "typing.Final", "typing.ClassVar"})


class Names:
    """Owns what is known of names so far; `bind_context` adds to it while calls are followed."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._contexts: dict[Parameter, Context] = {}
        self._known: dict[Module, dict[ast.expr, Value | None]] = {}
        self._asked: set[tuple[Scope, str]] = set()

    def bind_context(self, parameter: Parameter, context: Context) -> bool:
        """Remember that this parameter is given a durable context; whether that is news."""
        if parameter in self._contexts:
            return False
        self._contexts[parameter] = context
        self._known.pop(parameter.function.module, None)
        return True

    def context_of(self, function: Function) -> Context | None:
        """The first durable context among a function's parameters."""
        values = (self._parameter(each) for each in function.parameters)
        return next((value for value in values if isinstance(value, Context)), None)

    def meaning(self, node: ast.expr, scope: Scope) -> Value | None:
        module = _module(scope)
        known = self._known.setdefault(module, {})
        if node not in known:
            known[node] = None  # what leads back to itself means nothing
            known[node] = self._meaning(node, scope)
        return known[node]

    def lookup(self, name: str, scope: Scope) -> Value | None:
        home = home_of(name, scope)
        if home is not None:
            return self._bound(name, home)
        return External(f"builtins.{name}") if name in _BUILTINS else _from_a_star(name, _module(scope), self)

    def assigned(self, name: str, scope: Scope) -> Sequence[tuple[ast.expr, Scope]]:
        """The expressions that a name is assigned anywhere in its scope, each with that scope."""
        home = home_of(name, scope)
        bindings = home.names[name] if home is not None else []
        return [(binding.value, home) for binding in bindings if isinstance(binding, Assigned) and home is not None]

    # ------------------------------------------------------------------ expressions
    def _meaning(self, node: ast.expr, scope: Scope) -> Value | None:
        match node:
            case ast.Name(id=name):
                return self.lookup(name, scope)
            case ast.Attribute(value=owner, attr=name):
                return self._attribute(self.meaning(owner, scope), name)
            case ast.Call():
                return self._called(node, scope)
            case ast.Await(value=value) | ast.NamedExpr(value=value) | ast.Starred(value=value):
                return self.meaning(value, scope)
            case ast.Lambda():
                return _module(scope).functions[node]
            case ast.Set() | ast.SetComp():
                return External("builtins.set()")
            case ast.Dict() | ast.DictComp():
                return External("builtins.dict()")
            case ast.List() | ast.ListComp():
                return External("builtins.list()")
            case ast.IfExp(body=first, orelse=second):
                return self.meaning(first, scope) or self.meaning(second, scope)
            case ast.BoolOp(values=choices):
                return next((meant for each in choices if (meant := self.meaning(each, scope))), None)
            case ast.BinOp(left=left, op=ast.Div() | ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor()):
                meant = self.meaning(left, scope)
                kept = isinstance(meant, External) and meant.name in {"pathlib.Path()", "builtins.set()"}
                return meant if kept else None
            case _:
                return None

    def _attribute(self, owner: Value | None, name: str) -> Value | None:
        match owner:
            case External(name=outside):
                return External(f"{outside}.{name}")
            case Module():
                return self._member(owner, name)
            case Class() | Instance():
                return self._class_attribute(owner, name)
            case _:
                return None

    def _member(self, module: Module, name: str) -> Value | None:
        if name in module.names:
            return self._bound(name, module)
        return self.program.find(module, name, level=1) if module.path.endswith("__init__.py") else None

    def _class_attribute(self, owner: Class | Instance, name: str) -> Value | None:
        cls = owner if isinstance(owner, Class) else owner.cls
        home = next((each for each in self.with_bases(cls) if name in each.names), None)
        value = self._bound(name, home) if home is not None else None
        return Method(value) if isinstance(value, Function) and value.has_self else value

    def with_bases(self, cls: Class) -> Sequence[Class]:
        """The class and those of the project that it inherits from, nearest first."""
        line = [cls]
        for each in line:
            bases = (self.meaning(base, each.around) for base in each.node.bases)
            line.extend(base for base in bases if isinstance(base, Class) and base not in line)
        return line

    def _called(self, node: ast.Call, scope: Scope) -> Value | None:
        match node.func:
            case ast.Attribute(value=owner, attr="create_callback" | "saga" as word):
                context = self.meaning(owner, scope)
                if isinstance(context, Context):
                    return Handle(context.is_async) if word == "create_callback" else Block()
            case _:
                pass
        match self.meaning(node.func, scope):
            case External(name="typing.cast") if len(node.args) == 2:
                return self._annotated(node.args[0], scope)
            case External(name="functools.partial") if node.args and not isinstance(node.args[0], ast.Starred):
                inner = self.meaning(node.args[0], scope)
                return inner if isinstance(inner, External) else None
            case External(name=name):
                return External(f"{name}()")
            case Class() as cls:
                return Instance(cls)
            case (Function() as function) | Method(function=function):
                return self._returned(function)
            case _:
                return None

    def _returned(self, function: Function) -> Value | None:
        """What a call gives: as it is annotated, or what all that is returned agrees on."""
        if isinstance(function.node, ast.Lambda):
            return self.meaning(function.node.body, function)
        if function.node.returns is not None:
            return self._annotated(function.node.returns, function.around)
        if function.decorators or any(isinstance(node, ast.Yield | ast.YieldFrom) for node in function.nodes):
            return None
        values = [self.meaning(n.value, function) for n in function.nodes if isinstance(n, ast.Return) and n.value]
        return values[0] if values and all(value == values[0] for value in values) else None

    # ------------------------------------------------------------------ bindings
    def _bound(self, name: str, home: Scope) -> Value | None:
        if (home, name) in self._asked:
            return None
        self._asked.add((home, name))
        try:
            return self._agreed(home.names[name], home)
        finally:
            self._asked.discard((home, name))

    def _agreed(self, bindings: Iterable[Binding], home: Scope) -> Value | None:
        """What all bindings of a name say; an annotation is believed first, and None is no saying."""
        values: list[Value | None] = []
        for binding in bindings:
            value = self._value(binding, home)
            if _is_declared(binding) and value is not None:
                return value
            if not _is_nothing(binding):
                values.append(value)
        if values and all(value == values[0] for value in values):
            return values[0]
        # `try: from sdk import X` with a stand-in for where the SDK is missing, or one SDK in the place of the other.
        return next((value for value in values if isinstance(value, External) and sdk_name(value.name)), None)

    def _value(self, binding: Binding, home: Scope) -> Value | None:
        match binding:
            case Imported():
                return self._imported(binding, _module(home))
            case Assigned(value=value) | Entered(value=value):
                return self.meaning(value, home)
            case Unpacked(value=value):
                return External("builtins.set()") if _gives_sets(value, home, self) else None
            case Declared(annotation=annotation):
                return self._annotated(annotation, home.around if isinstance(home, Class) else home)
            case Kept(binding=inner, method=method):
                return self._value(inner, method)
            case Parameter():
                return self._parameter(binding)
            case Function() | Class():
                return binding
            case Opaque():
                return None

    def _imported(self, binding: Imported, importer: Module) -> Value | None:
        module = self.program.find(importer, binding.module, binding.level) if binding.module or binding.level else None
        if binding.name is None:
            return module or External(binding.module)
        if module is not None:
            return self._member(module, binding.name)
        within = f"{binding.module}.{binding.name}".lstrip(".")
        return self.program.find(importer, within, binding.level) or (External(within) if not binding.level else None)

    def _parameter(self, parameter: Parameter) -> Value | None:
        if parameter in self._contexts:
            return self._contexts[parameter]
        function = parameter.function
        if function.has_self and parameter.place == 0 and function.owner is not None:
            return Instance(function.owner)
        annotation, default = parameter.node.annotation, parameter.default
        if annotation is not None:
            return self._annotated(annotation, function.around)
        is_container = isinstance(default, ast.List | ast.Dict | ast.Set)
        return self.meaning(default, function.around) if default is not None and is_container else None

    def _annotated(self, annotation: ast.expr, scope: Scope) -> Value | None:
        """What something of this type is."""
        match annotation:
            case ast.Constant(value=str(text)):
                try:
                    return self._annotated(ast.parse(text, mode="eval").body, scope)
                except SyntaxError:
                    return None
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self._annotated(left, scope) or self._annotated(right, scope)
            case ast.Subscript(value=base, slice=inner):
                outer = self.meaning(base, scope)
                if outer == External("typing.Union") and isinstance(inner, ast.Tuple):
                    return next((meant for each in inner.elts if (meant := self._annotated(each, scope))), None)
                if isinstance(outer, External) and outer.name in _OPTIONAL:
                    return self._annotated(inner.elts[0] if isinstance(inner, ast.Tuple) else inner, scope)
                return self._annotated(base, scope)
            case _:
                pass
        match self.meaning(annotation, scope):
            case External(name="builtins.object" | "typing.Any" | "typing.TypeAlias"):
                return None
            case External(name=name):
                return _SDK_TYPES.get(sdk_name(name) or "") or External(f"{name}()")
            case Class() as cls:
                return Instance(cls)
            case None if isinstance(annotation, ast.Name):
                return self._aliased(annotation.id, scope)
            case _:
                return None

    def _aliased(self, name: str, scope: Scope) -> Value | None:
        """What something is whose type has a name of its own, as in `Room = DurableContext | None`."""
        match self.assigned(name, scope):
            case [(ast.Subscript() | ast.BinOp() as kind, home)] if (home, name) not in self._asked:
                self._asked.add((home, name))
                try:
                    return self._annotated(kind, home)
                finally:
                    self._asked.discard((home, name))
            case _:
                return None


def home_of(name: str, scope: Scope) -> Scope | None:
    """The scope whose name this is; None for a builtin and for what nobody binds."""
    while True:
        match scope:
            case Function():
                if name in scope.globals:
                    return scope.module if name in scope.module.names else None
                if name in scope.names and name not in scope.nonlocals:
                    return scope
                scope = scope.around
            case Class():
                if name in scope.names:
                    return scope
                scope = scope.around
            case _:
                return scope if name in scope.names else None


def _gives_sets(value: ast.expr, scope: Scope, names: Names) -> bool:
    """Whether this waits for all of some futures; of those that wait for the first, one is done at a time."""
    match value:
        case ast.Await(value=ast.Call(func=func, keywords=keywords)):
            asked = {keyword.arg for keyword in keywords}
            return names.meaning(func, scope) == External("asyncio.wait") and "return_when" not in asked
        case _:
            return False


def _from_a_star(name: str, module: Module, names: Names) -> Value | None:
    """What `from … import *` brings: of the project whatever it has, of an SDK the words that matter here."""
    for star in module.names.get("*", ()):
        if isinstance(star, Imported):
            source = names.program.find(module, star.module, star.level)
            if source is not None and name in source.names:
                return names.lookup(name, source)
            if source is None and name in WORDS and sdk_name(f"{star.module}.{name}"):
                return External(f"{star.module}.{name}")
    return None


def _is_declared(binding: Binding) -> bool:
    return isinstance(binding.binding if isinstance(binding, Kept) else binding, Declared)


def _is_nothing(binding: Binding) -> bool:
    match binding:
        case Assigned(value=ast.Constant(value=None)):
            return True
        case Kept(binding=inner):
            return _is_nothing(inner)
        case _:
            return False


def _module(scope: Scope) -> Module:
    if isinstance(scope, Module):
        return scope
    assert isinstance(scope, Class | Function), scope
    return scope.module
