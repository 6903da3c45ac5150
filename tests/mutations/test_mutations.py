"""The simulation finds what is planted; `python -m tests.mutations` hunts all ten."""

import shutil
from pathlib import Path

import pytest

from tests.mutations.hunt import ROOT, hunt
from tests.mutations.plan import MUTATIONS, AnchorGoneError, Mutation


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_bug_can_still_be_planted(mutation: Mutation, tmp_path: Path) -> None:
    copy = tmp_path / "everstep" / mutation.file
    copy.parent.mkdir(parents=True)
    shutil.copy(ROOT / "src" / "everstep" / mutation.file, copy)
    mutation.plant(tmp_path)
    assert mutation.wrong in copy.read_text(encoding="utf-8")


def test_a_bug_whose_place_is_gone_fails_loudly(tmp_path: Path) -> None:
    (tmp_path / "everstep").mkdir()
    (tmp_path / "everstep" / "a.py").write_text("nothing of it", encoding="utf-8")
    with pytest.raises(AnchorGoneError):
        Mutation(name="a bug", file="a.py", right="something", wrong="else").plant(tmp_path)


@pytest.mark.parametrize("name", ["event id gap", "token not checked"])
def test_a_planted_bug_is_found(name: str) -> None:
    mutation = next(mutation for mutation in MUTATIONS if mutation.name == name)
    assert hunt(mutation, seeds_max=200) is not None
