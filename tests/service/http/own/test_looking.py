"""Looking at executions through our own API."""

import json

from tests.service.http.own.stage import Stage, on_stage


def test_a_list_says_what_an_execution_waits_for_and_until_when() -> None:
    async def talk(stage: Stage) -> None:
        await stage.started("sleeper", name="asleep")
        (line,) = (await stage.get("/executions"))["executions"]
        assert (line["name"], line["status"], line["ended_at"]) == ("asleep", "RUNNING", None)
        (wait,) = line["waits"]["first"]
        assert (line["waits"]["count"], wait["kind"]) == (1, "WAIT")
        assert wait["until"] > line["started_at"] + 3_000_000

    on_stage(talk)


def test_lists_are_filtered_counted_and_paged() -> None:
    async def talk(stage: Stage) -> None:
        for number in range(3):
            await stage.started("echo", number, name=f"echo-{number}")
        await stage.started("broken", name="bad")
        assert await stage.get("/counts") == {"total": 4, "by_status": {"SUCCEEDED": 3, "FAILED": 1}}
        (bad,) = (await stage.get("/executions?error=NO+money"))["executions"]
        assert (bad["name"], bad["error"]) == ("bad", {"type": "CardDeclined", "message": "no money"})
        first = await stage.get("/executions?function=echo&status=SUCCEEDED,FAILED&limit=2")
        second = await stage.get(f"/executions?function=echo&limit=2&cursor={first['next']}")
        names = [line["name"] for page in (first, second) for line in page["executions"]]
        assert (names, second["next"]) == (["echo-2", "echo-1", "echo-0"], None)
        histogram = await stage.get("/histogram?buckets=1")
        assert [bucket["total"] for bucket in histogram["buckets"]] == [4]

    on_stage(talk)


def test_an_execution_shows_where_it_stands_and_what_can_be_done_about_it() -> None:
    async def talk(stage: Stage) -> None:
        arn = await stage.started("sleeper", {"order": 7})
        found = await stage.get(f"/executions/{arn}")
        assert found["input"] == {"bytes": 11, "text": '{"order":7}', "is_cut": False}
        assert found["actions"] == ["rerun", "fork", "stop", "pause", "retry"]
        assert found["counts"]["by_status"] == {"STARTED": 1}
        (invocation,) = (await stage.get(f"/executions/{arn}/invocations"))["invocations"]
        assert (invocation["number"], invocation["status"]) == (1, "COMPLETED")
        closed = await stage.started("echo", {"x": 1})
        assert (await stage.get(f"/executions/{closed}"))["actions"] == ["rerun", "delete"]
        assert (await stage.get(f"/executions/{closed}/payload?part=result"))["text"] == '{"x":1}'

    on_stage(talk)


def test_operations_are_asked_for_a_page_at_a_time() -> None:
    async def talk(stage: Stage) -> None:
        arn = await stage.started("stepper", 5)
        first = await stage.get(f"/executions/{arn}/operations?limit=3")
        second = await stage.get(f"/executions/{arn}/operations?limit=3&cursor={first['next']}")
        assert [one["number"] for one in first["operations"] + second["operations"]] == [1, 2, 3, 4, 5]
        assert second["next"] is None
        one = first["operations"][0]
        assert one["attempts"][0]["status"] == "SUCCEEDED"
        assert (await stage.get(f"/executions/{arn}/operation?id={one['id']}"))["path"] == []

    on_stage(talk)


def test_the_history_is_shown_in_both_orders_and_exported_whole() -> None:
    async def talk(stage: Stage) -> None:
        arn = await stage.started("echo", 1)
        newest = await stage.get(f"/executions/{arn}/events?order=newest&limit=1")
        assert newest["events"][0]["EventType"] == "ExecutionSucceeded"
        assert newest["next"] is not None
        content = await stage.get(f"/executions/{arn}/export")
        assert [event["EventId"] for event in content["Events"]] == [1, 2, 3]
        assert content["Execution"]["Status"] == "SUCCEEDED"

    on_stage(talk)


def test_what_a_function_said_is_shown_with_its_execution() -> None:
    async def talk(stage: Stage) -> None:
        arn = await stage.started("echo", 1)
        plain = (await stage.get(f"/executions/{arn}"))["arn"]
        said = {"level": "INFO", "message": "charged", "executionArn": plain, "operationId": "o1", "amount": 3}
        record = json.dumps(said)
        stage.page.logbook.hear(record, "stderr", None)
        stage.page.logbook.hear("a line of nobody", "stdout", "unknown request")
        await stage.page.logbook.close()
        found = await stage.get(f"/executions/{arn}/logs")
        (line,) = found["logs"]
        assert (line["message"], line["operation_id"], line["fields"]) == ("charged", "o1", {"amount": 3})
        assert (found["next"], found["dropped"]) == ("1", 0)
        assert (await stage.get(f"/executions/{arn}/logs?cursor=1"))["logs"] == []

    on_stage(talk)


def test_an_invocation_s_lines_find_their_execution_by_its_request() -> None:
    async def talk(stage: Stage) -> None:
        arn = await stage.started("echo", 1)
        (invocation,) = (await stage.get(f"/executions/{arn}/invocations"))["invocations"]
        stage.page.logbook.hear("printed", "stdout", invocation["request_id"])
        await stage.page.logbook.close()
        (line,) = (await stage.get(f"/executions/{arn}/logs"))["logs"]
        assert (line["message"], line["level"], line["stream"]) == ("printed", None, "stdout")

    on_stage(talk)


def test_functions_are_shown_with_their_failures_and_durations() -> None:
    async def talk(stage: Stage) -> None:
        await stage.started("echo", 1)
        await stage.started("broken")
        broken, echo = (await stage.get("/functions"))["functions"]
        assert (broken["name"], broken["recent"]["failed"], len(broken["failures"])) == ("broken", 1, 1)
        assert (echo["name"], echo["is_known"], echo["by_status"]) == ("echo", True, {"SUCCEEDED": 1})

    on_stage(talk)


def test_refusals_have_a_code_and_a_sentence() -> None:
    async def talk(stage: Stage) -> None:
        assert (await stage.ask("GET", "/executions/nobody"))[0] == 404
        for path in ("/executions?status=DONE", "/executions?limit=0", "/executions?order=up", "/histogram?from=x"):
            status, answer = await stage.ask("GET", path)
            assert (status, answer["error"]["code"]) == (400, "validation"), path
        assert (await stage.ask("GET", "/executions?cursor=x"))[0] == 400
        status, answer = await stage.ask("PUT", "/counts")
        assert (status, answer["error"]["code"]) == (405, "method_not_allowed")

    on_stage(talk)
