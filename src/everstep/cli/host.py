"""`everstep host`: runs functions in worker processes behind the Lambda invoke route, for a service elsewhere."""

import click

from everstep.cli.api import DEFAULT_ENDPOINT
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
@json_option
def host(*, app: str, host: str, port: int, endpoint: str, reload: bool, as_json: bool) -> None:
    """Run the functions of APP behind the Lambda invoke route.

    APP is a file, a folder or a module, with :function for a single one.
    """
    from everstep.cli.workers import ENDPOINT_VARIABLE, workers
    from everstep.host.server import host_app, serve
    from everstep.service.http.access import Access, guarded, is_loopback
    from everstep.service.http.asgi import refusal_response
    from everstep.service.http.serve import Server, run

    async def main() -> None:
        async with workers([app], {ENDPOINT_VARIABLE: endpoint}, as_json=as_json, reload=reload) as pools:

            def announce(server: Server) -> None:
                where = f"http://{host}:{server.port}"
                if as_json:
                    json_line({"event": "listening", "endpoint": where, "functions": list(pools.functions)})
                else:
                    click.echo(f"{', '.join(pools.functions)} at {where}, reporting to {endpoint}", err=True)

            # Pages in the browser must not run functions either.
            access = Access(any_host=not is_loopback(host))
            guarded_app = guarded(host_app(pools), access, refusal_response, lambda _scope: True)
            await serve(guarded_app, host, port, on_started=announce)

    run(main())
