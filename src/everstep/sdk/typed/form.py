"""What a type is to JSON: a form, which writes values as plain data and reads them again.

Forms are made once per type and hold no state. A value that does not fit raises Misfit; every container on its way out
adds where it happened, so that the author reads `$.items[3].price: expected Decimal, got str`.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any


class Misfit(Exception):
    """A value or saved data does not fit its type. `at` grows on the way out, innermost first."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        self.at: list[str] = []

    def __str__(self) -> str:
        return f"${''.join(reversed(self.at))}: {self.why}"


class KeyStyle(Enum):
    """How the keys of a dict travel; JSON itself has only texts."""

    TEXT = "as they are"
    SCALAR = "as the JSON text of a number or a word"
    PAIRS = "the dict becomes a list of [key, value]"


class Form:
    """One type as JSON sees it."""

    keys = KeyStyle.PAIRS
    rank = 0
    """Among members of a union that read the same data equally well, the lower one wins."""
    same: frozenset[type[Any]] = frozenset()
    """Exact types whose values pass in both directions unchanged, so that a list of them need not be looked at."""

    def __init__(self, name: str) -> None:
        self.name = name
        """What people call the type."""

    def write(self, value: Any) -> Any:
        """The value as plain data. Raises Misfit."""
        raise NotImplementedError

    def read(self, plain: Any) -> Any:
        """The value of plain data; a value that is already of the type stands for itself. Raises Misfit."""
        raise NotImplementedError

    def distance(self, plain: Any) -> int:  # most forms either fit or do not
        """How much imagination `read` needs for data that it accepts; 0 for what `write` makes."""
        return 0

    def expected(self, got: object) -> Misfit:
        return Misfit(f"expected {self.name}, got {_shown(got)}")


class Later(Form):
    """Stands in for a form that is still being made, where a type contains itself."""

    form: Form

    def write(self, value: Any) -> Any:
        return self.form.write(value)

    def read(self, plain: Any) -> Any:
        return self.form.read(plain)

    def distance(self, plain: Any) -> int:
        return self.form.distance(plain)


def each(convert: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """Every item converted; a misfit says which one it was."""
    done: list[Any] = []
    try:
        for item in items:
            done.append(convert(item))  # the length so far names the item that failed
    except Misfit as misfit:
        misfit.at.append(f"[{len(done)}]")
        raise
    return done


def each_value(convert: Callable[[Any], Any], mapping: Mapping[str, Any]) -> dict[str, Any]:
    """A dict with every value converted; a misfit says under which key."""
    done: dict[str, Any] = {}
    for key, value in mapping.items():
        try:
            done[key] = convert(value)
        except Misfit as misfit:
            misfit.at.append(member(key))
            raise
    return done


def member(key: object) -> str:
    """The step into a member, as a path shows it."""
    return f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]"


def _shown(got: object) -> str:
    """A type, and the text itself where it is short: a wrong date says more than `str`."""
    kind = type(got).__qualname__
    return f"{kind} {got!r}" if isinstance(got, str) and len(got) <= 40 else kind
