"""The public requirements of durable execution, on our service: with the official SDK, and with ours in both forms."""

import asyncio
import random
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

FOLDER = requirements_folder()
IDS = requirement_ids(FOLDER) if FOLDER is not None else []

Carried = tuple[dict[str, Requirement], Run]


@pytest.fixture(scope="module", params=[f"{form}-{store}" for form in Form for store in ("memory", "sqlite")])
def carried(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Carried:
    """The requirements that this test run asks for, carried out together."""
    form, store = request.param.split("-")
    if form == Form.OFFICIAL and find_spec("aws_durable_execution_sdk_python") is None:
        pytest.skip("the official SDK is not installed")
    assert FOLDER is not None
    chance = random.Random()
    asked = {_requirement_of(item) for item in request.session.items if item.path == Path(__file__)}
    requirements = {key: read_requirement(FOLDER, key, chance) for key in IDS if key in asked}
    url = "memory:" if store == "memory" else f"sqlite:///{tmp_path_factory.mktemp('conformance') / 'store.db'}"
    return requirements, asyncio.run(carry_out(list(requirements.values()), Form(form), url))


def _requirement_of(item: pytest.Item) -> str:
    assert isinstance(item, pytest.Function), item
    requirement_id = item.callspec.params["requirement_id"]
    assert isinstance(requirement_id, str)
    return requirement_id


@pytest.mark.skipif(FOLDER is None, reason=f"no requirement files; say where they are: {FOLDER_VARIABLE}=FOLDER")
@pytest.mark.parametrize("requirement_id", IDS)
def test_the_requirement_is_met(carried: Carried, requirement_id: str) -> None:
    requirements, run = carried
    if requirement_id in run.unwritten:
        pytest.skip(f"nobody wrote the handler {requirements[requirement_id].function}")
    assert requirement_id not in run.problems, run.problems[requirement_id]
    found = complaint(requirements[requirement_id], run.outcomes[requirement_id])
    assert found is None, found
