"""`everstep host`: runs functions in worker processes behind the Lambda invoke route, for a service elsewhere."""

import logging
from typing import Any

import click

from everstep.cli.api import DEFAULT_ENDPOINT
from everstep.cli.log_format import LogFormat, log_options
from everstep.cli.options import (
    alias_option,
    checked,
    host_option,
    json_line,
    json_option,
    port_option,
    reload_option,
    url,
)

logger = logging.getLogger(__name__)

DEFAULT_PORT = 3001
"""Where aws-sam-cli listens for invocations too, so services look there by default."""


@click.command()
@click.argument("app")
@host_option
@port_option(DEFAULT_PORT)
@click.option(
    "--endpoint",
    metavar="URL",
    envvar=["EVERSTEP_ENDPOINT", "AWS_ENDPOINT_URL_LAMBDA"],
    default=DEFAULT_ENDPOINT,
    show_default=True,
    callback=checked(url),
    help="The service that the functions report to.",
)
@reload_option
@alias_option
@log_options
@json_option
def host(*, app: str, reload: bool, as_json: bool, log_format: LogFormat, **where: Any) -> None:
    """Run the functions of APP behind the Lambda invoke route.

    APP is a file, a folder or a module, with :function for a single one.
    """
    from everstep.cli.workers import ENDPOINT_VARIABLE, workers
    from everstep.host.server import host_app, serve
    from everstep.service.http.access import Access, guarded, is_loopback
    from everstep.service.http.asgi import refusal_response
    from everstep.service.http.serve import Server, run

    host, port, endpoint = where["host"], where["port"], where["endpoint"]

    async def main() -> None:
        told = {ENDPOINT_VARIABLE: endpoint}
        async with workers([app], told, as_json=as_json, log_format=log_format, reload=reload) as pools:

            def announce(server: Server) -> None:
                where = f"http://{host}:{server.port}"
                if as_json:
                    json_line({"event": "listening", "endpoint": where, "functions": list(pools.functions)})
                facts = {"event": "listening", "endpoint": where, "functions": list(pools.functions)}
                logger.info("%s at %s, reporting to %s", ", ".join(pools.functions), where, endpoint, extra=facts)

            # Pages in the browser must not run functions either.
            access = Access(any_host=not is_loopback(host))
            guarded_app = guarded(host_app(pools), access, refusal_response, lambda _scope: True)
            await serve(guarded_app, host, port, on_started=announce)

    run(main())
