"""What may be written on the command line, checked and turned into values before anything starts.

Each check is a function from text to value that raises Failure; `checked` makes it the callback of an option.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from everstep.cli.api import DEFAULT_ENDPOINT
from everstep.cli.failure import Failure
from everstep.core.limits import LIMITS_OF, Quotas
from everstep.core.names import is_execution_name
from everstep.core.wire.text import NotJsonError, dump, load
from everstep.host.environment import AWS_SDK_ALIAS_VARIABLE

if TYPE_CHECKING:
    from everstep.service.functions import ConfiguredFunctions

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


def checked(check: Callable[[str], T]) -> Callable[[click.Context, click.Parameter, str | None], T | None]:
    """The check as a click callback; an option that was not given stays None, a failure says which option it is."""

    def callback(_context: click.Context, parameter: click.Parameter, value: str | None) -> T | None:
        if value is None:
            return None
        try:
            return check(value)
        except Failure as failure:
            raise Failure(f"{parameter.opts[0]}: {failure.message}") from failure

    return callback


def payload(text: str) -> str:
    """JSON text, `@file`, or `@-` for standard input."""
    content: str | bytes = read_bytes(text[1:]) if text.startswith("@") else text
    try:
        load(content)
    except NotJsonError as error:
        if text.startswith("@"):
            raise Failure(f"{text} is not JSON: {error}") from error
        raise Failure(f"not JSON: {error}; quote it for your shell, or put it into a file and write @FILE") from error
    return content if isinstance(content, str) else content.decode()


def store(text: str) -> str:
    """`memory:` or `sqlite:///FILE`; a plain path stands for the SQLite file of that name."""
    if text in {"memory:", "memory://"}:
        return "memory:"
    file = text.removeprefix("sqlite:///")
    if not file or "://" in file:
        raise Failure(f"{text!r} is no store; write memory: or sqlite:///FILE")
    path = Path(file).expanduser()
    if path.is_dir():
        raise Failure(f"{path} is a folder; name a file in it")
    return f"sqlite:///{path}"


def url(text: str) -> str:
    """An http or https address."""
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise Failure(f"{text!r} is no address; write it like {DEFAULT_ENDPOINT}")
    return text.rstrip("/")


def function_configs(text: str) -> "ConfiguredFunctions":
    """An object of Lambda-shaped configurations by function name: JSON text, or `file://PATH`."""
    from everstep.service.functions import FunctionConfigsError, parse_function_configs

    try:
        content = read_bytes(text.removeprefix("file://")).decode() if text.startswith("file://") else text
        return parse_function_configs(content)
    except UnicodeDecodeError as error:
        raise Failure(f"{text} is not UTF-8 text") from error
    except FunctionConfigsError as error:
        raise Failure(str(error)) from error


def execution_name(text: str) -> str:
    if not is_execution_name(text):
        raise Failure(f"{text!r} is no name; write 1 to 64 letters, digits, hyphens and underscores")
    return text


def read_bytes(path: str) -> bytes:
    """The content of a file, or of standard input for `-`."""
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).expanduser().read_bytes()
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror or error}") from error


def json_option(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Write JSON instead of text for people.")(function)


def endpoint_option(function: F) -> F:
    return click.option(
        "--endpoint",
        metavar="URL",
        envvar="EVERSTEP_ENDPOINT",
        default=DEFAULT_ENDPOINT,
        show_default=True,
        callback=checked(url),
        help="Where the service answers.",
    )(function)


def store_option(default: str) -> Callable[[F], F]:
    return click.option(
        "--store",
        metavar="memory:|sqlite:///FILE",
        envvar="EVERSTEP_STORE",
        default=default,
        show_default=True,
        callback=checked(store),
        help="Where executions are kept.",
    )


def quotas_option(function: F) -> F:
    return click.option(
        "--quotas",
        "limits",
        type=click.Choice([quotas.value for quotas in Quotas]),
        default=Quotas.AWS.value,
        show_default=True,
        callback=lambda _context, _parameter, value: LIMITS_OF[Quotas(value)],
        help="Hold executions to the documented quotas of AWS Lambda, or to none.",
    )(function)


def reload_option(function: F) -> F:
    return click.option("--reload/--no-reload", default=True, show_default=True, help="Follow changes of the code.")(
        function
    )


def alias_option(function: F) -> F:
    """Tells the workers, through the environment that they inherit; the command itself need not know."""

    def callback(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value:
            os.environ[AWS_SDK_ALIAS_VARIABLE] = "1"
            context.call_on_close(lambda: os.environ.pop(AWS_SDK_ALIAS_VARIABLE, None))

    return click.option(
        "--aws-sdk-alias",
        is_flag=True,
        expose_value=False,
        callback=callback,
        help="Run code that imports aws_durable_execution_sdk_python on everstep.",
    )(function)


def host_option(function: F) -> F:
    return click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")(function)


def port_option(default: int) -> Callable[[F], F]:
    return click.option(
        "--port", type=click.IntRange(0, 65535), default=default, show_default=True, help="Port; 0 takes a free one."
    )


def help_when_alone(context: click.Context) -> None:
    """A group that is called without a command shows what there is; that is no mistake."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def json_line(value: object) -> None:
    """One value as one line of JSON on stdout."""
    click.echo(dump(value))


def terminal_width(default: int = 120) -> int:
    """Columns to draw in: those of the terminal, or a fixed number where there is none."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        return default
