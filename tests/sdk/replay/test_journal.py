"""What is known of the execution, and how a mismatch with the code is told."""

from dataclasses import replace
from typing import Any

import pytest

from everstep.core.model import Kind, OperationId, Status
from everstep.errors import NonDeterministicExecutionError
from everstep.sdk.replay.journal import Journal
from everstep.sdk.replay.step import step
from everstep.sdk.replay.wait import WaitCall, wait
from tests.sdk.replay.records import STEP, WAIT, a_step, recorded


def test_an_operation_is_found_by_its_place() -> None:
    operation = recorded(STEP, Status.STARTED)
    assert Journal([operation]).find(STEP) == operation
    assert Journal().find(STEP) is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": Kind.WAIT}, "its type was 'WAIT' and is now 'STEP'"),
        ({"sub_type": "Poll"}, "its sub-type was 'Poll' and is now 'Step'"),
        ({"sub_type": None}, "its sub-type was None and is now 'Step'"),
        ({"name": "refund"}, "its name was 'refund' and is now 'charge'"),
        ({"name": None}, "its name was None and is now 'charge'"),
        ({"parent_id": OperationId("op-0")}, "its parent was 'op-0' and is now None"),
    ],
)
def test_every_difference_from_history_is_named(change: dict[str, Any], sentence: str) -> None:
    journal = Journal([replace(recorded(STEP, Status.SUCCEEDED), **change)])
    with pytest.raises(NonDeterministicExecutionError) as raised:
        journal.find(STEP)
    assert sentence in str(raised.value)
    assert "Operation 1 " in str(raised.value)
    assert raised.value.step_id == STEP.id


def test_several_differences_are_told_together() -> None:
    journal = Journal([replace(recorded(STEP, Status.SUCCEEDED), kind=Kind.WAIT, sub_type="Wait", name="pause")])
    with pytest.raises(NonDeterministicExecutionError) as raised:
        journal.find(STEP)
    assert all(part in str(raised.value) for part in ("its type", "its sub-type", "its name"))


def test_an_empty_name_is_no_name() -> None:
    nameless = replace(STEP, name=None)
    assert Journal([replace(recorded(STEP, Status.STARTED), name="")]).find(nameless) is not None


def test_a_waits_record_is_never_taken_for_a_steps_result() -> None:
    """Known from another SDK: matched by position alone, the step was skipped and answered None."""
    with pytest.raises(NonDeterministicExecutionError):
        step(a_step(), Journal([recorded(WAIT, Status.SUCCEEDED)])).send(None)
    with pytest.raises(NonDeterministicExecutionError):
        wait(WaitCall(identity=WAIT, seconds=1), Journal([recorded(STEP, Status.SUCCEEDED)])).send(None)


@pytest.mark.parametrize("status", list(Status))
def test_only_what_waits_for_the_outside_is_waiting(status: Status) -> None:
    is_waiting = Journal([recorded(STEP, status)]).is_waiting(STEP.id)
    assert is_waiting is (status in (Status.STARTED, Status.PENDING))


def test_news_replaces_what_was_known() -> None:
    journal = Journal([recorded(STEP, Status.STARTED)])
    journal.learn([recorded(STEP, Status.SUCCEEDED, result="1")])
    known = journal.get(STEP.id)
    assert known is not None
    assert known.status is Status.SUCCEEDED
    assert STEP.id in journal
