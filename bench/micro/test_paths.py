"""The hot paths under pytest-benchmark: `make bench-micro`."""

from pathlib import Path
from typing import Any

import pytest

from bench.micro.paths import hot_paths


@pytest.mark.parametrize("name", ["decide", "codec", "replay", "store"])
def test_path(name: str, benchmark: Any, tmp_path: Path) -> None:
    with hot_paths(tmp_path) as paths:
        benchmark(paths[name])
