"""`everstep serve`: the service alone; its functions answer Lambda's Invoke somewhere else."""

from typing import TYPE_CHECKING

import click

from everstep.cli.api import DEFAULT_PORT
from everstep.cli.host import DEFAULT_PORT as HOST_PORT
from everstep.cli.options import (
    checked,
    function_configs,
    host_option,
    json_line,
    json_option,
    port_option,
    store_option,
    url,
)

if TYPE_CHECKING:
    from everstep.service.functions import ConfiguredFunctions


@click.command()
@host_option
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
@json_option
def serve(
    *,
    host: str,
    port: int,
    store: str,
    lambda_endpoint: str,
    functions: "ConfiguredFunctions | None",
    as_json: bool,
) -> None:
    """Run the service alone."""
    from everstep.service import app
    from everstep.service.http.serve import run

    async def main() -> None:
        settings = app.Settings(store=store, host=host, port=port)
        async with app.running(
            settings, app.lambda_endpoint(lambda_endpoint, functions), handle_signals=True
        ) as service:
            if as_json:
                json_line({"event": "listening", "endpoint": service.endpoint, "taken_up": service.taken_up})
            else:
                more = f", {service.taken_up} executions go on" if service.taken_up else ""
                click.echo(f"serving at {service.endpoint}, functions at {lambda_endpoint}{more}", err=True)
            await service.stopped()

    run(main())
