"""What an author declares of a function's executions reaches whoever runs it."""

import asyncio
from pathlib import Path

from tests.host.apps import running, write

DECLARED = """
    from datetime import timedelta
    from functools import wraps
    from everstep import durable_execution

    def audited(function):
        @wraps(function)
        def around(event, context):
            return function(event, context)
        return around

    @audited
    @durable_execution(execution_timeout=timedelta(days=30), retention_days=7)
    def order(event, context):
        return None

    @durable_execution(retention_days=90)
    def quiet(event, context):
        return None
"""


def test_the_pool_knows_what_a_function_declares_and_the_defaults_for_the_rest(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(str(write(tmp_path, "app.py", DECLARED))) as host:
            order, quiet = host.pool.config("order"), host.pool.config("quiet")
            assert order is not None
            assert (order.execution_timeout_seconds, order.retention_days) == (30 * 86_400, 7)
            assert quiet is not None
            assert (quiet.execution_timeout_seconds, quiet.retention_days) == (86_400, 90)
            assert host.pool.config("nobody") is None

    asyncio.run(scenario())


def test_a_plain_function_declares_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        app = write(tmp_path, "app.py", "def handler(event, context):\n    return None\n")
        async with running(f"{app}:handler") as host:
            config = host.pool.config("handler")
            assert config is not None
            assert (config.execution_timeout_seconds, config.retention_days) == (86_400, 14)

    asyncio.run(scenario())
