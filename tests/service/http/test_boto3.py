"""A real boto3 client over a real socket: what its users see, error codes above all."""

from typing import Any

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]  # it has no types

from tests.service.http.sockets import code_of, talking
from tests.service.http.world import UNKNOWN


def test_invoke_waits_for_the_result_and_names_the_execution() -> None:
    def talk(client: Any) -> None:
        answer = client.invoke(FunctionName="echo", Payload=b'{"order": 7}')
        assert (answer["StatusCode"], answer["Payload"].read()) == (200, b'{"order": 7}')
        assert answer["ExecutedVersion"] == "$LATEST"
        shown = client.get_durable_execution(DurableExecutionArn=answer["DurableExecutionArn"])
        assert (shown["Status"], shown["InputPayload"], shown["Result"]) == (
            "SUCCEEDED",
            '{"order": 7}',
            '{"order": 7}',
        )

        failed = client.invoke(FunctionName="broken")
        assert (failed["StatusCode"], failed["FunctionError"]) == (200, "Unhandled")
        assert failed["DurableExecutionArn"]

    talking(talk)


def test_event_dry_run_and_names() -> None:
    def talk(client: Any) -> None:
        assert client.invoke(FunctionName="echo", InvocationType="DryRun")["StatusCode"] == 204
        event = {"FunctionName": "sleeper", "InvocationType": "Event", "DurableExecutionName": "night"}
        first = client.invoke(**event, Payload=b"1")
        again = client.invoke(**event, Payload=b"1")
        assert first["StatusCode"] == again["StatusCode"] == 202
        assert first["DurableExecutionArn"] == again["DurableExecutionArn"]
        with pytest.raises(client.exceptions.DurableExecutionAlreadyStartedException):
            client.invoke(**event, Payload=b"2")

    talking(talk)


def test_error_codes_are_those_that_users_of_boto3_expect() -> None:
    def talk(client: Any) -> None:
        for ask in (client.get_durable_execution, client.get_durable_execution_history, client.stop_durable_execution):
            with pytest.raises(ClientError) as refused:
                ask(DurableExecutionArn=UNKNOWN)
            assert code_of(refused) == "ResourceNotFoundException"
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.invoke(FunctionName="nobody")
        with pytest.raises(client.exceptions.InvalidRequestContentException):
            client.invoke(FunctionName="echo", Payload=b"{")
        with pytest.raises(client.exceptions.InvalidParameterValueException, match="Invalid checkpoint token"):
            client.checkpoint_durable_execution(DurableExecutionArn=UNKNOWN, CheckpointToken="YWJj", Updates=[])

    talking(talk)


def test_a_history_is_paged_by_botocore_in_both_orders() -> None:
    def talk(client: Any) -> None:
        arn = client.invoke(FunctionName="stepper", Payload=b"4")["DurableExecutionArn"]
        paginator = client.get_paginator("get_durable_execution_history")
        for newest_first in (False, True):
            pages = list(
                paginator.paginate(DurableExecutionArn=arn, ReverseOrder=newest_first, PaginationConfig={"PageSize": 4})
            )
            ids = [event["EventId"] for page in pages for event in page["Events"]]
            assert ids == (list(range(11, 0, -1)) if newest_first else list(range(1, 12)))
            assert len(pages) == 3

    talking(talk)


def test_a_stop_keeps_the_error_that_it_was_given() -> None:
    def talk(client: Any) -> None:
        arn = client.invoke(FunctionName="sleeper", InvocationType="Event")["DurableExecutionArn"]
        error = {"ErrorType": "Late", "ErrorMessage": "too late"}
        stopped = client.stop_durable_execution(DurableExecutionArn=arn, Error=error)
        shown = client.get_durable_execution(DurableExecutionArn=arn)
        assert (shown["Status"], shown["Error"]) == ("STOPPED", error)
        assert shown["EndTimestamp"] == stopped["StopTimestamp"]
        [listed] = client.list_durable_executions_by_function(FunctionName="sleeper", Statuses=["STOPPED"])[
            "DurableExecutions"
        ]
        assert listed["DurableExecutionArn"] == arn

    talking(talk)
