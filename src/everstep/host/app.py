"""Where an author's functions live: the APP of the command line, taken apart.

    orders.py           a file            orders.py:place_order      one function of it
    workflows/          a folder
    shop.orders         a module

Nothing is imported here; the process that runs no author's code needs to know no more than this.
"""

from dataclasses import dataclass
from pathlib import Path

_FOLDERS_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})
_FILES_SKIPPED = frozenset({"__main__.py", "conftest.py", "setup.py"})


class AppError(Exception):
    """The app cannot be used. The message is one sentence for its author: what, where, what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One module to import: with `root` on the path, `name` finds it."""

    name: str
    root: Path
    path: Path | None = None
    """The file that must be behind the name; None when only importing can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What an APP means."""

    text: str
    modules: tuple[Module, ...]
    folder: Path
    """Where its code lives: what a reloader watches."""
    function: str | None = None
    """The one function that was asked for; it may then be a plain handler."""
    is_folder: bool = False


def parse_app(text: str) -> App:
    """Take an APP apart. Raises AppError when there is no such file or folder."""
    source, function = _split(text)
    path = Path(source)
    if source and path.is_dir():  # the path of no text would be the working folder
        modules = tuple(_module_of(file.resolve()) for file in python_files(path) if not _is_test(file))
        return App(text=text, modules=modules, folder=path.resolve(), function=function, is_folder=True)
    if path.is_file():
        module = _module_of(path.resolve())
        return App(text=text, modules=(module,), folder=path.resolve().parent, function=function)
    if not all(part.isidentifier() for part in source.split(".")) or source.endswith(".py"):
        raise AppError(f"{source!r} is no file, folder or module here; give APP as file.py, folder or pkg.module")
    here = Path.cwd()
    package = here / source.partition(".")[0]
    return App(
        text=text,
        modules=(Module(name=source, root=here),),
        folder=package if package.is_dir() else here,
        function=function,
    )


def python_files(folder: Path) -> list[Path]:
    """The Python files of a folder and all below it, sorted.

    Hidden folders, virtual environments, and folders that are links or cannot be read are left out.
    """
    files: list[Path] = []
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return files
    for entry in entries:
        if entry.name.startswith(".") or entry.name in _FOLDERS_SKIPPED:
            continue
        if entry.is_dir():
            if not entry.is_symlink() and not (entry / "pyvenv.cfg").exists():
                files += python_files(entry)
        elif entry.suffix == ".py":
            files.append(entry)
    return files


def _split(text: str) -> tuple[str, str | None]:
    source, colon, function = text.rpartition(":")
    if colon and source and function.isidentifier():  # the colon of C:\app.py has no identifier behind it
        return source, function
    return text, None


def _module_of(file: Path) -> Module:
    """The file as a module: inside a package its name has dots, so that relative imports work."""
    root, parts = file.parent, [] if file.name == "__init__.py" else [file.stem]
    while (root / "__init__.py").exists():
        parts.insert(0, root.name)
        root = root.parent
    return Module(name=".".join(parts), root=root, path=file)


def _is_test(file: Path) -> bool:
    return file.name in _FILES_SKIPPED or file.name.startswith("test_") or file.name.endswith("_test.py")
