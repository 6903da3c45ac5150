"""`everstep dev`: service, workers and reload in one command."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from everstep.cli.api import DEFAULT_PORT
from everstep.cli.door import Door, door_options, tell_drained
from everstep.cli.log_format import LogFormat, log_options
from everstep.cli.looking import looking_options
from everstep.cli.options import (
    alias_option,
    json_line,
    json_option,
    port_option,
    quotas_option,
    reload_option,
    store_option,
)
from everstep.cli.progress import MARKS, line_of
from everstep.core.events import Event
from everstep.core.limits import Limits
from everstep.core.model import Arn
from everstep.core.names import parse_arn
from everstep.drawing.wording import clock, line

if TYPE_CHECKING:
    from everstep.service.page.page import PageSettings

logger = logging.getLogger(__name__)

DEFAULT_STORE = "sqlite:///.everstep/dev.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the command line asks for."""

    apps: tuple[str, ...]
    door: Door
    port: int
    store: str
    reload: bool
    limits: Limits
    page: Callable[[], "PageSettings"]
    log_format: LogFormat
    as_json: bool


@click.command()
@click.argument("apps", metavar="APP...", nargs=-1, required=True)
@door_options
@port_option(DEFAULT_PORT)
@store_option(DEFAULT_STORE)
@reload_option
@alias_option
@quotas_option
@looking_options
@log_options
@json_option
def dev(**wished: Any) -> None:
    """Run every durable function of APP... on this machine.

    APP is a file, a folder or a module. The service answers where boto3 and the AWS command line can be pointed at
    with AWS_ENDPOINT_URL_LAMBDA.
    """
    from everstep.cli.workers import Pools, hosting
    from everstep.service.app import Settings, running
    from everstep.service.http.serve import run
    from everstep.service.operator_log import OperatorLog

    wishes = Wishes(**wished)
    functions: list[str] = []

    def on_ready(pools: Pools) -> None:
        functions.extend(pools.functions)

    async def main() -> None:
        make_folder(wishes.store)
        settings = Settings(
            store=wishes.store,
            host=wishes.door.host,
            port=wishes.port,
            limits=wishes.limits,
            access=wishes.door.access(),
            tls=wishes.door.tls(),
            drain_seconds=wishes.door.drain_seconds,
            page=wishes.page(),
        )
        hosted = hosting(
            wishes.apps, as_json=wishes.as_json, log_format=wishes.log_format, reload=wishes.reload, on_ready=on_ready
        )
        async with running(settings, hosted, handle_signals=True, on_drain=tell_drained) as service:
            log = OperatorLog(service.service)
            if wishes.as_json:
                json_line({"event": "listening", "endpoint": service.endpoint, "functions": functions})
            if wishes.log_format is LogFormat.JSON:
                service.service.listen(log.note)
                facts = {"endpoint": service.endpoint, "functions": functions, "taken_up": service.taken_up}
                logger.info("serving at %s", service.endpoint, extra={"event": "listening", **facts})
            elif not wishes.as_json:
                service.service.listen(lambda delta: tell(delta.arn, delta.events))
                banner(service.endpoint, functions, wishes.store, service.taken_up)
            await service.stopped()
            await log.close()

    run(main())


def banner(endpoint: str, functions: list[str], store: str, taken_up: int) -> None:
    """What is here and how to use it."""
    click.echo(f"serving at {endpoint}, executions in {store}", err=True)
    for function in functions:
        click.echo(f"  {function}", err=True)
    if taken_up:
        click.echo(f"{taken_up} executions of before go on", err=True)
    click.echo(f"\nexport AWS_ENDPOINT_URL_LAMBDA={endpoint}", err=True)
    click.echo(f"aws lambda invoke --function-name '{functions[0]}:$LATEST' --payload '{{}}' /dev/stdout\n", err=True)


def tell(arn: Arn, events: Sequence[Event]) -> None:
    """What a change of an execution means for whoever watches."""
    name = parse_arn(arn)
    for event in events:
        if told := line_of(event):
            who = line(name.name if name else arn, 40)
            detail = f"  {told.detail}" if told.detail else ""
            click.echo(f"{clock(told.at)} {who} {MARKS[told.tone]} {told.text}{detail}", err=True)


def make_folder(store: str) -> None:
    """The folder of our own default store is made; a folder that the caller names must exist."""
    path = Path(store.removeprefix("sqlite:///"))
    if path.parent == Path(".everstep"):
        path.parent.mkdir(exist_ok=True)
