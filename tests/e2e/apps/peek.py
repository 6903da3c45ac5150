"""A plain handler without any SDK: it reports three steps, reads its state page by page, and answers with it."""

from typing import Any

import boto3  # type: ignore[import-untyped]  # it has no types


def peek(event: dict[str, Any], context: Any) -> dict[str, str]:
    client = boto3.client("lambda")
    arn = event["DurableExecutionArn"]
    updates = [{"Id": f"s{n}", "Name": f"step {n}", "Type": "STEP", "Action": "START"} for n in range(3)]
    token = client.checkpoint_durable_execution(
        DurableExecutionArn=arn, CheckpointToken=event["CheckpointToken"], Updates=updates
    )["CheckpointToken"]
    pages = client.get_paginator("get_durable_execution_state").paginate(
        DurableExecutionArn=arn, CheckpointToken=token, PaginationConfig={"PageSize": 2}
    )
    found = [",".join(operation["Type"] for operation in page["Operations"]) for page in pages]
    return {"Status": "SUCCEEDED", "Result": f'"{";".join(found)}"'}
