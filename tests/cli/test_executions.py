"""`everstep executions …`, run as a user runs it, against a service of canned answers."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from everstep.cli.commands import run
from everstep.core.wire.events import encode_event
from tests.cli.doubles import canned_service
from tests.cli.histories import an_order

EXECUTIONS = "/2025-12-01/durable-executions"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-17/4711"
PATH = f"{EXECUTIONS}/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aorders%3A%24LATEST" + (
    "%2Fdurable-execution%2Forder-17%2F4711"
)
ITEM: dict[str, Any] = {
    "DurableExecutionArn": ARN,
    "DurableExecutionName": "order-17",
    "FunctionArn": ARN.partition("/")[0],
    "Status": "SUCCEEDED",
    "StartTimestamp": 1_700_000_000.0,
    "EndTimestamp": 1_700_000_014.2,
}
WHOLE = {**ITEM, "InputPayload": '{"order": 17}', "Result": '"shipped"'}
BY_NAME = f"GET {EXECUTIONS}?DurableExecutionName=order-17&MaxItems=1000"


def test_the_list_is_a_table_of_what_matters(capsys: pytest.CaptureFixture[str]) -> None:
    with canned_service({f"GET {EXECUTIONS}?MaxItems=50": (200, {"DurableExecutions": [ITEM]})}) as service:
        assert run(["executions", "list", "--endpoint", service.endpoint]) == 0
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split() == ["NAME", "FUNCTION", "STATUS", "STARTED", "TOOK"]
    assert row.startswith("order-17  orders    SUCCEEDED  2023-11-1")
    assert row.endswith("14.2 s")


def test_the_list_follows_pages_up_to_its_limit(capsys: pytest.CaptureFixture[str]) -> None:
    answers = {
        f"GET {EXECUTIONS}?MaxItems=3": (200, {"DurableExecutions": [ITEM, ITEM], "NextMarker": "a/b"}),
        f"GET {EXECUTIONS}?MaxItems=3&Marker=a%2Fb": (200, {"DurableExecutions": [ITEM, ITEM], "NextMarker": "c"}),
    }
    with canned_service(answers) as service:
        assert run(["executions", "list", "--limit", "3", "--json", "--endpoint", service.endpoint]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 3


def test_filters_become_parameters_of_the_api() -> None:
    with canned_service({}) as service:
        filters = ["--function", "orders", "--status", "running", "--status", "FAILED", "--name", "n"]
        run(["executions", "list", *filters, "--endpoint", service.endpoint])
    wanted = "Statuses=RUNNING&Statuses=FAILED&FunctionName=orders&DurableExecutionName=n&MaxItems=50"
    assert service.asked == [f"GET {EXECUTIONS}?{wanted}"]


def test_an_execution_is_found_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    answers = {BY_NAME: (200, {"DurableExecutions": [ITEM]}), f"GET {PATH}": (200, WHOLE)}
    with canned_service(answers) as service:
        assert run(["executions", "get", "order-17", "--endpoint", service.endpoint]) == 0
    out = capsys.readouterr().out
    assert "status     SUCCEEDED\n" in out
    assert 'result     "shipped"\n' in out


@pytest.mark.parametrize(("count", "sentence"), [(0, "no execution is called"), (2, "2 executions are called")])
def test_a_name_that_is_not_one_execution_is_refused(
    count: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with canned_service({BY_NAME: (200, {"DurableExecutions": [ITEM] * count})}) as service:
        assert run(["executions", "get", "order-17", "--endpoint", service.endpoint]) == 2
    assert sentence in one_sentence(capsys)


def test_a_history_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    events = [encode_event(event, include_data=True) for event in an_order()]
    target = f"GET {PATH}/history?IncludeExecutionData=true&MaxItems=1000"
    with canned_service({target: (200, {"Events": events})}) as service:
        assert run(["executions", "history", ARN, "--endpoint", service.endpoint]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "order-17 succeeded after 14.2 s, 2 invocations, 1 failed"
    assert any("step charge   succeeded      2" in text for text in lines)


def test_stop_sends_the_error_and_says_where_the_execution_stands(capsys: pytest.CaptureFixture[str]) -> None:
    answers = {
        f"POST {PATH}/stop": (200, {"StopTimestamp": 1_700_000_000.0}),
        f"GET {PATH}": (200, {**ITEM, "Status": "STOPPED"}),
    }
    with canned_service(answers) as service:
        run(["executions", "stop", ARN, "--error-message", "enough", "--endpoint", service.endpoint])
    assert service.asked[0] == f'POST {PATH}/stop {{"ErrorMessage": "enough"}}'
    assert " is STOPPED since 2023-11-1" in capsys.readouterr().out


def test_a_refusal_of_the_service_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with canned_service({f"GET {PATH}": (404, {"Message": "Durable Execution does not exist"})}) as service:
        assert run(["executions", "get", ARN, "--endpoint", service.endpoint]) == 2
    assert one_sentence(capsys).endswith("refused: Durable Execution does not exist")


def test_an_answer_that_is_not_json_is_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with canned_service({f"GET {PATH}": (200, b"<html>hello</html>")}) as service:
        assert run(["executions", "get", ARN, "--endpoint", service.endpoint]) == 2
    assert "is no durable-execution service" in one_sentence(capsys)


def test_nobody_there_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        assert run(["executions", "list", "--endpoint", endpoint]) == 2
    assert f"no service answers at {endpoint}" in one_sentence(capsys)


def one_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    lines: list[str] = captured.err.splitlines()
    assert len(lines) == 1, captured.err
    return lines[0]


def test_an_execution_is_exported_with_its_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = [encode_event(event, include_data=True) for event in an_order()]
    answers = {
        BY_NAME: (200, {"DurableExecutions": [ITEM]}),
        f"GET {PATH}": (200, WHOLE),
        f"GET {PATH}/history?IncludeExecutionData=true&MaxItems=1000": (200, {"Events": events}),
    }
    with canned_service(answers) as service:
        assert run(["executions", "export", "order-17", "--endpoint", service.endpoint]) == 0
        printed = json.loads(capsys.readouterr().out)
        to = ["--to", str(tmp_path / "histories")]
        assert run(["executions", "export", "order-17", *to, "--endpoint", service.endpoint]) == 0
    assert printed["Execution"] == WHOLE
    assert [event["EventId"] for event in printed["Events"]] == [event.event_id for event in an_order()]
    file = tmp_path / "histories" / "order-17-4711.json"
    assert json.loads(file.read_text(encoding="utf-8")) == printed
    assert capsys.readouterr().out == f"{file}\n"
