"""The quick wings first: what is pure fails within a second, before anything opens a socket or starts a process."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ORDER = ("core", "sdk", "drawing", "testing", "cli", "service", "host")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place(item.path.relative_to(TESTS)))


def place(path: Path) -> int:
    """Wings in their order, then the rules of the house, then what needs all wings together."""
    wing = path.parts[0]
    if wing in ORDER:
        return ORDER.index(wing)
    return len(ORDER) + (len(path.parts) > 1)
