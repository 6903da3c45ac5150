"""The management API over a real service: get, history, list, stop, in both dialects."""

from urllib.parse import quote

import pytest

from everstep.service.http.dialect import Dialect
from tests.service.http.world import EXECUTIONS, UNKNOWN, Client, with_api

OF_SLEEPER = "/2025-12-01/functions/sleeper/durable-executions"
TYPES_OF_TWO_STEPS = [
    "ExecutionStarted",
    "StepStarted",
    "StepSucceeded",
    "StepStarted",
    "StepSucceeded",
    "InvocationCompleted",
    "ExecutionSucceeded",
]


def test_an_execution_is_shown_with_its_data_unless_the_caller_declines() -> None:
    async def talk(client: Client) -> None:
        arn = (await client.invoke("echo", b'"hi"')).arn
        whole = (await client.ask("GET", f"{EXECUTIONS}/{quote(arn, safe='')}")).json
        assert (whole["InputPayload"], whole["Result"], whole["Status"]) == ('"hi"', '"hi"', "SUCCEEDED")
        assert whole["StartTimestamp"] <= whole["EndTimestamp"]

        bare = (await client.ask("GET", f"{EXECUTIONS}/{arn}?IncludeExecutionData=false")).json
        assert (bare["DurableExecutionArn"], bare["ExecutionDataIncluded"]) == (arn, False)
        assert not {"InputPayload", "Result"} & bare.keys()

    with_api(talk)


@pytest.mark.parametrize(("method", "suffix"), [("GET", ""), ("GET", "/history"), ("POST", "/stop")])
def test_an_unknown_execution_is_a_404_and_a_malformed_arn_is_invalid(method: str, suffix: str) -> None:
    async def talk(client: Client) -> None:
        unknown = await client.ask(method, f"{EXECUTIONS}/{UNKNOWN}{suffix}")
        assert (unknown.status, unknown.headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException")
        assert unknown.json["message"] == "Durable Execution does not exist"

        malformed = await client.ask(method, f"{EXECUTIONS}/5f0c/9{suffix}")
        assert (malformed.status, malformed.headers["x-amzn-errortype"]) == (400, "ValidationException")
        assert "Value '5f0c/9' at 'durableExecutionArn'" in malformed.json["message"]

    with_api(talk)


@pytest.mark.parametrize(("method", "suffix"), [("GET", ""), ("GET", "/history"), ("POST", "/stop")])
def test_the_emulator_takes_any_text_for_the_name_of_an_unknown_execution(method: str, suffix: str) -> None:
    async def talk(client: Client) -> None:
        reply = await client.ask(method, f"{EXECUTIONS}/5f0c{suffix}")
        assert (reply.status, reply.json["Message"]) == (404, "Execution 5f0c not found")

    with_api(talk, dialect=Dialect.EMULATOR)


def test_a_history_is_paged_in_both_orders() -> None:
    async def talk(client: Client) -> None:
        path = f"{EXECUTIONS}/{(await client.invoke('stepper', b'2')).arn}/history?MaxItems=3"
        for order in ("false", "true"):
            types, marker = [], ""
            while True:
                page = (await client.ask("GET", f"{path}&ReverseOrder={order}&Marker={marker}")).json
                types += [event["EventType"] for event in page["Events"]]
                marker = page.get("NextMarker", "")
                if not marker:
                    break
                assert len(page["Events"]) == 3
            assert types == (TYPES_OF_TWO_STEPS[::-1] if order == "true" else TYPES_OF_TWO_STEPS)

    with_api(talk)


def test_a_history_without_data_says_only_that_there_was_some() -> None:
    async def talk(client: Client) -> None:
        arn = (await client.invoke("echo", b"7")).arn
        bare = (await client.ask("GET", f"{EXECUTIONS}/{arn}/history?IncludeExecutionData=false")).json["Events"]
        whole = (await client.ask("GET", f"{EXECUTIONS}/{arn}/history")).json["Events"]
        assert bare[0]["ExecutionStartedDetails"]["Input"] == {"Truncated": True}
        assert whole[0]["ExecutionStartedDetails"]["Input"] == {"Payload": "7", "Truncated": False}

    with_api(talk)


@pytest.mark.parametrize(
    "path", [f"{UNKNOWN}/history?Marker=x", f"{UNKNOWN}/history?MaxItems=1001", f"{UNKNOWN}?IncludeExecutionData=1"]
)
def test_a_bad_query_is_refused(path: str) -> None:
    async def talk(client: Client) -> None:
        arn = (await client.invoke("echo")).arn
        reply = await client.ask("GET", f"{EXECUTIONS}/{path.replace(UNKNOWN, arn)}")
        assert reply.status == 400

    with_api(talk)


def test_a_marker_that_is_not_ours_is_named() -> None:
    async def talk(client: Client) -> None:
        arn = (await client.invoke("echo")).arn
        for path in (f"{EXECUTIONS}/{arn}/history?Marker=x", f"{OF_SLEEPER}?Marker=x"):
            reply = await client.ask("GET", path)
            assert (reply.headers["x-amzn-errortype"], reply.json["message"]) == (
                "InvalidParameterValueException",
                "Invalid Marker",
            )

    with_api(talk)


def test_the_emulator_gives_a_whole_history_unless_asked_for_pages() -> None:
    async def talk(client: Client) -> None:
        path = f"{EXECUTIONS}/{(await client.invoke('stepper', b'600')).arn}/history"
        whole = (await client.ask("GET", path)).json
        assert ([event["EventId"] for event in whole["Events"]], "NextMarker" in whole) == ([*range(1, 1204)], False)
        page = (await client.ask("GET", f"{path}?MaxItems=3")).json
        assert (len(page["Events"]), "NextMarker" in page) == (3, True)

    with_api(talk, dialect=Dialect.EMULATOR)


@pytest.mark.parametrize(
    ("dialect", "retry"),
    [
        (Dialect.AWS, {"CurrentAttempt": 1}),
        (Dialect.EMULATOR, {"CurrentAttempt": 1, "NextAttemptDelaySeconds": 0}),
    ],
)
def test_only_the_emulator_tells_the_delay_of_a_step_that_succeeded_at_once(
    dialect: Dialect, retry: dict[str, int]
) -> None:
    async def talk(client: Client) -> None:
        events = (await client.ask("GET", f"{EXECUTIONS}/{(await client.invoke('stepper', b'1')).arn}/history")).json
        assert events["Events"][2]["StepSucceededDetails"]["RetryDetails"] == retry

    with_api(talk, dialect=dialect)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", {}),
        (b"{}", {}),
        (b'{"ErrorType": "Late", "ErrorMessage": "too late"}', {"ErrorType": "Late", "ErrorMessage": "too late"}),
        (b'{"Error": {"ErrorType": "Late"}}', {"ErrorType": "Late"}),
    ],
)
def test_an_execution_is_stopped_with_the_error_of_the_body_bare_or_wrapped(body: bytes, error: dict[str, str]) -> None:
    async def talk(client: Client) -> None:
        path = f"{EXECUTIONS}/{(await client.invoke('sleeper', type='Event')).arn}"
        stopped = (await client.ask("POST", f"{path}/stop", body)).json
        shown = (await client.ask("GET", path)).json
        assert (shown["Status"], shown["Error"], shown["EndTimestamp"]) == ("STOPPED", error, stopped["StopTimestamp"])

        again = (await client.ask("POST", f"{path}/stop", b'{"ErrorType": "Again"}')).json
        assert again == stopped
        assert (await client.ask("GET", path)).json["Error"] == error

    with_api(talk)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"ErrorType": 7}', b'{"Error": "text"}'])
