"""How a package's name comes to mean everstep: a finder that is asked first, and modules made of a table."""

import importlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from everstep.errors import InvalidStateError


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The names of an official package, and where everstep has them."""

    root: str
    version: str
    modules: Mapping[str, Mapping[str, str]]
    """`official module below the root -> official name -> "our module:our name"`."""
    unneeded_modules: Mapping[str, str]
    """Modules that are not offered, with the reason."""
    installer: str
    """Who installs it, for messages."""

    def part(self, fullname: str) -> str:
        """The module's name below the package; empty for the package itself."""
        return fullname.removeprefix(self.root).removeprefix(".")


def install(table: Table) -> None:
    """Let the package's name mean everstep, in this process, from now on. Twice is once.

    Raises InvalidStateError when the official package was imported before: its classes are in use already.
    """
    if any(isinstance(finder, _Alias) and finder.table is table for finder in sys.meta_path):
        return
    if table.root in sys.modules:
        raise InvalidStateError(
            f"{table.root} was imported before {table.installer} was called; call it before anything that imports the "
            "official package"
        )
    sys.meta_path.insert(0, _Alias(table))


def uninstall(table: Table) -> None:
    """Undo `install`: whoever imports the official names from now on gets the official package."""
    sys.meta_path[:] = [f for f in sys.meta_path if not (isinstance(f, _Alias) and f.table is table)]
    for name, module in tuple(sys.modules.items()):
        if isinstance(module, _AliasModule) and module.__dict__["_table"] is table:
            del sys.modules[name]


class _AliasModule(ModuleType):
    """A module of the official package; finds each name when it is first asked for, so that nothing else is loaded."""

    def __init__(self, name: str, doc: str, table: Table) -> None:
        super().__init__(name, doc)
        self.__dict__["_table"] = table

    def __getattr__(self, name: str) -> object:
        table: Table = self.__dict__["_table"]
        part, modules = table.part(self.__name__), table.modules
        # Official modules import each other's names, and people import them from wherever they saw them.
        target = next((names[name] for names in (modules[part], *modules.values()) if name in names), None)
        if target is not None:
            module, _, attribute = target.partition(":")
            value: object = getattr(importlib.import_module(module), attribute)
        elif name == "__version__" and not part:
            value = table.version
        elif not part and name in modules and "." not in name:
            value = importlib.import_module(f"{table.root}.{name}")
        else:
            raise AttributeError(f"everstep offers no {self.__name__}.{name}; see docs/official-names.md")
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        table: Table = self.__dict__["_table"]
        return sorted({*super().__dir__(), *table.modules[table.part(self.__name__)]})


class _Alias(MetaPathFinder, Loader):
    """Finds the modules of the official package before anybody else does."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        table = self.table
        if fullname != table.root and not fullname.startswith(f"{table.root}."):
            return None
        part = table.part(fullname)
        if part not in table.modules:
            reason = table.unneeded_modules.get(part, "the official SDK has no such module either")
            raise ModuleNotFoundError(f"everstep offers no {fullname}: {reason}", name=fullname)
        is_package = any(other != part and other.startswith(f"{part}." if part else "") for other in table.modules)
        return ModuleSpec(fullname, self, origin=table.installer, is_package=is_package)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _AliasModule(spec.name, f"The official package's {spec.name}, offered by everstep.", self.table)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__all__"] = sorted(self.table.modules[self.table.part(module.__name__)])
