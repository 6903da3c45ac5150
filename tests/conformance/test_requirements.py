"""The public requirements of durable execution, on our service: with the official SDK, and with ours in both forms."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conformance.outcome import complaint
from tests.conformance.requirements import (
    FOLDER_VARIABLE,
    Requirement,
    read_requirement,
    requirement_ids,
    requirements_folder,
)
from tests.conformance.runner import Form, Run, carry_out

THIS = Path(__file__)
FOLDER = requirements_folder()
IDS = requirement_ids(FOLDER) if FOLDER is not None else []

STORES = ("memory", "sqlite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The requirements that this test run asks for, carried out together."""

    requirements: Mapping[str, Requirement]
    runs: Mapping[str, Run]
    """By store."""
    form: Form

    def again(self, requirement_id: str, url: str) -> str | None:
        """What is wrong when the requirement is carried out alone."""
        requirement = self.requirements[requirement_id]
        run = asyncio.run(carry_out([requirement], self.form, url))
        return run.problems.get(requirement_id) or complaint(requirement, run.outcomes[requirement_id])


@pytest.fixture(scope="module", params=list(Form))
def carried(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Carried:
    form = Form(request.param)
    if form is Form.OFFICIAL and find_spec("aws_durable_execution_sdk_python") is None:
        pytest.skip("the official SDK is not installed")
    assert FOLDER is not None
    chance = random.Random()
    items = [item for item in request.session.items if isinstance(item, pytest.Function) and item.path == THIS]
    asked = {(item.callspec.params["requirement_id"], item.callspec.params["store"]) for item in items}
    requirements = {key: read_requirement(FOLDER, key, chance) for key in IDS}
    urls = {"memory": "memory:", "sqlite": f"sqlite:///{tmp_path_factory.mktemp('conformance') / 'store.db'}"}

    async def both() -> Sequence[Run]:
        wanted = {store: [requirements[key] for key in IDS if (key, store) in asked] for store in STORES}
        return await asyncio.gather(*(carry_out(wanted[store], form, urls[store]) for store in STORES))

    return Carried(requirements=requirements, runs=dict(zip(STORES, asyncio.run(both()), strict=True)), form=form)


@pytest.mark.skipif(FOLDER is None, reason=f"no requirement files; say where they are: {FOLDER_VARIABLE}=FOLDER")
@pytest.mark.parametrize("requirement_id", IDS)
@pytest.mark.parametrize("store", STORES)
def test_the_requirement_is_met(carried: Carried, store: str, requirement_id: str, tmp_path: Path) -> None:
    requirement, run = carried.requirements[requirement_id], carried.runs[store]
    if requirement_id in run.unwritten:
        pytest.skip(f"nobody wrote the handler {requirement.function}")
    assert requirement_id not in run.problems, run.problems[requirement_id]
    found = complaint(requirement, run.outcomes[requirement_id])
    if found is not None:
        # Answers come after so many seconds, whoever else needs the processor; alone it must fit.
        url = "memory:" if store == "memory" else f"sqlite:///{tmp_path / 'alone.db'}"
        found = carried.again(requirement_id, url)
    assert found is None, found
