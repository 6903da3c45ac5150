"""Runs code that was written for the official SDK on everstep, unedited.

    from everstep.compat import aws_sdk
    aws_sdk.install()

    from aws_durable_execution_sdk_python import DurableContext, durable_execution     # everstep's

After `install`, the official package's name and its public modules resolve to everstep. The classes are everstep's
own, so that `except StepError` catches what everstep raises. `names` has the whole table.
"""

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from everstep.compat.aws_sdk.names import MODULES, OFFICIAL_VERSION, ROOT, UNNEEDED_MODULES
from everstep.errors import InvalidStateError

__all__ = ["install", "uninstall"]


def install() -> None:
    """Let `import aws_durable_execution_sdk_python` mean everstep, in this process, from now on. Twice is once.

    Raises InvalidStateError when the official package was imported before: its classes are in use already.
    """
    if any(isinstance(finder, _Alias) for finder in sys.meta_path):
        return
    if ROOT in sys.modules:
        raise InvalidStateError(
            f"{ROOT} was imported before everstep.compat.aws_sdk.install() was called; call it before anything that "
            "imports the official SDK"
        )
    sys.meta_path.insert(0, _Alias())


def uninstall() -> None:
    """Undo `install`: whoever imports the official names from now on gets the official package."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Alias)]
    for name, module in tuple(sys.modules.items()):
        if isinstance(module, _AliasModule):
            del sys.modules[name]


class _AliasModule(ModuleType):
    """A module of the official package; finds each name when it is first asked for, so that nothing else is loaded."""

    def __getattr__(self, name: str) -> object:
        part = _part(self.__name__)
        # Official modules import each other's names, and people import them from wherever they saw them.
        target = next((names[name] for names in (MODULES[part], *MODULES.values()) if name in names), None)
        if target is not None:
            module, _, attribute = target.partition(":")
            value: object = getattr(importlib.import_module(module), attribute)
        elif name == "__version__" and not part:
            value = OFFICIAL_VERSION
        elif not part and name in MODULES and "." not in name:
            value = importlib.import_module(f"{ROOT}.{name}")
        else:
            raise AttributeError(f"everstep offers no {self.__name__}.{name}; see docs/official-names.md")
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *MODULES[_part(self.__name__)]})


class _Alias(MetaPathFinder, Loader):
    """Finds the modules of the official package before anybody else does."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != ROOT and not fullname.startswith(f"{ROOT}."):
            return None
        part = _part(fullname)
        if part not in MODULES:
            reason = UNNEEDED_MODULES.get(part, "the official SDK has no such module either")
            raise ModuleNotFoundError(f"everstep offers no {fullname}: {reason}", name=fullname)
        is_package = any(other != part and other.startswith(f"{part}." if part else "") for other in MODULES)
        return ModuleSpec(fullname, self, origin="everstep.compat.aws_sdk", is_package=is_package)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _AliasModule(spec.name, f"The official SDK's {spec.name}, offered by everstep.")

    def exec_module(self, module: ModuleType) -> None:
        names = MODULES[_part(module.__name__)]
        module.__dict__["__all__"] = sorted(names)


def _part(fullname: str) -> str:
    """The module's name below the package; empty for the package itself."""
    return fullname.removeprefix(ROOT).removeprefix(".")
