"""Attempts, as operations and history tell of them."""

from urllib.parse import unquote

from everstep.core.model import Arn, Kind, Millis, Operation, OperationId, Status
from everstep.service.page.story import only_attempt
from tests.service.http.own.stage import Stage, on_stage


def a_step(status: Status, attempt: int) -> Operation:
    return Operation(id=OperationId("s"), kind=Kind.STEP, status=status, started_at=Millis(1), attempt=attempt)


def test_of_a_step_with_one_attempt_the_operation_tells_what_the_history_tells() -> None:
    async def talk(stage: Stage) -> None:
        arn = Arn(unquote(await stage.started("stepper", 3)))
        steps, story = (await stage.page.view(arn)).tree.all, await stage.page.story(arn)
        assert len(steps) == 3
        assert [[only_attempt(step)] for step in steps] == [list(story.attempts(step.id)) for step in steps]

    on_stage(talk)


def test_of_any_other_step_only_the_history_tells() -> None:
    assert only_attempt(a_step(Status.PENDING, 1)) is None
    assert only_attempt(a_step(Status.STARTED, 1)) is None
    assert only_attempt(a_step(Status.SUCCEEDED, 2)) is None
