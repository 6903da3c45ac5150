"""The text of a template as data and back, so that comments, tags and the author's order survive.

CloudFormation's short tags (`!Ref`, `!Sub`) stay what they are, because nobody here looks into them.
"""

import io
from collections.abc import MutableMapping
from itertools import pairwise
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.util import load_yaml_guess_indent


class DocumentError(ValueError):
    """The text is no template; the message says why."""


class Document:
    """Owns one YAML file's content. Raises DocumentError for a text that is no mapping."""

    def __init__(self, text: str) -> None:
        self._yaml = YAML()
        self._yaml.preserve_quotes = True
        self._yaml.width = 4096  # lines are broken where their author breaks them
        mapping, sequence, dash = _style(text)
        self._yaml.indent(mapping=mapping, sequence=sequence, offset=dash)
        try:
            content = self._yaml.load(text)
        except YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f" (line {mark.line + 1})" if mark is not None else ""
            raise DocumentError(f"it is not YAML{where}: {getattr(error, 'problem', None) or error}") from error
        if content is not None and not isinstance(content, MutableMapping):
            raise DocumentError("it is no template: at its top there must be a mapping")
        self._before = text
        self._head = text if content is None else ""
        self.content: MutableMapping[str, Any] = {} if content is None else content

    def text(self) -> str:
        stream = io.StringIO()
        self._yaml.dump(self.content, stream)
        return self._head + _spaced(stream.getvalue(), like=self._before)


def _spaced(text: str, like: str) -> str:
    """The text with a blank line before each section that had one.

    Blank lines belong to what stands before them, so whatever is added at the end of a section comes after them.
    """
    old = like.splitlines()
    apart = {line for before, line in pairwise(old) if not before.strip() and line[:1].isalpha()}
    lines: list[str] = []
    for line in text.splitlines():
        if line in apart and lines and lines[-1].strip():
            lines.append("")
        lines.append(line)
    return "\n".join([*lines, ""])


def _style(text: str) -> tuple[int, int, int]:
    """How far the author indents mappings, lists, and the dash in a list; what most do where nothing shows it."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    mapping = next((depth for line in lines if (depth := len(line) - len(line.lstrip(" ")))), 2)
    try:
        _, sequence, dash = load_yaml_guess_indent(text)
    except (YAMLError, IndexError):
        sequence = dash = None
    if sequence is None or dash is None or sequence < dash + 2:  # less has no room for the dash
        return mapping, 4, 2
    return mapping, sequence, dash
