"""One job in this process: what becomes of a handler's result or exception."""

import json
import logging
import os
import sys
from dataclasses import replace
from typing import Any

import pytest

from everstep.host.environment import worker_environment
from everstep.host.frames import Failure, Job
from everstep.host.lambda_context import LambdaContext
from everstep.host.logging import JsonFormatter, TextFormatter
from everstep.host.worker import run_job


def a_job(payload: bytes = b"{}", function: str = "place") -> Job:
    return Job(function=function, version="$LATEST", request_id="r-1", timeout_seconds=3, payload=payload)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job names its function in the environment, as Lambda does."""
    for name in ("FUNCTION_NAME", "FUNCTION_VERSION", "LOG_GROUP_NAME"):
        monkeypatch.setenv(f"AWS_LAMBDA_{name}", "")


def failure_of(handler: Any, payload: bytes = b"{}", function: str = "place") -> Failure:
    failure = run_job({"place": handler}, a_job(payload, function)).failure
    assert failure is not None
    return failure


def test_a_result_is_json_in_plain_unicode() -> None:
    done = run_job({"place": lambda event, _: {"got": event}}, a_job('"café"'.encode()))
    assert done.payload.decode() == '{"got": "café"}'


@pytest.mark.parametrize("result", [{1, 2}, float("nan"), "\ud800", object()])
def test_a_result_that_is_no_json_is_a_marshal_error(result: object) -> None:
    assert failure_of(lambda *_: result).type == "Runtime.MarshalError"


def test_an_event_that_is_no_json_is_an_unmarshal_error() -> None:
    assert failure_of(lambda *_: None, payload=b"{oops").type == "Runtime.UnmarshalError"


def test_a_function_that_the_code_no_longer_has_is_an_error() -> None:
    assert failure_of(lambda *_: None, function="gone").type == "Runtime.HandlerNotFound"


def test_the_stack_begins_in_the_handler() -> None:
    def handler(_event: object, _context: object) -> None:
        raise ValueError("card declined")

    failure = failure_of(handler)
    assert (failure.type, failure.message, len(failure.stack)) == ("ValueError", "card declined", 1)
    assert "in handler" in failure.stack[0]


def test_the_remaining_time_falls_to_zero_and_not_below() -> None:
    moments = iter([100.0, 102.5, 200.0])
    context = LambdaContext(
        aws_request_id="r",
        function_name="f",
        function_version="$LATEST",
        invoked_function_arn="arn",
        memory_limit_in_mb="128",
        log_group_name="g",
        log_stream_name="s",
        deadline=103.0,
        clock=lambda: next(moments),
    )
    assert [context.get_remaining_time_in_millis() for _ in range(3)] == [3000, 500, 0]


def test_a_log_record_is_one_line_with_its_extras_and_its_exception() -> None:
    try:
        raise KeyError("card")
    except KeyError:
        exc_info = sys.exc_info()
    record = logging.LogRecord("shop", logging.ERROR, __file__, 1, "it\nfailed %s", ("twice",), exc_info)
    record.executionArn, record.attempt = "arn:1", 2
    text = JsonFormatter(lambda: "r-1").format(record)
    line = json.loads(text)
    assert "\n" not in text
    assert (line["message"], line["level"], line["requestId"]) == ("it\nfailed twice", "ERROR", "r-1")
    assert (line["executionArn"], line["attempt"]) == ("arn:1", 2)
    assert (line["errorType"], line["errorMessage"], len(line["stackTrace"])) == ("KeyError", "'card'", 1)


def test_a_log_record_may_be_text_instead() -> None:
    record = logging.LogRecord("shop", logging.INFO, __file__, 1, "charged", None, None)
    record.created = 1_750_000_000.5
    assert TextFormatter(lambda: "r-1").format(record) == "[INFO]\t2025-06-15T15:06:40.500Z\tr-1\tcharged"


def test_workers_get_a_region_and_credentials_only_where_the_user_has_none() -> None:
    bare = worker_environment({}, {"AWS_ENDPOINT_URL_LAMBDA": "http://here"})
    assert (bare["AWS_REGION"], bare["AWS_DEFAULT_REGION"]) == ("us-east-1", "us-east-1")
    assert bare["AWS_ACCESS_KEY_ID"]
    assert bare["AWS_SECRET_ACCESS_KEY"]
    assert bare["AWS_ENDPOINT_URL_LAMBDA"] == "http://here"

    own = worker_environment({"AWS_DEFAULT_REGION": "eu-west-1", "AWS_PROFILE": "me"}, {})
    assert own["AWS_REGION"] == "eu-west-1"
    assert "AWS_ACCESS_KEY_ID" not in own
    assert "AWS_ACCESS_KEY_ID" not in worker_environment({}, {}, has_credentials=True)


def test_a_job_has_its_own_trace_header_in_the_environment_and_none_of_the_job_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "")

    def handler(_event: object, _context: object) -> str | None:
        return os.environ.get("_X_AMZN_TRACE_ID")

    traced = replace(a_job(), trace_header="Root=1-5759e988-bd862e3fe1be46a994272793")
    payloads = [run_job({"place": handler}, job).payload for job in (traced, a_job())]
    assert payloads == [b'"Root=1-5759e988-bd862e3fe1be46a994272793"', b"null"]
