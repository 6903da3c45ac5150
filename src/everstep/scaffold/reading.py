"""An app, read for its deployment: imported for what its decorators declare, its source read for what it invokes."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from everstep.host.app import AppError, Module, parse_app
from everstep.host.discovery import find_functions, is_durable
from everstep.host.lifetime import lifetime_of
from everstep.scaffold.calls import calls_of
from everstep.scaffold.declared import Function


def read_app(app: str, folder: Path, read_text: Callable[[str], str | None]) -> list[Function]:
    """The durable functions of an app, seen from the folder that its template is in.

    `read_text` gives the text of a source file of the project. Raises AppError when the app cannot be used.
    """
    modules = parse_app(app).modules
    return [
        _read(name, handler, _home_of(name, handler, modules), folder, read_text)
        for name, handler in find_functions(app).items()
    ]


def _read(
    name: str, handler: Callable[..., Any], home: Module, folder: Path, read_text: Callable[[str], str | None]
) -> Function:
    if not is_durable(handler):
        raise AppError(f"{name!r} is no durable function; decorate it with @durable_execution")
    file = home.path
    assert file is not None, home
    written_as = getattr(handler, "__name__", name)
    calls = calls_of(file.as_posix(), written_as, read_text)
    lifetime = lifetime_of(handler)
    return Function(
        name=name,
        module=home.name,
        root=_seen_from(folder, home.root),
        file=_seen_from(folder, file),
        execution_timeout_seconds=lifetime.execution_timeout_seconds,
        retention_days=lifetime.retention_days,
        calls=tuple(replace(call, place=_place(folder, call.place)) for call in calls),
    )


def _home_of(name: str, handler: object, modules: Sequence[Module]) -> Module:
    """The module that Lambda finds a function in: where it was written, if it is one of the app's, else where it is."""
    written_in = getattr(handler, "__module__", None)
    for module in sorted(modules, key=lambda module: module.name != written_in):
        imported = sys.modules.get(module.name)
        file = getattr(imported, "__file__", None)
        if file is not None and getattr(imported, name, None) is handler:
            return replace(module, path=Path(file).resolve())
    raise AppError(f"the file that {name!r} is written in cannot be told; give APP as a file or folder")


def _place(folder: Path, place: str) -> str:
    file, _, line = place.rpartition(":")
    return f"{_seen_from(folder, Path(file))}:{line}"


def _seen_from(folder: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder.resolve())).as_posix()
    except ValueError as error:  # Windows knows no way from one drive to another
        raise AppError(f"{path} and the template in {folder} are on different drives") from error
