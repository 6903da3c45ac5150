"""Invocations made by hand, for any SDK of the API: an envelope with a long history, and a service that says yes.

What an SDK needs for its own part is measured so, without anybody's service. Standard library only.
"""

import hashlib
import json
from contextlib import AbstractContextManager
from typing import Any

from bench.contestants.tiny_server import serving

ARN = (
    "arn:aws:lambda:us-east-1:000000000000:function:bench:$LATEST/durable-execution/bench/"
    "00000000-0000-0000-0000-000000000000"
)
AT = 1_750_000_000_000


def envelope(event: object, steps: int) -> dict[str, Any]:
    """The event of an invocation whose first `steps` steps have succeeded, each with its number."""
    execution = {
        "Id": ARN.rpartition("/")[2],
        "Type": "EXECUTION",
        "Status": "STARTED",
        "StartTimestamp": AT,
        "ExecutionDetails": {"InputPayload": json.dumps(event)},
    }
    return {
        "DurableExecutionArn": ARN,
        "CheckpointToken": "dG9rZW4x",
        "InitialExecutionState": {"Operations": [execution, *map(_step, range(steps))], "NextMarker": ""},
        "UpdatedOperationIds": [],
    }


def _step(index: int) -> dict[str, Any]:
    return {
        # All three SDKs derive ids alike, so one envelope serves them all.
        "Id": hashlib.blake2b(str(index + 1).encode()).hexdigest()[:64],
        "Type": "STEP",
        "SubType": "Step",
        "Name": "count",
        "Status": "SUCCEEDED",
        "StartTimestamp": AT,
        "EndTimestamp": AT + 1,
        "StepDetails": {"Attempt": 1, "Result": str(index)},
    }


def a_service_that_says_yes() -> AbstractContextManager[str]:
    """Answers every checkpoint with a next token and what became of the operations; its endpoint."""

    def respond(_path: str, body: bytes) -> bytes:
        operations = {update["Id"]: _moved(update) for update in json.loads(body).get("Updates", ())}
        state = {"Operations": list(operations.values())}
        return json.dumps({"CheckpointToken": "dG9rZW4y", "NewExecutionState": state}).encode()

    return serving(respond)


def _moved(update: dict[str, Any]) -> dict[str, Any]:
    is_done = update["Action"] == "SUCCEED"
    return {
        "Id": update["Id"],
        "Type": update["Type"],
        "Name": update.get("Name"),
        "Status": "SUCCEEDED" if is_done else "STARTED",
        "StartTimestamp": AT / 1000,
        "StepDetails": {"Attempt": 1, "Result": update.get("Payload")},
    }


class LambdaContext:
    """What AWS Lambda tells a function about its invocation."""

    aws_request_id = "00000000-0000-0000-0000-000000000001"
    function_name = "bench"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:bench"
    memory_limit_in_mb = 128
    log_group_name = "bench"
    log_stream_name = "bench"
    tenant_id = None
    identity = None
    client_context = None

    def get_remaining_time_in_millis(self) -> int:
        return 900_000
