"""Every public name of the official SDK has its place in everstep, or a reason why it needs none."""

import importlib
import os
import sys
from pathlib import Path

import pytest

from everstep.compat.aws_sdk.names import MODULES, ROOT, UNNEEDED, UNNEEDED_MODULES
from tests.compat.official import Names, public_names
from tests.compat.table import document

DOCUMENT = Path(__file__).parents[2] / "docs" / "official-names.md"
TARGETS = sorted({target for names in MODULES.values() for target in names.values()})


@pytest.fixture
def official() -> Names:
    found = public_names()
    if found is None:
        pytest.skip(f"{ROOT} is not installed, so nobody can tell whether a name of it is missing")
    return found


def test_no_public_name_of_the_official_sdk_is_missing(official: Names, capsys: pytest.CaptureFixture[str]) -> None:
    offered = {(module, name) for module, names in MODULES.items() for name in names}
    unneeded = {(module, name) for module, names in UNNEEDED.items() for name in names}
    public = {(module, name) for module, names in official.items() for name in names}
    machinery = {(module, name) for module, name in public if module in UNNEEDED_MODULES}
    missing = sorted(public - offered - unneeded - machinery)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{ROOT}: {len(public)} public names; {len(public & offered)} are everstep's, "
            f"{len(public & (unneeded | machinery))} are machinery that nobody needs here, {len(missing)} missing\n"
        )
    assert missing == []


def test_the_table_lists_no_name_that_the_official_sdk_does_not_have(official: Names) -> None:
    listed = [(module, name) for table in (MODULES, UNNEEDED) for module, names in table.items() for name in names]
    assert [(module, name) for module, name in listed if name not in official.get(module, ())] == []
    assert [module for module in UNNEEDED_MODULES if module not in official] == []


@pytest.mark.parametrize("target", TARGETS)
def test_what_the_table_points_to_exists(target: str) -> None:
    module, _, name = target.partition(":")
    assert hasattr(importlib.import_module(module), name)


def test_the_documented_table_is_the_one_in_use() -> None:
    if os.environ.get("EVERSTEP_WRITE_OFFICIAL_NAMES"):
        DOCUMENT.write_text(document(), encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "write it anew: EVERSTEP_WRITE_OFFICIAL_NAMES=1"


def test_a_name_that_nobody_listed_would_be_noticed(official: Names) -> None:
    assert "StepConfig" in official["config"]
    assert "durable_execution" in official[""]
    assert len(official["exceptions"]) > 30
