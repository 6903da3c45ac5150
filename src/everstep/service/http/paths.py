"""Paths of the API: split first, decode then, and decode once.

An execution's ARN contains `:`, `/` and `$`, and clients disagree on how much of it they encode; a callback id is
base64 and so contains `/`, `+` and `=`. A path is therefore never cut into segments. It is recognised, undecoded, by
a fixed prefix and a fixed suffix; what stands between them is the subject, decoded once.

    /2025-12-01/durable-executions/arn%3Aaws%3A…%2F5f0c…/checkpoint
    `---------- prefix -----------'`---- subject -----' `- suffix -'

Rule: `+` is an ordinary character in a path (it means a space in a query only).
"""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from everstep.core.refusal import Code, Refused


@dataclass(frozen=True, slots=True)
class Shape:
    """What the paths of one route have in common.

    A shape whose prefix ends with a slash has a subject, which is never empty; any other is one fixed path, and so is
    the root.
    """

    prefix: str
    suffix: str = ""

    @property
    def has_subject(self) -> bool:
        return self.prefix.endswith("/") and self.prefix != "/"


def decode(subject: bytes) -> str:
    """The subject as its author meant it. Raises Refused for what is not UTF-8."""
    try:
        return _known(subject) if len(subject) <= _KNOWN_BYTES_MAX else unquote_to_bytes(subject).decode()
    except UnicodeDecodeError as error:
        raise Refused(Code.VALIDATION, "the path is not UTF-8") from error


_KNOWN_BYTES_MAX = 2048
"""Longer than any ARN. What is remembered of strangers' paths must not fill the memory."""


@lru_cache(256)
def _known(subject: bytes) -> str:
    """A function that runs asks with the same path again and again."""
    return unquote_to_bytes(subject).decode()
