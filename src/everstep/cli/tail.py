"""`everstep logs`: what a function wrote while it worked on an execution."""

from datetime import UTC, datetime

import click

from everstep.cli.api import Api, own_path
from everstep.cli.options import endpoint_option, json_line, json_option
from everstep.cli.stream import Stream
from everstep.core.model import ExecutionStatus
from everstep.core.wire.text import Json, JsonObject
from everstep.drawing.wording import line

LATE_SECONDS = 1.0
"""The last lines of an execution are written a moment after it is closed."""
PAGE_LINES = 1_000
_COLOURS = {"ERROR": "red", "CRITICAL": "red", "WARNING": "yellow", "DEBUG": "bright_black"}


@click.command()
@click.argument("execution")
@click.option("-f", "--follow", is_flag=True, help="Go on until the execution is closed, or interrupted.")
@click.option("--operation", metavar="ID", help="Only what was said in this operation.")
@endpoint_option
@json_option
def logs(*, execution: str, follow: bool, operation: str | None, endpoint: str, as_json: bool) -> None:
    """Show what the function of EXECUTION logged and printed."""
    api = Api(endpoint)
    arn = api.find(execution)
    stream = Stream(api, arn) if follow else None
    if stream is not None:
        stream.next()  # from here on it tells of whatever the first look has not seen
    is_open = follow and api.own("GET", own_path(arn))["ended_at"] is None
    cursor = _tell(api, arn, operation, None, as_json=as_json)
    while stream is not None:
        told = stream.next(None if is_open else LATE_SECONDS)
        if told is None:
            return
        if told.kind in ("log", "reset"):
            cursor = _tell(api, arn, operation, cursor, as_json=as_json)
        if told.kind == "reset":
            is_open = api.own("GET", own_path(arn))["ended_at"] is None
        if told.kind == "change":
            is_open = not ExecutionStatus(str(told.data["status"])).is_closed


def _tell(api: Api, arn: str, operation: str | None, cursor: Json, *, as_json: bool) -> Json:
    """Tell everything after the cursor; where it ends."""
    while True:
        page = api.own("GET", own_path(arn, "/logs"), limit=PAGE_LINES, cursor=cursor, operation=operation)
        said = page["logs"]
        assert isinstance(said, list), page
        if cursor is None and page["dropped"]:
            click.echo(f"{page['dropped']} earlier lines are gone", err=True)
        for each in said:
            assert isinstance(each, dict), each
            json_line(each) if as_json else click.echo(text_of(each))
        cursor = page["next"]
        if len(said) < PAGE_LINES:
            return cursor


def text_of(said: JsonObject) -> str:
    """One line: when, how bad, in which operation, what, and the facts that came with it."""
    at = said["at"]
    assert isinstance(at, int), said
    when = datetime.fromtimestamp(at / 1000, UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
    level = str(said["level"] or "-")
    where = f" {line(str(said['operation_name']), 40)}" if said["operation_name"] else ""
    fields = said["fields"]
    facts = (
        "".join(f" {key}={line(str(value), 80)}" for key, value in fields.items()) if isinstance(fields, dict) else ""
    )
    told = click.style(f"{level:<7}", fg=_COLOURS.get(level))
    return f"{when} {told}{where} {line(str(said['message']), 2_000)}{click.style(facts, dim=True) if facts else ''}"
