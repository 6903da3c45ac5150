"""Histories that somebody brings along: looked at through the same routes, and in nobody's way."""

from typing import Any

from everstep.service.page.page import PageSettings
from tests.service.http.own.stage import Stage, on_stage

ROUTES = ("", "/operations", "/invocations", "/events?data=true", "/logs", "/related")


async def exported(stage: Stage, function: str, input: object = None) -> tuple[str, Any]:  # noqa: A002
    arn = await stage.started(function, input)
    return arn, await stage.get(f"/executions/{arn}/export")


async def imported(stage: Stage, content: object) -> str:
    status, answer = await stage.ask("POST", "/imports", content)
    assert status == 201, answer
    return str(answer["arn"])


def test_an_imported_history_shows_what_the_execution_itself_shows() -> None:
    async def talk(stage: Stage) -> None:
        arn, content = await exported(stage, "stepper", 3)
        handle = await imported(stage, content)
        whole, again = await stage.get(f"/executions/{arn}"), await stage.get(f"/executions/{handle}")
        same = ("name", "function", "status", "started_at", "ended_at", "duration_ms", "operations", "invocations",
                "input", "result", "error", "counts")  # fmt: skip
        assert {key: whole[key] for key in same} == {key: again[key] for key in same}
        for route in ("/operations", "/events?data=true", "/payload?part=input"):
            assert await stage.get(f"/executions/{arn}{route}") == await stage.get(f"/executions/{handle}{route}")
        told = await stage.get(f"/executions/{handle}/export")
        assert told["Events"] == content["Events"]
        assert told["Execution"]["DurableExecutionArn"] == content["Execution"]["DurableExecutionArn"]

    on_stage(talk)


def test_an_imported_history_is_in_no_list_and_nothing_can_be_done_about_it() -> None:
    async def talk(stage: Stage) -> None:
        _, content = await exported(stage, "sleeper")
        handle = await imported(stage, content)
        assert len((await stage.get("/executions"))["executions"]) == 1
        found = await stage.get(f"/executions/{handle}")
        assert (found["actions"], found["imported"]["arn"]) == ([], content["Execution"]["DurableExecutionArn"])
        assert found["waits"]["first"][0]["kind"] == "WAIT"
        for act in ("stop", "rerun", "retry", "pause"):
            assert (await stage.ask("POST", f"/executions/{handle}/{act}", {}))[0] == 409
        assert (await stage.ask("DELETE", f"/executions/{handle}"))[0] == 409

    on_stage(talk)


def test_every_route_of_an_execution_answers_for_a_history_of_aws_without_its_execution() -> None:
    async def talk(stage: Stage) -> None:
        _, content = await exported(stage, "broken")
        handle = await imported(stage, {"Events": content["Events"][::-1]})
        for route in ROUTES:
            await stage.get(f"/executions/{handle}{route}")
        found = await stage.get(f"/executions/{handle}")
        assert (found["status"], found["function"], found["imported"]["arn"]) == ("FAILED", "unknown", None)

    on_stage(talk)


def test_a_long_history_comes_in_several_requests_and_is_paged() -> None:
    async def talk(stage: Stage) -> None:
        _, content = await exported(stage, "stepper", 4)
        handle = await imported(stage, {"Events": content["Events"][:3]})
        assert (await stage.get(f"/executions/{handle}"))["status"] == "RUNNING"
        assert (await stage.ask("POST", f"/imports/{handle}", {"Events": content["Events"][2:]}))[0] == 200
        assert (await stage.get(f"/executions/{handle}"))["status"] == "SUCCEEDED"
        first = await stage.get(f"/executions/{handle}/events?order=newest&limit=2")
        second = await stage.get(f"/executions/{handle}/events?order=newest&limit=2&cursor={first['next']}")
        numbers = [event["EventId"] for event in first["events"] + second["events"]]
        assert numbers == [event["EventId"] for event in content["Events"]][::-1][:4]

    on_stage(talk)


def test_what_is_no_history_is_refused_with_the_reason() -> None:
    async def talk(stage: Stage) -> None:
        for content, reason in (
            ({"Events": 1}, 'no list of "Events"'),
            ({"Events": [], "NextMarker": "x"}, "only the first page"),
            ({"Events": [{"EventId": 1}]}, "event.eventType"),
            ({"Events": []}, "does not tell of the start"),
        ):
            status, answer = await stage.ask("POST", "/imports", content)
            assert (status, reason in answer["error"]["message"]) == (400, True), answer
        assert (await stage.ask("GET", "/executions/imported:nobody"))[0] == 404

    on_stage(talk)


def test_histories_are_brought_along_in_read_only_mode_too_listed_and_forgotten() -> None:
    async def talk(stage: Stage) -> None:
        began = {"EventId": 1, "EventType": "ExecutionStarted", "EventTimestamp": 1, "Name": "old", "Id": "e",
                 "ExecutionStartedDetails": {"Input": {"Payload": "1"}, "ExecutionTimeout": 9}}  # fmt: skip
        first, second = await imported(stage, {"Events": [began]}), await imported(stage, {"Events": [began]})
        assert [line["arn"] for line in (await stage.get("/imports"))["imports"]] == [second, first]
        assert (await stage.ask("DELETE", f"/imports/{first}"))[0] == 200
        assert [line["name"] for line in (await stage.get("/imports"))["imports"]] == ["old"]

    on_stage(talk, PageSettings(read_only=True))
