"""Finds the functions of an app by importing it.

A durable function is recognised by what made it, our decorator or the official SDK's, and that by name: an app pays
only for the SDK that it imports itself. Further decorators around it do no harm as long as they keep `__wrapped__`,
as `functools.wraps` does.

Of a folder only those files are imported that mention `durable_execution`: a folder often also holds scripts that
act when they are imported.
"""

import importlib
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from everstep.host.app import App, AppError, Module, parse_app
from everstep.host.lifetime import OUR_CLASS

LambdaHandler: TypeAlias = Callable[[Any, Any], Any]
"""What Lambda calls: event and context in, a JSON-able result out."""

_OFFICIAL_MODULE = "aws_durable_execution_sdk_python.execution"
_MARK = b"durable_execution"


def find_functions(app: str) -> dict[str, LambdaHandler]:
    """The functions of an app by the name they have in their module.

    `app` is `file.py`, `folder` or `pkg.module`, each optionally followed by `:name`; then any callable of that name
    is taken. The app's folder is put on `sys.path`, so that imports beside it work.

    Raises AppError when it cannot be imported, has no such function, or has two of the same name.
    """
    parsed = parse_app(app)
    found: dict[str, LambdaHandler] = {}
    homes: dict[str, str] = {}
    for module in _worth_importing(parsed):
        imported = _import(module)
        for name, function in _functions_of(imported, parsed.function):
            if found.setdefault(name, function) is not function:
                raise AppError(
                    f"{app} has two functions named {name!r}, in {homes[name]} and in {module.name}; rename one of them"
                )
            homes.setdefault(name, module.name)
    if not found:
        raise _nothing_found(parsed)
    return found


def is_durable(value: object) -> bool:
    """Whether a decorator of ours or of the official SDK made this function."""
    while value is not None:
        inner = getattr(value, "__wrapped__", None)
        if (type(value).__module__, type(value).__qualname__) == OUR_CLASS:
            return True
        written_in = getattr(value, "__globals__", {}).get("__name__")
        if written_in == _OFFICIAL_MODULE and inner is not None:  # the decorator itself wraps nothing
            return True
        value = inner
    return False


def _worth_importing(app: App) -> Iterator[Module]:
    for module in app.modules:
        if not app.is_folder or (module.path is not None and _MARK in module.path.read_bytes()):
            yield module


def _functions_of(module: ModuleType, only: str | None) -> Iterator[tuple[str, LambdaHandler]]:
    if only is not None:
        chosen = getattr(module, only, None)
        if callable(chosen):
            yield only, chosen
        return
    for name, value in vars(module).items():
        if not name.startswith("_") and callable(value) and not isinstance(value, type) and is_durable(value):
            yield name, value


def _import(module: Module) -> ModuleType:
    for folder in (module.path.parent if module.path else None, module.root):
        if folder is not None:
            _put_first(folder)
    try:
        imported = importlib.import_module(module.name)
    except (Exception, SystemExit) as error:
        raise AppError(_import_problem(module, error)) from error
    if module.path is not None and not _is_same_file(imported, module.path):
        raise AppError(f"{module.path.name} has the name of another module, {module.name!r}; rename the file")
    return imported


def _put_first(folder: Path) -> None:
    text = str(folder)
    if text in sys.path:
        sys.path.remove(text)
    sys.path.insert(0, text)


def _is_same_file(imported: ModuleType, path: Path) -> bool:
    file = getattr(imported, "__file__", None)
    return file is not None and Path(file).resolve() == path


def _import_problem(module: Module, error: BaseException) -> str:
    what = module.path.name if module.path else module.name
    if isinstance(error, SyntaxError):
        return f"{what} cannot be imported: {error.msg} ({error.filename}:{error.lineno}); correct the line"
    summary = traceback.format_exception_only(error)[-1].strip()
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen")]
    if isinstance(error, ModuleNotFoundError) and module.path is None and _is_part(error.name, module.name):
        return f"there is no file, folder or module {module.name!r} here; give APP as file.py, folder or pkg.module"
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if len(frames) > 1 else ""
    remedy = _remedy(error)
    return f"{what} cannot be imported: {summary}{where}; {remedy}"


def _remedy(error: BaseException) -> str:
    if not isinstance(error, ModuleNotFoundError):
        return "correct it there"
    if error.name == _OFFICIAL_MODULE.partition(".")[0]:
        return "install it, or let everstep take its place with --aws-sdk-alias"
    return "install it or correct the import"


def _is_part(missing: str | None, name: str) -> bool:
    return missing is not None and (name == missing or name.startswith(f"{missing}."))


def _nothing_found(app: App) -> AppError:
    source = app.text.removesuffix(f":{app.function}") if app.function else app.text
    if app.function is not None:
        return AppError(f"{source} has no function {app.function!r}; check the name behind the colon")
    hint = "" if app.is_folder else f", or name a plain handler as {source}:NAME"
    return AppError(f"{source} has no durable function; decorate one with @durable_execution{hint}")
