"""A source file, taken apart: its functions, what belongs to each, and what its names are bound to.

Nothing is imported or run. A scope knows its own nodes only: what stands inside a nested function belongs to that
function, because it runs at another time and maybe never. Decorators, defaults and annotations of a nested function
belong to the scope around it. A comprehension belongs to the scope that it stands in.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Imported:
    """`import module` or `from module import name`; `level` counts leading dots."""

    module: str
    name: str | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Assigned:
    """Bound to what an expression gives."""

    value: ast.expr


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Bound to one of the parts of what an expression gives."""

    value: ast.expr


@dataclass(frozen=True, slots=True)
class Declared:
    """Bound to something of an annotated type."""

    annotation: ast.expr


@dataclass(frozen=True, slots=True)
class Entered:
    """Bound by `with … as`."""

    value: ast.expr


@dataclass(frozen=True, slots=True)
class Kept:
    """Bound by a method to an attribute of its object, or by a function to a global; it is to be read in there."""

    binding: "Binding"
    method: "Function"


@dataclass(frozen=True, slots=True)
class Opaque:
    """Bound to something that is not followed: a loop variable, a part of a tuple."""


Binding: TypeAlias = (
    "Imported | Assigned | Unpacked | Declared | Entered | Kept | Opaque | Parameter | Function | Class"
)


@dataclass(eq=False, slots=True)
class Scope:
    """Names and the nodes that belong to them. Filled while a file is read, then only looked at."""

    names: dict[str, list[Binding]] = field(default_factory=dict)
    nodes: list[ast.AST] = field(default_factory=list)
    """In the order of the source."""

    calls: list[ast.Call] = field(default_factory=list)
    """Those among the nodes."""

    def bind(self, name: str, binding: Binding) -> None:
        self.names.setdefault(name, []).append(binding)


@dataclass(eq=False, slots=True)
class Module(Scope):
    """One source file."""

    path: str = ""
    text: str = ""
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    functions: dict[ast.AST, "Function"] = field(default_factory=dict)


@dataclass(eq=False, slots=True, kw_only=True)
class Class(Scope):
    node: ast.ClassDef
    module: Module
    around: "Module | Function"

    @property
    def methods(self) -> Iterator["Function"]:
        return (each for bindings in self.names.values() for each in bindings if isinstance(each, Function))


@dataclass(eq=False, slots=True, kw_only=True)
class Function(Scope):
    """A function, method or lambda."""

    node: FunctionNode
    module: Module
    around: "Module | Function"
    """The scope whose names it sees; a method does not see those of its class."""
    owner: Class | None = None
    parameters: list["Parameter"] = field(default_factory=list)
    """Those that can be given by place, then those by keyword only."""
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name

    @property
    def is_async(self) -> bool:
        return isinstance(self.node, ast.AsyncFunctionDef)

    @property
    def decorators(self) -> list[ast.expr]:
        return [] if isinstance(self.node, ast.Lambda) else self.node.decorator_list

    @property
    def has_self(self) -> bool:
        """Whether its first parameter is the object or class that it is called on."""
        plain = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in self.decorators)
        return self.owner is not None and not plain

    def enclosing(self) -> Iterator["Function"]:
        """The functions that it is written in, the innermost first."""
        scope = self.around
        while isinstance(scope, Function):
            yield scope
            scope = scope.around


@dataclass(eq=False, slots=True)
class Parameter:
    function: Function
    node: ast.arg
    place: int
    default: ast.expr | None = None

    @property
    def name(self) -> str:
        return self.node.arg


def read(path: str, text: str) -> Module:
    """The file, taken apart. Raises SyntaxError, ValueError for null bytes and RecursionError for what is too deep."""
    tree = ast.parse(text, filename=path)
    module = Module(path=path, text=text)
    _read(tree, module, module)
    return module


def _read(node: ast.AST, scope: Scope, module: Module) -> None:
    """This walks over every node of every file, so it looks at types before it asks for anything else."""
    parents, nodes = module.parents, scope.nodes
    for name in node._fields:
        value = getattr(node, name, None)
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.AST) and (kind := type(child)) not in _SIGNS:
                parents[child] = node
                if kind in _SCOPES:
                    _read_inner(child, scope, module)
                    continue
                nodes.append(child)
                if isinstance(child, ast.Call):
                    scope.calls.append(child)
                elif kind in _BINDING:
                    _bind(child, scope)
                if kind not in _LEAVES:
                    _read(child, scope, module)


def _read_inner(node: ast.AST, scope: Scope, module: Module) -> None:
    if isinstance(node, ast.ClassDef):
        _read_class(node, scope, module)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        _read_function(node, scope, module)


_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef})
_LEAVES = frozenset({ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.alias})
_SIGNS = frozenset(
    sign
    for kind in (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)
    for sign in kind.__subclasses__()
)
_BINDING = frozenset(
    {ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign, ast.For, ast.AsyncFor}
) | {ast.comprehension, ast.withitem, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.Global, ast.Nonlocal}


