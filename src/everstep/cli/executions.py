"""`everstep executions …`: look at executions and stop them, through the HTTP API of a running service."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from everstep.cli.api import Api, events_of
from everstep.cli.options import endpoint_option, help_when_alone, json_line, json_option, terminal_width
from everstep.core.model import ErrorObject, ExecutionStatus
from everstep.core.wire.errors import decode_error
from everstep.core.wire.text import Json, JsonObject
from everstep.drawing.timeline import draw
from everstep.drawing.wording import duration, error_line, line

COLOURS = {"SUCCEEDED": "green", "RUNNING": "cyan", "FAILED": "red", "TIMED_OUT": "red", "STOPPED": "yellow"}
COLUMNS = ("NAME", "FUNCTION", "STATUS", "STARTED", "TOOK")


@click.group(invoke_without_command=True)
@click.pass_context
def executions(context: click.Context) -> None:
    """Look at executions of a running service, export them, and stop them.

    EXECUTION is an ARN, or a name that only one execution bears.
    """
    help_when_alone(context)


@executions.command("list")
@click.option("--function", help="Only executions of this function.")
@click.option("--name", help="Only executions of this name.")
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([status.value for status in ExecutionStatus], case_sensitive=False),
    help="Only executions in this status; may be repeated.",
)
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many at most.")
@endpoint_option
@json_option
def list_executions(
    *, function: str | None, name: str | None, statuses: tuple[str, ...], limit: int, endpoint: str, as_json: bool
) -> None:
    """List executions, newest first."""
    found = Api(endpoint).executions(function=function, name=name, statuses=statuses, limit=limit)
    if as_json:
        json_line(found)
    elif not found:
        click.echo("no executions", err=True)
    else:
        for text in table([COLUMNS, *map(summary_cells, found)]):
            click.echo(text)


@executions.command("get")
@click.argument("execution")
@endpoint_option
@json_option
def get_execution(*, execution: str, endpoint: str, as_json: bool) -> None:
    """Show one execution: where it stands, its input, its result or error."""
    api = Api(endpoint)
    found = api.get(api.find(execution))
    if as_json:
        json_line(found)
        return
    facts = [(name, _text(found.get(member))) for name, member in FACTS]
    error = found.get("Error")
    facts.append(("error", "" if error is None else error_line(decode_error(error), 400)))
    for name, value in facts:
        if value:
            click.echo(f"{name:<9}  {value}")


@executions.command("history")
@click.argument("execution")
@endpoint_option
@json_option
def execution_history(*, execution: str, endpoint: str, as_json: bool) -> None:
    """Draw what happened as a timeline."""
    api = Api(endpoint)
    history = api.history(api.find(execution))
    if as_json:
        json_line(history)
        return
    for text in draw(events_of(history), terminal_width()):
        click.echo(text)


@executions.command("export")
@click.argument("execution")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write NAME.json into this folder, which is made if need be.",
)
@endpoint_option
@json_option
def export_execution(*, execution: str, folder: Path | None, endpoint: str, as_json: bool) -> None:
    """Write an execution and its history as JSON, for tests that replay it against newer code."""
    api = Api(endpoint)
    arn = api.find(execution)
    found = api.get(arn)
    content: JsonObject = {"Execution": found, "Events": list(api.history(arn))}
    text = json.dumps(content, indent=1)
    if folder is None:
        json_line(content) if as_json else click.echo(text)
        return
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{found.get('DurableExecutionName') or 'execution'}-{arn.rpartition('/')[2]}.json"
    file.write_text(f"{text}\n", encoding="utf-8")
    json_line({"File": str(file)}) if as_json else click.echo(file)


@executions.command("stop")
@click.argument("execution")
@click.option("--error-type", help="Recorded as the type of the error that ended it.")
@click.option("--error-message", help="Recorded as its message.")
@endpoint_option
@json_option
def stop_execution(
    *, execution: str, error_type: str | None, error_message: str | None, endpoint: str, as_json: bool
) -> None:
    """Stop an execution now. One that is closed stays as it is."""
    api = Api(endpoint)
    has_error = error_type is not None or error_message is not None
    arn = api.find(execution)
    answer = api.stop(arn, ErrorObject(type=error_type, message=error_message) if has_error else None)
    if as_json:
        json_line(answer)
        return
    status = _text(api.get(arn).get("Status"))
    click.echo(f"{line(execution, 200)} is {status} since {moment(answer.get('StopTimestamp'))}")


FACTS = (
    ("name", "DurableExecutionName"),
    ("status", "Status"),
    ("arn", "DurableExecutionArn"),
    ("function", "FunctionArn"),
    ("started", "StartTimestamp"),
    ("ended", "EndTimestamp"),
    ("input", "InputPayload"),
    ("result", "Result"),
)


def summary_cells(item: JsonObject) -> tuple[str, ...]:
    """One execution as a row of the list."""
    started, ended = item.get("StartTimestamp"), item.get("EndTimestamp")
    took = ""
    if isinstance(started, int | float) and isinstance(ended, int | float):
        took = duration(round((ended - started) * 1000))
    function = _text(item.get("FunctionArn")).partition(":function:")[2].partition(":")[0]
    name, status = _text(item.get("DurableExecutionName")), _text(item.get("Status"))
    return name, function, status, moment(started), took


def table(rows: list[tuple[str, ...]]) -> list[str]:
    """The rows with their columns aligned; the first row is the heading. A status has its colour on a terminal."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            click.style(f"{cell:<{width}}", fg=COLOURS.get(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def moment(value: Json) -> str:
    """A moment of the API (seconds since the epoch) in the reader's own time zone, to the second."""
    if not isinstance(value, int | float):
        return ""
    return datetime.fromtimestamp(value, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _text(value: Json) -> str:
    return moment(value) if isinstance(value, int | float) else line(str(value or ""), 2000)
