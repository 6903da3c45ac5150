"""Where these tests can run."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if sys.platform == "win32":
        skip = pytest.mark.skip(reason="the programs are ended by signals, which Windows does not have")
        for item in items:
            if item.path.is_relative_to(HERE):
                item.add_marker(skip)
