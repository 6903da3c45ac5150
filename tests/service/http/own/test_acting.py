"""Acting on executions through our own API."""

from urllib.parse import quote

import pytest

from everstep.service.page.page import PageSettings
from tests.service.http.own.stage import Stage, on_stage


def test_a_wait_is_skipped_and_a_backoff_that_is_none_is_refused() -> None:
    async def talk(stage: Stage) -> None:
        arn = await stage.started("sleeper")
        (wait,) = (await stage.get(f"/executions/{arn}"))["waits"]["first"]
        status, answer = await stage.ask("POST", f"/executions/{arn}/retry")
        assert (status, answer["error"]["code"]) == (409, "conflict")
        status, line = await stage.ask("POST", f"/executions/{arn}/retry", {"operation_id": wait["operation_id"]})
        assert (status, line["waits"]) == (200, None)

    on_stage(talk)


def test_a_fork_is_linked_to_its_source_and_knows_what_came_before() -> None:
    async def talk(stage: Stage) -> None:
        arn = await stage.started("stepper", 3)
        operations = (await stage.get(f"/executions/{arn}/operations"))["operations"]
        third = operations[2]["id"]
        status, born = await stage.ask("POST", f"/executions/{arn}/fork", {"operation_id": third, "name": "again"})
        assert (status, born["copied"]) == (201, 2)
        fork = quote(born["arn"], safe="")
        found = await stage.get(f"/executions/{fork}")
        assert (found["name"], found["source"]["operation_id"]) == ("again", third)
        brought = (await stage.get(f"/executions/{fork}/operations"))["operations"]
        assert [one["is_copied"] for one in brought[:2]] == [True, True]
        (line,) = (await stage.get(f"/executions/{arn}/related"))["forks"]
        assert line["name"] == "again"
        status, _ = await stage.ask("POST", f"/executions/{arn}/fork", {"operation_id": "nobody"})
        assert status == 404

    on_stage(talk)


def test_an_execution_is_repeated_with_the_same_input_or_another() -> None:
    async def talk(stage: Stage) -> None:
        arn = await stage.started("echo", {"a": 1})
        for body, expected in (({}, '{"a":1}'), ({"input": None}, "null"), ({"input": [2]}, "[2]")):
            status, born = await stage.ask("POST", f"/executions/{arn}/rerun", body)
            assert status == 201
            await stage.at_rest(born["arn"])
            found = await stage.get(f"/executions/{quote(born['arn'], safe='')}")
            assert (found["result"]["text"], found["source"]["operation_id"]) == (expected, None)

    on_stage(talk)


def test_an_execution_is_paused_resumed_stopped_and_deleted() -> None:
    async def talk(stage: Stage) -> None:
        arn = await stage.started("sleeper")
        for act, status in (("pause", "PAUSED"), ("resume", "RUNNING"), ("stop", "STOPPED")):
            code, line = await stage.ask("POST", f"/executions/{arn}/{act}")
            assert (code, line["status"]) == (200, status)
        code, answer = await stage.ask("POST", f"/executions/{arn}/pause")
        assert (code, answer["error"]["code"]) == (409, "conflict")
        assert (await stage.ask("DELETE", f"/executions/{arn}"))[0] == 202

    on_stage(talk)


def test_a_callback_is_answered() -> None:
    async def talk(stage: Stage) -> None:
        arn = await stage.started("asker")
        (wait,) = (await stage.get(f"/executions/{arn}"))["waits"]["first"]
        callback = quote(wait["callback_id"], safe="")
        assert (await stage.ask("POST", f"/callbacks/{callback}/heartbeat"))[0] == 200
        assert (await stage.ask("POST", f"/callbacks/{callback}/succeed", {"result": {"yes": True}}))[0] == 200
        status, answer = await stage.ask("POST", f"/callbacks/{callback}/fail", {"error": {"type": "X"}})
        assert (status, answer["error"]["code"]) == (400, "callback_timeout")
        (operation,) = (await stage.get(f"/executions/{arn}/operations"))["operations"]
        payload = await stage.get(f"/executions/{arn}/payload?part=result&operation={quote(operation['id'])}")
        assert payload["text"] == '{"yes":true}'

    on_stage(talk)


def test_many_are_stopped_at_once_and_the_progress_says_so() -> None:
    async def talk(stage: Stage) -> None:
        for _ in range(70):
            await stage.started("sleeper")
        closed = await stage.started("echo", 1)
        status, bulk = await stage.ask("POST", "/bulk", {"action": "stop", "filter": {"function": "sleeper"}})
        assert (status, bulk["total"], bulk["is_over"]) == (202, 70, False)
        await stage.page.bulks.over(bulk["id"])
        bulk = await stage.get(f"/bulk/{bulk['id']}")
        assert (bulk["done"], bulk["refused"]) == (70, 0)
        assert (await stage.get("/counts"))["by_status"] == {"STOPPED": 70, "SUCCEEDED": 1}
        arn = (await stage.get(f"/executions/{closed}"))["arn"]
        _, bulk = await stage.ask("POST", "/bulk", {"action": "pause", "arns": [arn]})
        await stage.page.bulks.over(bulk["id"])
        bulk = await stage.get(f"/bulk/{bulk['id']}")
        assert (bulk["refused"], bulk["errors"][0]["arn"]) == (1, arn)

    on_stage(talk)


@pytest.mark.parametrize(
    "body", [{}, {"action": "dance", "filter": {}}, {"action": "stop"}, {"action": "stop", "arns": 7}]
)
def test_an_act_on_many_that_cannot_be_meant_is_refused(body: object) -> None:
    async def talk(stage: Stage) -> None:
        status, answer = await stage.ask("POST", "/bulk", body)
        assert (status, answer["error"]["code"]) == (400, "validation")

    on_stage(talk)


def test_a_read_only_service_shows_everything_and_does_nothing() -> None:
    async def talk(stage: Stage) -> None:
        assert (await stage.get("/server"))["read_only"] is True
        acts = [
            "POST /executions",
            "POST /executions/a/stop",
            "DELETE /executions/a",
            "POST /bulk",
            "POST /callbacks/a/fail",
        ]
        for act in acts:
            method, _, path = act.partition(" ")
            status, answer = await stage.ask(method, path, {"function": "echo"})
            assert (status, answer["error"]["code"]) == (403, "read_only"), act

    on_stage(talk, PageSettings(read_only=True))


# --------------------------------------------------------------------------- the stream
def test_watchers_hear_of_changes_and_go_on_where_they_left() -> None:
    async def talk(stage: Stage) -> None:
        stream = await stage.stream("/events")
        assert b"event: hello" in await anext(stream)
        assert await anext(stream) == b": alive\n\n"
        arn = await stage.started("echo", 1, name="watched")
        told = (await anext(stream)).decode()
        assert "event: change" in told
        assert '"name":"watched"' in told
        last = next(line for line in told.splitlines() if line.startswith("id: ")).removeprefix("id: ")
        again = await stage.stream("/events", last_event_id=last)
        assert b"hello" in await anext(again)
        assert b"reset" not in await anext(again)
        await stage.ask("DELETE", f"/executions/{arn}")
        assert b'"status":"DELETING"' in await anext(again)

    on_stage(talk)


def test_a_watcher_that_cannot_go_on_is_told_to_load_everything_again() -> None:
    async def talk(stage: Stage) -> None:
        for after in ("other-3", "nonsense", f"{stage.page.feed.stream}-999"):
            stream = await stage.stream("/events", last_event_id=after)
            await anext(stream)
            assert b"event: reset" in await anext(stream)

    on_stage(talk)
