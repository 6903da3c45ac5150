"""The commands under one name: the server, and three small clients of it."""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from everstep.cli.api import Api
from everstep.cli.failure import sentence_for
from everstep.cli.options import checked, payload, url
from everstep.compat.dex_local_runner.server import INTERRUPTED, start_server
from everstep.version import __version__

F = TypeVar("F", bound=Callable[..., Any])

ACCOUNT = "123456789012"
EXECUTION_SECONDS = 300
RETENTION_DAYS = 7


def endpoint_option(function: F) -> F:
    return click.option(
        "--endpoint",
        metavar="URL",
        envvar="AWS_DEX_LOCAL_RUNNER_ENDPOINT",
        default="http://0.0.0.0:5000",
        show_default=True,
        show_envvar=True,
        callback=checked(url),
        help="Where the server answers.",
    )(function)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(__version__, "--version", message="dex-local-runner of everstep %(version)s")
def dex_local_runner() -> None:
    """Run durable functions on this machine, with the official emulator's commands."""


@dex_local_runner.command()
@click.option("--function-name", required=True, help="The function to run.")
@click.option("--input", "input_text", metavar="JSON", default="{}", callback=checked(payload), help="Its input.")
@click.option("--durable-execution-name", "name", help="Name of the execution; FUNCTION-execution by default.")
@endpoint_option
def invoke(*, function_name: str, input_text: str, name: str | None, endpoint: str) -> None:
    """Begin an execution and print its ARN."""
    started = Api(endpoint).start(
        {
            "AccountId": ACCOUNT,
            "FunctionName": function_name,
            "FunctionQualifier": "$LATEST",
            "ExecutionName": name or f"{function_name}-execution",
            "ExecutionTimeoutSeconds": EXECUTION_SECONDS,
            "ExecutionRetentionPeriodDays": RETENTION_DAYS,
            "Input": input_text,
        }
    )
    click.echo(json.dumps(started, indent=2))


@dex_local_runner.command("get-durable-execution")
@click.option("--durable-execution-arn", "arn", required=True, help="The execution.")
@endpoint_option
def get_durable_execution(*, arn: str, endpoint: str) -> None:
    """Print an execution as JSON."""
    click.echo(json.dumps(readable(Api(endpoint).get(arn)), indent=2))


@dex_local_runner.command("get-durable-execution-history")
@click.option("--durable-execution-arn", "arn", required=True, help="The execution.")
@endpoint_option
def get_durable_execution_history(*, arn: str, endpoint: str) -> None:
    """Print the whole history of an execution as JSON."""
    click.echo(json.dumps(readable({"Events": Api(endpoint).history(arn)}), indent=2))


dex_local_runner.add_command(start_server)


def readable(value: Any) -> Any:
    """The same JSON value with its moments written as dates, as the original's clients print them."""
    if isinstance(value, Mapping):
        return {name: _moment(item) if name.endswith("Timestamp") else readable(item) for name, item in value.items()}
    return [readable(item) for item in value] if isinstance(value, list) else value


def _moment(value: Any) -> Any:
    return str(datetime.fromtimestamp(value, UTC)) if isinstance(value, int | float) else value


def run(arguments: list[str] | None = None) -> int:
    """Carry out a command line and give its exit code."""
    try:
        code = dex_local_runner.main(arguments, prog_name="dex-local-runner", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.UsageError as error:
        error.show()
        return error.exit_code
    except Exception as error:
        sentence = sentence_for(error)
        if sentence is None:
            raise
        sys.stderr.write(f"dex-local-runner: {sentence}\n")
        return 1
    return code if isinstance(code, int) else 0
