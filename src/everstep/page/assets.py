"""The page's files, with what a browser is told of each of them.

Rule: the page runs nothing but its own modules and asks nobody but the service that it came from. The policy below
says so to the browser, so that a payload which found its way into the document could still do nothing.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

INDEX = "index.html"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file of the page."""

    content: bytes
    type: str
    """Its media type."""
    tag: str
    """Changes with the content: the ETag."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        # A browser asks each time whether its copy is still good: the page always fits the service that serves it.
        return (
            ("content-type", self.type),
            ("etag", self.tag),
            ("cache-control", "no-cache"),
            ("content-security-policy", POLICY),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        )


def find(name: str) -> Asset | None:
    """The file of that name, `vendor/…` included; None for what the page does not have."""
    return _all().get(name)


@cache
def _all() -> dict[str, Asset]:
    return dict(_below(files("everstep.page") / "static", ""))


def _below(folder: Traversable, prefix: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _below(entry, f"{prefix}{entry.name}/")
        elif (kind := _TYPES.get(entry.name.rpartition(".")[2])) is not None:
            content = entry.read_bytes()
            tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
            found.append((f"{prefix}{entry.name}", Asset(content=content, type=kind, tag=tag)))
    return found
