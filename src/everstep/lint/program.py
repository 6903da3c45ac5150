"""The files of one project, read when they are needed, and how an import finds its file.

Files are named by paths with forward slashes. Where a project's roots are is not asked: a folder is taken for one if
it lies above the importing file and is no package itself, and so is the folder `src` in it.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from everstep.lint.syntax import Module, read
from everstep.lint.vocabulary import SDKS

ReadText: TypeAlias = Callable[[str], str | None]
"""The text of the file at a path; None if there is none, or if it is not the project's.

Raises SyntaxError for a file in an encoding that nobody knows. What does not fit the encoding becomes surrogates.
"""


class Program:
    """Owns the files that were read, each once."""

    def __init__(self, read_text: ReadText) -> None:
        self._read_text = read_text
        self._texts: dict[str, str | None] = {}
        self._modules: dict[str, Module | None] = {}
        self._found: dict[tuple[str, str], Module | None] = {}
        self._roots: dict[str, list[str]] = {}
        self.broken: dict[str, tuple[int, int, str]] = {}
        """Files that are not Python, with line, column and reason."""

    def text(self, path: str) -> str | None:
        if path not in self._texts:
            try:
                self._texts[path] = self._read_text(path)
            except SyntaxError as error:
                self._texts[path], self.broken[path] = None, (1, 1, error.msg.replace(f" for {path!r}", ""))
        return self._texts[path]

    def module(self, path: str) -> Module | None:
        """The file, taken apart; None if it does not exist or is broken."""
        if path not in self._modules:
            self._modules[path] = self._parse(path)
        return self._modules[path]

    def find(self, importer: Module, name: str, level: int = 0) -> Module | None:
        """The module that an import in `importer` means, if it is a file of the project."""
        folder = _folder(importer.path)
        if level:
            for _ in range(level - 1):
                folder = _folder(folder)
            return self._at(folder, name)
        if name.partition(".")[0] in SDKS:
            return None  # its own source may lie beside the project; what its names mean is known without it
        key = (folder, name)
        if key not in self._found:
            roots = self._roots_above(folder)
            self._found[key] = next((found for root in roots if (found := self._at(root, name))), None)
        return self._found[key]

    def is_of_an_sdk(self, path: str) -> bool:
        """Whether a file is part of an SDK: machinery, which has its own ways with clocks and threads."""
        folders = [each for each in _upwards(_folder(path)) if each.rpartition("/")[2] in SDKS]
        return any(self.text(_join(each, "__init__.py")) is not None for each in folders)

    def _parse(self, path: str) -> Module | None:
        text = self.text(path)
        if text is None:
            return None
        try:
            return read(path, text)
        except SyntaxError as error:
            self.broken[path] = (error.lineno or 1, error.offset or 1, error.msg)
        except UnicodeEncodeError as error:
            line = text.count("\n", 0, error.start) + 1
            self.broken[path] = (line, 1, "this is not written in UTF-8, or in the encoding that the file declares")
        except (ValueError, RecursionError) as error:
            self.broken[path] = (1, 1, str(error))
        return None

    def _at(self, root: str, name: str) -> Module | None:
        base = _join(root, name.replace(".", "/"))
        return (self.module(f"{base}.py") if name else None) or self.module(_join(base, "__init__.py"))

    def _roots_above(self, folder: str) -> list[str]:
        if folder not in self._roots:
            plain = [each for each in _upwards(folder) if self.text(_join(each, "__init__.py")) is None]
            self._roots[folder] = [root for each in plain for root in (each, _join(each, "src"))]
        return self._roots[folder]


def _folder(path: str) -> str:
    head, slash, _ = path.rpartition("/")
    return head or slash


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while folder not in {"", "/"}:
        folder = _folder(folder)
        yield folder


def _join(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if folder else name
