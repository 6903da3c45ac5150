"""What `make bench-check` counts and says."""

from pathlib import Path

import pytest

from bench.micro.__main__ import compared
from bench.micro.counted import TIMES
from bench.micro.paths import hot_paths


@pytest.mark.parametrize(("count", "is_good"), [(1_050, True), (1_051, False), (900, True)])
def test_a_path_may_take_five_per_cent_more_than_recorded(count: int, is_good: bool) -> None:
    lines, found = compared({"decide": count}, {"decide": 1_000})
    assert (len(lines), found) == (1, is_good)


def test_a_path_that_nobody_recorded_is_shown_and_no_failure() -> None:
    lines, is_good = compared({"new": 5}, {})
    assert is_good
    assert "not recorded" in lines[0]


def test_every_hot_path_can_be_walked_again_and_again(tmp_path: Path) -> None:
    with hot_paths(tmp_path) as paths:
        assert set(paths) == set(TIMES)
        for walk in paths.values():
            walk()
            walk()