def _read_function(node: FunctionNode, scope: Scope, module: Module) -> None:
    owner = scope if isinstance(scope, Class) else None
    around = owner.around if owner is not None else scope
    assert isinstance(around, Module | Function), around
    function = Function(node=node, module=module, around=around, owner=owner)
    module.functions[node] = function
    scope.nodes.append(node)
    if not isinstance(node, ast.Lambda):
        scope.bind(node.name, function)
        for decorator in node.decorator_list:
            module.parents[decorator] = node
            _read_part(decorator, scope, module)
    module.parents[node.args] = node
    _read(node.args, scope, module)
    _bind_parameters(function)
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    inner = ast.Module(body=body, type_ignores=[])  # type: ignore[arg-type]  # a lambda's body is read the same way
    _read(inner, function, module)
    for part in body:
        module.parents[part] = node


def _read_part(node: ast.expr, scope: Scope, module: Module) -> None:
    scope.nodes.append(node)
    if isinstance(node, ast.Call):
        scope.calls.append(node)
    _read(node, scope, module)


def _read_class(node: ast.ClassDef, scope: Scope, module: Module) -> None:
    around = scope.around if isinstance(scope, Class) else scope
    assert isinstance(around, Module | Function), around
    cls = Class(node=node, module=module, around=around)
    scope.bind(node.name, cls)
    scope.nodes.append(node)
    for outside in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
        module.parents[outside] = node
        _read_part(outside, scope, module)
    _read(ast.Module(body=node.body, type_ignores=[]), cls, module)
    for part in node.body:
        module.parents[part] = node


def _bind_parameters(function: Function) -> None:
    arguments = function.node.args
    by_place = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(by_place) - len(arguments.defaults))
    defaults = [*missing, *arguments.defaults, *arguments.kw_defaults]
    for place, (node, default) in enumerate(zip([*by_place, *arguments.kwonlyargs], defaults, strict=True)):
        parameter = Parameter(function, node, place, default)
        function.parameters.append(parameter)
        function.bind(node.arg, parameter)
    for rest in (arguments.vararg, arguments.kwarg):
        if rest is not None:
            function.bind(rest.arg, Opaque())


def _bind(node: ast.AST, scope: Scope) -> None:
    match node:
        case ast.Import() | ast.ImportFrom():
            _bind_import(node, scope)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                _bind_assigned(target, value, scope)
        case ast.AnnAssign(target=target, annotation=annotation, value=value):
            _bind_target(target, Declared(annotation), scope)
            if value is not None:
                _bind_target(target, Assigned(value), scope)
        case ast.NamedExpr(target=target, value=value):
            _bind_target(target, Assigned(value), scope)
        case ast.AugAssign(target=target) | ast.For(target=target) | ast.AsyncFor(target=target):
            _bind_target(target, Opaque(), scope)
        case ast.comprehension(target=target):
            _bind_target(target, Opaque(), scope)
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
            _bind_target(target, Entered(value), scope)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            scope.bind(name, Opaque())
        case ast.Global(names=names) if isinstance(scope, Function):
            scope.globals.update(names)
        case ast.Nonlocal(names=names) if isinstance(scope, Function):
            scope.nonlocals.update(names)
        case _:
            pass


def _bind_import(node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            scope.bind(alias.asname or alias.name, Imported(node.module or "", alias.name, node.level))
        else:
            whole = alias.name if alias.asname else alias.name.partition(".")[0]
            scope.bind(alias.asname or whole, Imported(whole))


def _bind_assigned(target: ast.expr, value: ast.expr, scope: Scope) -> None:
    """`a, b = x, y` says of each name what it is; any other way to take things apart does not."""
    match target, value:
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for one, its in zip(targets, values, strict=True):
                _bind_assigned(one, its, scope)
        case ast.Tuple(elts=targets), _:
            for one in targets:
                _bind_target(one, Unpacked(value) if isinstance(one, ast.Name) else Opaque(), scope)
        case _:
            _bind_target(target, Assigned(value), scope)


def _bind_target(target: ast.expr, binding: Binding, scope: Scope) -> None:
    match target:
        case ast.Name(id=name) if isinstance(scope, Function) and name in scope.globals:
            scope.module.bind(name, Kept(binding, scope))
        case ast.Name(id=name):
            scope.bind(name, binding)
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if isinstance(scope, Function):
            if scope.has_self and scope.parameters and scope.parameters[0].name == owner and scope.owner is not None:
                # What a method puts on its object is a name of the class, seen from that method.
                scope.owner.bind(attribute, Kept(binding, scope))
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                _bind_target(part, Opaque(), scope)
        case ast.Starred(value=inner):
            _bind_target(inner, Opaque(), scope)
        case _:
            pass
