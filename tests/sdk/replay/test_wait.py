"""The script of a wait, driven by hand."""

from dataclasses import replace

import pytest

from everstep.core.model import Action, Status
from everstep.sdk.replay.journal import Journal
from everstep.sdk.replay.requests import Park, Save
from everstep.sdk.replay.wait import WaitCall, wait
from tests.sdk.replay.records import WAIT, recorded

CALL = WaitCall(identity=WAIT, seconds=60)


def test_a_new_wait_is_saved_before_it_parks() -> None:
    journal = Journal()
    script = wait(CALL, journal)
    assert script.send(None) == Save(replace(WAIT.update(Action.START), wait_seconds=60), wait=True)
    journal.learn([recorded(WAIT, Status.STARTED)])
    assert script.send(None) == Park(WAIT.id)


def test_a_wait_that_still_runs_parks_without_being_saved_again() -> None:
    journal = Journal([recorded(WAIT, Status.STARTED)])
    script = wait(CALL, journal)
    assert script.send(None) == Park(WAIT.id)
    assert script.send(None) == Park(WAIT.id), "woken for nothing, it parks again"
    journal.learn([recorded(WAIT, Status.SUCCEEDED)])
    with pytest.raises(StopIteration):
        script.send(None)


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.CANCELLED])
def test_a_wait_that_is_over_is_over(status: Status) -> None:
    with pytest.raises(StopIteration):
        wait(CALL, Journal([recorded(WAIT, status)])).send(None)