def test_a_stop_with_a_body_that_is_no_error_changes_nothing(body: bytes) -> None:
    async def talk(client: Client) -> None:
        path = f"{EXECUTIONS}/{(await client.invoke('sleeper', type='Event')).arn}"
        reply = await client.ask("POST", f"{path}/stop", body)
        assert (reply.status, reply.headers["x-amzn-errortype"]) == (400, "SerializationException")
        assert (await client.ask("GET", path)).json["Status"] == "RUNNING"

    with_api(talk)


async def names(client: Client, query: str) -> list[str]:
    listed = (await client.ask("GET", f"{OF_SLEEPER}?{query}")).json
    return [item["DurableExecutionName"] for item in listed["DurableExecutions"]]


def test_executions_of_a_function_are_listed_newest_first_and_filtered() -> None:
    async def talk(client: Client) -> None:
        arns = {}
        for name in ("a", "b", "c"):
            arns[name] = (await client.invoke("sleeper", type="Event", durable_execution_name=name)).arn
        await client.invoke("echo")
        await client.ask("POST", f"{EXECUTIONS}/{arns['b']}/stop")

        assert await names(client, "") == ["c", "b", "a"]
        assert await names(client, "ReverseOrder=true") == ["a", "b", "c"]
        assert await names(client, "Statuses=STOPPED&Statuses=FAILED") == ["b"]
        assert await names(client, "DurableExecutionName=c") == ["c"]
        assert await names(client, "Qualifier=%24LATEST&StartedAfter=2026-01-01T00:00:00Z") == ["c", "b", "a"]
        assert await names(client, "Qualifier=7") == []
        assert await names(client, "StartedBefore=1767323045") == []
        assert len((await client.ask("GET", EXECUTIONS)).json["DurableExecutions"]) == 4

    with_api(talk)


