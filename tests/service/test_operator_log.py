"""What the log tells an operator of executions."""

import logging

import pytest

from everstep.core.model import Arn
from everstep.service.operator_log import OperatorLog
from tests.service.http.own.stage import Stage, on_stage


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, str(getattr(record, "event", ""))) for record in caplog.records]


def test_an_execution_is_told_of_when_it_starts_and_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "everstep.service.operator_log")

    async def talk(stage: Stage) -> None:
        stage.service.listen(OperatorLog(stage.service).note)
        await stage.started("echo", {"secret": 1}, name="told")

    on_stage(talk)
    assert told(caplog) == [("INFO", "execution_started"), ("INFO", "execution_ended")]
    end = vars(caplog.records[-1])
    assert (end["execution"], end["function"], end["status"], end["error_type"]) == ("told", "echo", "SUCCEEDED", None)
    assert end["duration_ms"] >= 0
    assert "secret" not in caplog.text


def test_a_failure_is_a_warning_that_names_its_type_and_not_its_message(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "everstep.service.operator_log")

    async def talk(stage: Stage) -> None:
        stage.service.listen(OperatorLog(stage.service).note)
        await stage.started("broken")

    on_stage(talk)
    assert told(caplog)[-1] == ("WARNING", "execution_ended")
    assert vars(caplog.records[-1])["error_type"] == "CardDeclined"
    assert "no money" not in str([vars(record) for record in caplog.records])


def test_the_store_is_asked_when_an_older_execution_began(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "everstep.service.operator_log")

    async def talk(stage: Stage) -> None:
        arn = await stage.started("sleeper")
        log = OperatorLog(stage.service)
        stage.service.listen(log.note)
        assert (await stage.ask("POST", f"/executions/{arn}/stop", {}))[0] == 200
        await log.close()

    on_stage(talk)
    (end,) = caplog.records
    assert vars(end)["status"] == "STOPPED"
    assert isinstance(vars(end)["duration_ms"], int)
    assert Arn(vars(end)["arn"]).startswith("arn:aws:lambda:")
