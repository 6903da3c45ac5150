"""A real boto3 client, and a service behind a real socket for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import boto3  # type: ignore[import-untyped]  # it has no types
import pytest
from botocore.client import Config  # type: ignore[import-untyped]  # it has no types
from botocore.exceptions import ClientError  # type: ignore[import-untyped]  # it has no types

from everstep.service.app import Hosted, Settings, running
from tests.service.http.functions import Invoker, Known


def talking(talk: Callable[[Any], None]) -> None:
    """Run a blocking conversation with a service on a free port."""
    invoker = Invoker()

    @asynccontextmanager
    async def host(_api: str) -> AsyncIterator[Hosted]:
        yield Hosted(invoker=invoker, functions=Known())

    async def run() -> None:
        async with running(Settings(port=0), host) as app:
            invoker.service = app.service
            await asyncio.to_thread(talk, a_client(app.endpoint))

    asyncio.run(run())


def a_client(endpoint: str) -> Any:
    return boto3.client(
        "lambda",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=20),
    )


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> str:
    code: str = refused.value.response["Error"]["Code"]
    return code