def test_a_list_is_paged() -> None:
    async def talk(client: Client) -> None:
        for name in ("a", "b", "c"):
            await client.invoke("sleeper", type="Event", durable_execution_name=name)
        first = (await client.ask("GET", f"{OF_SLEEPER}?MaxItems=2")).json
        assert [item["DurableExecutionName"] for item in first["DurableExecutions"]] == ["c", "b"]
        assert await names(client, f"MaxItems=2&Marker={quote(first['NextMarker'])}") == ["a"]

    with_api(talk)


def test_a_function_that_nobody_knows_has_no_list() -> None:
    async def talk(client: Client) -> None:
        assert await names(client, "") == []
        reply = await client.ask("GET", "/2025-12-01/functions/nobody/durable-executions")
        assert (reply.status, reply.headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException")

    with_api(talk)


def test_a_qualifier_means_the_version_that_would_run() -> None:
    async def talk(client: Client) -> None:
        await client.invoke("sleeper:7", type="Event", durable_execution_name="seven")
        await client.invoke("sleeper:live", type="Event", durable_execution_name="newest")
        assert await names(client, "Qualifier=7") == ["seven"]
        assert await names(client, "Qualifier=live") == await names(client, "Qualifier=%24LATEST") == ["newest"]
        of_arn = quote("arn:aws:lambda:us-east-1:000000000000:function:sleeper:7", safe="")
        listed = (await client.ask("GET", f"/2025-12-01/functions/{of_arn}/durable-executions")).json
        assert [item["DurableExecutionName"] for item in listed["DurableExecutions"]] == ["seven"]

    with_api(talk)


@pytest.mark.parametrize(
    ("query", "member"),
    [
        ("Qualifier=a%20b", "qualifier"),
        ("DurableExecutionName=a%20b", "durableExecutionName"),
        ("&".join(["Statuses=RUNNING"] * 11), "statuses"),
        ("MaxItems=1001", "maxItems"),
        ("StartedAfter=yesterday", "startedAfter"),
    ],
)
def test_a_list_that_is_asked_for_in_a_bad_shape_is_refused_by_name(query: str, member: str) -> None:
    async def talk(client: Client) -> None:
        reply = await client.ask("GET", f"{OF_SLEEPER}?{query}")
        assert (reply.status, reply.headers["x-amzn-errortype"]) == (400, "ValidationException")
        assert f"at '{member}' failed to satisfy constraint" in reply.json["message"]

    with_api(talk)


def test_executions_are_listed_by_every_status_there_is() -> None:
    async def talk(client: Client) -> None:
        path = f"{EXECUTIONS}/{(await client.invoke('sleeper', type='Event', durable_execution_name='a')).arn}"
        await client.invoker.reported.wait()
        await client.ask("POST", f"{path}/pause")
        assert await names(client, "Statuses=PAUSED&Statuses=PAUSING") == ["a"]
        await client.ask("POST", f"{path}/stop")
        assert (await client.ask("DELETE", path)).status == 202
        assert await names(client, "Statuses=DELETING") == ["a"]
        assert await names(client, "Statuses=STOPPED") == []

    with_api(talk)


def test_an_execution_is_paused_and_resumed_without_a_body() -> None:
    async def talk(client: Client) -> None:
        path = f"{EXECUTIONS}/{(await client.invoke('sleeper', type='Event')).arn}"
        paused = await client.ask("POST", f"{path}/pause")
        assert (paused.status, paused.json) == (202, {})
        shown = (await client.ask("GET", path)).json
        assert (shown["Status"] in ("PAUSING", "PAUSED"), shown["PauseDetails"]["ExecutionTimeoutPaused"]) == (
            True,
            True,
        )
        resumed = await client.ask("POST", f"{path}/resume")
        assert (resumed.status, resumed.json) == (202, {})
        assert (await client.ask("GET", path)).json["Status"] == "RUNNING"

    with_api(talk)


@pytest.mark.parametrize(("method", "suffix"), [("POST", "/resume"), ("DELETE", "")])
def test_a_conflict_names_the_execution_and_where_it_stands(method: str, suffix: str) -> None:
    async def talk(client: Client) -> None:
        arn = (await client.invoke("sleeper", type="Event")).arn
        reply = await client.ask(method, f"{EXECUTIONS}/{arn}{suffix}")
        assert (reply.status, reply.headers["x-amzn-errortype"]) == (409, "ResourceConflictException")
        assert (reply.arn, reply.json["message"].startswith(f"{arn} is RUNNING")) == (arn, True)

    with_api(talk)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"Reason": 7}', b'{"ExecutionTimeoutPaused": "no"}'])
def test_a_pause_with_a_body_that_is_none_changes_nothing(body: bytes) -> None:
    async def talk(client: Client) -> None:
        path = f"{EXECUTIONS}/{(await client.invoke('sleeper', type='Event')).arn}"
        reply = await client.ask("POST", f"{path}/pause", body)
        assert (reply.status, reply.headers["x-amzn-errortype"]) == (400, "SerializationException")
        assert (await client.ask("GET", path)).json["Status"] == "RUNNING"

    with_api(talk)
