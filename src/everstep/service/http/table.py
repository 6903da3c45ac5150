"""Finds the rows of a path without trying each of them.

    raw path --prefix, then the longest suffix--> rows (one for each method), subject

Paths are compared as bytes, as they came; see `paths` for what a shape is.
"""

from collections.abc import Iterable, Sequence

from everstep.service.http.route import Route


class Table:
    """The rows by their shapes. Immutable once made."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._fixed: dict[bytes, list[Route]] = {}
        """Of shapes without a subject, by path."""
        self._families: dict[bytes, dict[bytes, list[Route]]] = {}
        """Of all others: by prefix, then by suffix, the longest first."""
        for route in routes:
            prefix, suffix = route.shape.prefix.encode(), route.shape.suffix.encode()
            if route.shape.has_subject:
                self._families.setdefault(prefix, {}).setdefault(suffix, []).append(route)
            else:
                self._fixed.setdefault(prefix, []).append(route)
        for prefix, family in self._families.items():
            self._families[prefix] = dict(sorted(family.items(), key=lambda rows: -len(rows[0])))

    def rows(self, raw_path: bytes) -> tuple[Sequence[Route], bytes]:
        """The rows of the path's shape, none if it has none, and the subject, still encoded."""
        if (fixed := self._fixed.get(raw_path)) is not None:
            return fixed, b""
        found: tuple[Sequence[Route], bytes] = (), b""
        longest = -1
        for prefix, family in self._families.items():
            if not raw_path.startswith(prefix):
                continue
            for suffix, rows in family.items():
                if len(suffix) <= longest:
                    break
                if raw_path.endswith(suffix) and len(raw_path) > len(prefix) + len(suffix):
                    found, longest = (rows, raw_path[len(prefix) : len(raw_path) - len(suffix)]), len(suffix)
                    break
        return found
