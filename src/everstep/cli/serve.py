"""`everstep serve`: the service alone; its functions answer Lambda's Invoke somewhere else."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from everstep.cli.api import DEFAULT_PORT
from everstep.cli.door import Door, door_options, tell_drained
from everstep.cli.host import DEFAULT_PORT as HOST_PORT
from everstep.cli.log_format import LogFormat, log_options
from everstep.cli.looking import looking_options
from everstep.cli.options import (
    checked,
    function_configs,
    json_line,
    json_option,
    port_option,
    quotas_option,
    store_option,
    url,
)
from everstep.core.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from everstep.service.functions import ConfiguredFunctions
    from everstep.service.page.page import PageSettings


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the command line asks for."""

    door: Door
    port: int
    store: str
    lambda_endpoint: str
    functions: "ConfiguredFunctions | None"
    dialect: str
    limits: Limits
    page: "Callable[[], PageSettings]"
    log_format: LogFormat
    as_json: bool


@click.command()
@door_options
@port_option(DEFAULT_PORT)
@store_option("memory:")
@click.option(
    "--lambda-endpoint",
    metavar="URL",
    default=f"http://127.0.0.1:{HOST_PORT}",
    show_default=True,
    callback=checked(url),
    help="Where functions are invoked.",
)
@click.option(
    "--function-configs",
    "functions",
    metavar="JSON|file://PATH",
    callback=checked(function_configs),
    help="Lambda-shaped configurations by function name; without it every name is a durable function.",
)
@click.option(
    "--dialect",
    type=click.Choice(["aws", "emulator"]),
    default="aws",
    show_default=True,
    help="How it answers: as AWS Lambda does, or as aws-sam-cli expects of its emulator.",
)
@quotas_option
@looking_options
@log_options
@json_option
def serve(**wished: Any) -> None:
    """Run the service alone.

    In the emulator's dialect a function is not called again before it has answered, and executions of former runs
    can be read but do not go on: aws-sam-cli's functions live in containers that can do one thing at a time, at ports
    that are somebody else's afterwards. It also asks nobody for a token, unless one is set.
    """
    from everstep.service.http.serve import run

    run(_serve(Wishes(**wished)))


async def _serve(wishes: Wishes) -> None:
    from everstep.service import app
    from everstep.service.http.dialect import Dialect
    from everstep.service.operator_log import OperatorLog

    dialect = Dialect(wishes.dialect)
    is_for_sam = dialect is Dialect.EMULATOR
    settings = app.Settings(
        store=wishes.store,
        host=wishes.door.host,
        port=wishes.port,
        access=wishes.door.access(is_open=is_for_sam),
        tls=wishes.door.tls(),
        drain_seconds=wishes.door.drain_seconds,
        page=wishes.page(),
        dialect=dialect,
        limits=wishes.limits,
        recover=not is_for_sam,
    )
    host = app.lambda_endpoint(wishes.lambda_endpoint, wishes.functions, one_at_a_time=is_for_sam)
    async with app.running(settings, host, handle_signals=True, on_drain=tell_drained) as service:
        log = OperatorLog(service.service)
        service.service.listen(log.note)
        if wishes.as_json:
            json_line({"event": "listening", "endpoint": service.endpoint, "taken_up": service.taken_up})
        facts = {"event": "listening", "endpoint": service.endpoint, "taken_up": service.taken_up}
        more = f", {service.taken_up} executions go on" if service.taken_up else ""
        logger.info("serving at %s, functions at %s%s", service.endpoint, wishes.lambda_endpoint, more, extra=facts)
        await service.stopped()
        await log.close()
