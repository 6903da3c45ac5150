"""A small part of a large value, to be seen where the value itself is stored elsewhere.

Fields are chosen by rules: what is excluded is never shown; what is masked is shown as `***`; the rest depends on the
mode. Lists have no place of their own in a preview: the fields of their items stand where the list stood, and of two
items the later one is shown.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from everstep.errors import SerDesError


class PreviewMode(StrEnum):
    """Which fields are shown when no rule names them."""

    INCLUDE_ALL = "INCLUDE_ALL"
    EXCLUDE_ALL = "EXCLUDE_ALL"


class FieldMatchMode(StrEnum):
    """Where a rule's field may stand: at any depth, or only at the path from the root that its name spells."""

    ANYWHERE = "ANYWHERE"
    PATH = "PATH"


@dataclass(frozen=True, slots=True)
class PreviewField:
    """A rule: a field's name, or its path with dots (`"customer.email"`). Names that contain dots are never shown."""

    name: str
    match: FieldMatchMode = FieldMatchMode.ANYWHERE

    def fits(self, path: tuple[str, ...]) -> bool:
        """Whether the rule speaks of the field at this path, or with ANYWHERE of one that contains it."""
        return ".".join(path) == self.name if self.match is FieldMatchMode.PATH else self.name in path


@dataclass(frozen=True, slots=True)
class PreviewConfig:
    """What a preview shows. `max_preview_bytes` bounds its JSON text, in UTF-8; fields are added until it is full."""

    mode: PreviewMode
    include: list[PreviewField] = field(default_factory=list)
    exclude: list[PreviewField] = field(default_factory=list)
    mask: list[PreviewField] = field(default_factory=list)
    mask_string: str = "***"
    max_preview_bytes: int = 4096


def build_preview(value: Any, config: PreviewConfig) -> dict[str, Any] | None:
    """The chosen fields of a dict or of any object that has fields; None when there is nothing to show."""
    preview: dict[str, Any] = {}
    room = config.max_preview_bytes - len("{}")
    for path, content in _shown(_plain(value), config, ()):
        room -= _cost(preview, path, content)
        if room < 0:
            break
        _place(preview, path, content)
    return preview or None


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return value
    from everstep.sdk.typed import codec_for  # only who has such objects needs it

    try:
        return codec_for(type(value)).to_plain(value)
    except SerDesError:
        return None  # A preview is a courtesy: whether the value can be saved is not decided here.


def _shown(content: object, config: PreviewConfig, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """The leaves to show, each with its path."""
    if isinstance(content, list | tuple):
        for item in content:
            yield from _shown(item, config, above)
    if not isinstance(content, Mapping):
        return
    for key, inner in content.items():
        path = (*above, str(key))
        if "." in path[-1] or _any_fits(config.exclude, path):
            continue
        if _any_fits(config.mask, path):
            yield path, config.mask_string
        elif isinstance(inner, Mapping | list | tuple):
            yield from _shown(inner, config, path)
        elif config.mode is PreviewMode.INCLUDE_ALL or _any_fits(config.include, path):
            yield path, inner if isinstance(inner, str | int | float | None) else str(inner)


def _any_fits(rules: list[PreviewField], path: tuple[str, ...]) -> bool:
    return any(rule.fits(path) for rule in rules)


def _cost(preview: dict[str, Any], path: tuple[str, ...], content: object) -> int:
    """An upper bound of the bytes that a leaf adds: names and braces of what is not there yet, and itself."""
    node: object = preview
    size = len(json.dumps(content).encode()) + len(", ")
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
        if node is None:
            size += len(json.dumps(step).encode()) + len(": {}, ")
    return size


def _place(preview: dict[str, Any], path: tuple[str, ...], content: object) -> None:
    node = preview
    for step in path[:-1]:
        inner = node.get(step)
        if not isinstance(inner, dict):
            inner = node[step] = {}
        node = inner
    node[path[-1]] = content
