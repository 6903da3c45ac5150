"""New projects: the files of one of the templates, under a name of its own.

A template is a folder of `projects/`, as it will stand in front of its author, but for `{{name}}` and `{{version}}` in
the files that are not Python. `projects/shared` is a part of every template.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

NAME_CHARS_MAX = 64
_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9-]{{0,{NAME_CHARS_MAX - 1}}}")
_SHARED = "shared"
_RENAMED = {"gitignore": ".gitignore", "pyproject": "pyproject.toml"}
"""Files that would mean something to tools where they lie."""


class Template(StrEnum):
    MINIMAL = "minimal"
    HUMAN_IN_THE_LOOP = "human-in-the-loop"
    AGENT_LOOP = "agent-loop"
    SAGA = "saga"
    MAP_REDUCE = "map-reduce"


SUMMARIES: Mapping[Template, str] = MappingProxyType(
    {
        Template.MINIMAL: "a wait and a step: somebody is reminded of something",
        Template.HUMAN_IN_THE_LOOP: "callbacks with time limits: people approve an expense, or nobody answers",
        Template.AGENT_LOOP: "a model that thinks and calls tools until it has an answer",
        Template.SAGA: "a trip that is booked as a whole or cancelled again",
        Template.MAP_REDUCE: "words counted in many documents side by side, async",
    }
)


class ProjectNameError(ValueError):
    """A project cannot have this name; the message says why."""


def project_files(template: Template, name: str, version: str) -> dict[str, str]:
    """The files of a new project: path, with forward slashes, to text. Raises ProjectNameError."""
    _check_name(name)
    projects = files("everstep.scaffold") / "projects"
    found: dict[str, str] = {}
    for folder in (_SHARED, template.value.replace("-", "_")):
        for path, file in _below(projects / folder):
            text = file.read_text(encoding="utf-8")
            is_filled_in = not path.endswith(".py")
            found[path] = text.replace("{{name}}", name).replace("{{version}}", version) if is_filled_in else text
    return dict(sorted(found.items()))


def _below(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        path = f"{prefix}{_RENAMED.get(entry.name, entry.name)}"
        if entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _below(entry, f"{path}/")
        else:
            yield path, entry


def _check_name(name: str) -> None:
    """The name must do for a folder, for a Python project and for a CloudFormation stack, which is the strictest."""
    if _NAME.fullmatch(name):
        return
    meant = re.sub(r"[^A-Za-z0-9]+", "-", name).lstrip("-0123456789").rstrip("-")[:NAME_CHARS_MAX]
    hint = f"; {meant!r} would do" if meant else ""
    raise ProjectNameError(
        f"{name!r} is no name for a project: write a letter, then up to {NAME_CHARS_MAX - 1} letters, digits and "
        f"hyphens, which is what a stack of AWS CloudFormation may be called{hint}"
    )
