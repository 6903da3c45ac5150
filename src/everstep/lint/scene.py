"""One function in one role, as the rules look at it."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from everstep.lint.cast import Cast, Operation, Part, Role
from everstep.lint.findings import Finding, Rule
from everstep.lint.names import Context, External, Value
from everstep.lint.outside import Touch, touch_of
from everstep.lint.syntax import Function, Scope

_LOGS = ("logging.", "structlog.", "loguru.", "aws_lambda_powertools.Logger")
_LOG_WORDS = frozenset({"logger", "log", "_logger", "_log"})


@dataclass(frozen=True, slots=True)
class Scene:
    """What every rule is shown."""

    part: Part
    cast: Cast

    @property
    def function(self) -> Function:
        return self.part.function

    @property
    def role(self) -> Role:
        return self.part.role

    @property
    def is_replayed(self) -> bool:
        return self.cast.is_replayed(self.part)

    @property
    def has_durable_timers(self) -> bool:
        """Whether the event loop's timers are waits: so it is in async handlers, and not where `def` runs a loop."""
        part: Part | None = self.part
        root = part
        while part is not None:
            root, part = part, self.cast.parts.get(part)
        assert root is not None
        return root.function.is_async

    def finding(self, rule: Rule, node: ast.expr | ast.stmt | ast.ExceptHandler, message: str) -> Finding:
        """An offence in this function; a column of the source counts bytes, ours counts characters."""
        module = self.function.module
        column = _characters(module.text, node.lineno, node.col_offset)
        return Finding(
            path=module.path, line=node.lineno, column=column + 1, rule=rule, message=message + self._reached()
        )

    def _reached(self) -> str:
        """Through which function this one is replayed, when that does not meet the eye."""
        if self.role not in {Role.REPLAYED, Role.INSIDE}:
            return ""
        because = self.cast.parts.get(self.part)
        return f" (called by {because.function.name})" if because is not None else ""

    # ------------------------------------------------------------------ looking
    def meaning(self, node: ast.expr, scope: Scope | None = None) -> Value | None:
        return self.cast.names.meaning(node, scope or self.function)

    def external(self, node: ast.expr, scope: Scope | None = None) -> str | None:
        """The dotted name of something outside the project."""
        value = self.meaning(node, scope)
        return value.name if isinstance(value, External) else None

    def calls(self) -> Iterable[ast.Call]:
        return self.function.calls

    def operations(self) -> Iterator[Operation]:
        found = (self.cast.operation(call, self.function) for call in self.calls())
        return (operation for operation in found if operation is not None)

    def acts(self, node: ast.AST) -> bool:
        """Whether durable operations are made in this part of the function."""
        return any(isinstance(each, ast.Call) and self.cast.acts(each, self.function) for each in self.inside(node))

    def inside(self, node: ast.AST) -> Iterator[ast.AST]:
        """The node and everything below it that runs with it, so no nested functions."""
        yield node
        if node not in self.function.module.functions:
            for child in ast.iter_child_nodes(node):
                yield from self.inside(child)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, up to the function, the nearest first."""
        parents = self.function.module.parents
        while (node := parents[node]) is not self.function.node:
            yield node

    def parent(self, node: ast.AST) -> ast.AST:
        return self.function.module.parents[node]

    def touch(self, call: ast.Call, scope: Scope | None = None) -> Touch | None:
        """What a call has to do with the world outside."""
        name = self.external(call.func, scope)
        return touch_of(name, call) if name is not None else None

    def is_only_told(self, node: ast.AST) -> bool:
        """Whether a value goes nowhere but into a log, or is made only outside a replay, as the author says."""
        for above in self.above(node):
            if isinstance(above, ast.Call) and self._is_log(above.func):
                return True
            if isinstance(above, ast.If) and any(
                isinstance(each, ast.Attribute) and each.attr == "is_replaying" for each in ast.walk(above.test)
            ):
                return True
        return False

    def _is_log(self, func: ast.expr) -> bool:
        name = self.external(func) or ""
        if name == "builtins.print" or name.startswith(_LOGS):
            return True
        match func:
            case ast.Attribute(value=ast.Attribute(value=owner, attr="logger")):
                return isinstance(self.meaning(owner), Context) or not name
            case ast.Attribute(value=ast.Name(id=word)):
                return word in _LOG_WORDS
            case _:
                return False


def _characters(text: str, line: int, column_bytes: int) -> int:
    lines = text.split("\n")
    raw = lines[line - 1] if line <= len(lines) else ""
    return column_bytes if raw.isascii() else len(raw.encode()[:column_bytes].decode(errors="ignore"))


def said(node: ast.expr, chars_max: int = 40) -> str:
    """An expression as the author wrote it, more or less, on one line."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= chars_max else f"{text[: chars_max - 1]}…"
