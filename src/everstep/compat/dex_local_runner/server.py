"""`dex-local-runner start-server`: the service, speaking the emulator's dialect.

What differs from `everstep serve`, besides the names: a function is never called again before it has answered
(endpoints are containers that can do one thing at a time); executions of former runs can be read, but their functions
are not called unless `--recover` asks for it (their endpoints were ports that may be somebody else's by now); a
function without a configuration is called as a plain one when another calls it; whoever reaches the server may use it,
by any name, because its containers do and have no token.
"""

import logging
import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from everstep.cli.failure import Failure
from everstep.cli.options import checked, function_configs, url
from everstep.compat.dex_local_runner.stores import StoreType, store_url
from everstep.core.limits import SECONDS_MAX

if TYPE_CHECKING:
    from everstep.service.functions import ConfiguredFunctions

logger = logging.getLogger(__name__)

INTERRUPTED = 130
TIME_SCALE = "DURABLE_EXECUTION_TIME_SCALE"
"""aws-sam-cli sets it; versions of the original up to 1.2 knew it as a factor on waits."""
LEVELS = ("CRITICAL", "FATAL", "ERROR", "WARN", "WARNING", "INFO", "DEBUG", "NOTSET")
ANSWER_SECONDS = 60
"""Headroom over the invocation timeout before an answer is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the command line asks for."""

    host: str
    port: int
    log_level: str
    lambda_endpoint: str
    local_runner_endpoint: str
    """The original's clients look there; a server has no use for it."""
    local_runner_region: str
    local_runner_mode: str
    """Means nothing: there is one mode."""
    store_type: str
    store_path: str | None
    execution_timeout: int
    invocation_timeout: int
    time_scale: float
    skip_time: bool
    functions: "ConfiguredFunctions | None"
    recover: bool


def time_scale(text: str) -> float:
    """A factor on waiting. Raises Failure."""
    try:
        scale = float(text)
    except ValueError:
        scale = -1.0
    if not 0 <= scale <= 1_000:
        raise Failure(f"{text!r} is no factor on time; write a number from 0 (waits are skipped) to 1000, like 0.1")
    return scale


_seconds = click.IntRange(1, SECONDS_MAX)


@click.command("start-server")
@click.option("--host", envvar="AWS_DEX_HOST", default="0.0.0.0", show_envvar=True, help="Address to listen on.")
@click.option(
    *("--port", "port"),
    envvar="AWS_DEX_PORT",
    type=click.IntRange(0, 65535),
    default=5000,
    show_envvar=True,
    help="Port.",
)
@click.option(
    "--log-level",
    envvar="AWS_DEX_LOG_LEVEL",
    type=click.Choice(LEVELS, case_sensitive=False),
    default="INFO",
    show_envvar=True,
    help="What is logged on stderr; DEBUG names every request.",
)
@click.option(
    "--lambda-endpoint",
    envvar="AWS_DEX_LAMBDA_ENDPOINT",
    metavar="URL",
    default="http://127.0.0.1:3001",
    callback=checked(url),
    show_envvar=True,
    help="Where functions are invoked.",
)
@click.option(
    "--local-runner-endpoint",
    envvar="AWS_DEX_LOCAL_RUNNER_ENDPOINT",
    metavar="URL",
    default="http://0.0.0.0:5000",
    show_envvar=True,
    help="Where the other commands find the server.",
)
@click.option(
    "--local-runner-region",
    envvar="AWS_DEX_LOCAL_RUNNER_REGION",
    default="us-west-2",
    show_envvar=True,
    help="The region in ARNs.",
)
@click.option(
    "--local-runner-mode", envvar="AWS_DEX_LOCAL_RUNNER_MODE", default="local", show_envvar=True, help="Means nothing."
)
@click.option(
    "--store-type",
    envvar="AWS_DEX_STORE_TYPE",
    type=click.Choice([kind.value for kind in StoreType]),
    default="memory",
    show_envvar=True,
    help="Where executions are kept.",
)
@click.option(
    "--store-path",
    envvar="AWS_DEX_STORE_PATH",
    show_envvar=True,
    help="Folder (filesystem: .durable_executions) or file (sqlite: durable-executions.db).",
)
@click.option("--execution-timeout", type=_seconds, default=300, help="Seconds of an execution that names none.")
@click.option("--invocation-timeout", type=_seconds, default=900, help="Seconds that one invocation may take.")
@click.option(
    "--time-scale",
    metavar="FACTOR",
    envvar=TIME_SCALE,
    default="1",
    callback=checked(time_scale),
    show_envvar=True,
    help="Seconds that a second of waiting takes while everything waits.",
)
@click.option("--skip-time/--no-skip-time", default=False, help="Wait for nothing: the same as --time-scale 0.")
@click.option(
    "--function-configs",
    "functions",
    metavar="JSON|file://PATH",
    callback=checked(function_configs),
    help="Lambda-shaped configurations by function name, for functions that others call.",
)
@click.option("--recover/--no-recover", default=False, help="Go on with unfinished executions of former runs.")
def start_server(**wished: Any) -> int:
    """Start the server."""
    from everstep.service.http.serve import run

    wishes = Wishes(**wished)
    logging.basicConfig(
        level=wishes.log_level.upper(), format="%(asctime)s - %(name)s - %(levelname)s - %(message)s", force=True
    )
    return run(_serve(wishes))


async def _serve(wishes: Wishes) -> int:
    from everstep.service import app
    from everstep.service.functions import EveryFunction
    from everstep.service.http.access import Access
    from everstep.service.http.dialect import Dialect
    from everstep.service.service import Place

    kind = StoreType(wishes.store_type)
    settings = app.Settings(
        store=store_url(kind, wishes.store_path),
        host=wishes.host,
        port=wishes.port,
        dialect=Dialect.EMULATOR,
        access=Access(any_host=True),
        place=Place(region=wishes.local_runner_region, account="123456789012"),
        recover=wishes.recover,
        time_scale=0.0 if wishes.skip_time else wishes.time_scale,
    )
    host = app.lambda_endpoint(
        wishes.lambda_endpoint,
        wishes.functions or EveryFunction(is_durable=False, execution_timeout_seconds=wishes.execution_timeout),
        timeout_seconds=wishes.invocation_timeout + ANSWER_SECONDS,
        one_at_a_time=True,
    )
    async with app.running(settings, host, handle_signals=True) as service:
        logger.info(
            "listening at %s (process %s), functions at %s", service.endpoint, os.getpid(), wishes.lambda_endpoint
        )
        logger.info("executions in %s, time scale %s", settings.store, settings.time_scale)
        await service.stopped()
        logger.info("stopped")
        return INTERRUPTED if service.server.signal == signal.SIGINT else 0
