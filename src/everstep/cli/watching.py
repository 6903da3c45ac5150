"""`everstep executions show` and `watch`: one execution drawn whole, and the list as it changes."""

import time
from collections.abc import Sequence

import click

from everstep.cli.api import Api, events_of, own_path
from everstep.cli.executions import moment, table
from everstep.cli.options import endpoint_option, json_line, json_option, terminal_width
from everstep.core.wire.text import Json, JsonObject
from everstep.drawing.timeline import draw
from everstep.drawing.wording import duration, line

WATCH_SECONDS = 1.0
COLUMNS = ("NAME", "FUNCTION", "STATUS", "STARTED", "TOOK", "WAITS FOR")
_KINDS = {
    "WAIT": "wait", "STEP": "next try of", "CALLBACK": "callback", "CHAINED_INVOKE": "call of", "INVOCATION": "next try"
}  # fmt: skip


@click.command("show")
@click.argument("execution")
@endpoint_option
@json_option
def show(*, execution: str, endpoint: str, as_json: bool) -> None:
    """Show where EXECUTION stands, what it waits for and until when, and draw its timeline."""
    api = Api(endpoint)
    arn = api.find(execution)
    found = api.own("GET", own_path(arn))
    if as_json:
        json_line(found)
        return
    for text in headline(found, _now()):
        click.echo(text)
    click.echo()
    history = api.history(arn)
    for text in draw(events_of(history), terminal_width()):
        click.echo(text)


@click.command("watch")
@click.option("--function", help="Only executions of this function.")
@click.option("--status", "statuses", multiple=True, help="Only executions in this status; may be repeated.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many at most.")
@click.option("--once", is_flag=True, help="Show the list once, as it is now.")
@endpoint_option
@json_option
def watch(
    *, function: str | None, statuses: tuple[str, ...], limit: int, once: bool, endpoint: str, as_json: bool
) -> None:
    """Show the newest executions, and what they wait for, until interrupted."""
    api = Api(endpoint)
    while True:
        found = _lines(api.own("GET", "/executions", function=function, status=list(statuses) or None, limit=limit))
        if as_json:
            json_line(found)
        else:
            if not once:
                click.clear()
            for text in table([COLUMNS, *(cells(each, _now()) for each in found)]):
                click.echo(text)
        if once:
            return
        time.sleep(WATCH_SECONDS)


def headline(found: JsonObject, now: int) -> list[str]:
    """What a reader asks first."""
    took = found["duration_ms"]
    assert isinstance(took, int), found
    status = str(found["status"])
    facts = [f"{line(str(found['name']), 80)} is {status} after {duration(took)}"]
    for wait in waits_of(found):
        facts.append(f"  waits for {waiting(wait, now)}")
    attributes = found["attributes"]
    if isinstance(attributes, dict) and attributes:
        facts.append("  " + ", ".join(f"{key}={line(str(value), 80)}" for key, value in attributes.items()))
    source = found["source"]
    if isinstance(source, dict):
        facts.append(f"  {'forked from' if source['operation_id'] else 'repeats'} {source['arn']}")
    parent = found["parent"]
    if isinstance(parent, dict):
        facts.append(f"  called by {parent['arn']}")
    return facts


def cells(each: JsonObject, now: int) -> tuple[str, ...]:
    """One execution as a row of the list."""
    took, started = each["duration_ms"], each["started_at"]
    assert isinstance(took, int), each
    assert isinstance(started, int), each
    waits = waits_of(each)
    return (
        line(str(each["name"]), 40),
        line(str(each["function"]), 40),
        str(each["status"]),
        moment(started / 1000),
        duration(took),
        waiting(waits[0], now) if waits else "",
    )


def waits_of(found: JsonObject) -> Sequence[JsonObject]:
    waits = found["waits"]
    first = waits["first"] if isinstance(waits, dict) else []
    return [each for each in first if isinstance(each, dict)] if isinstance(first, list) else []


def waiting(wait: JsonObject, now: int) -> str:
    """`callback approval, 3 min 20 s left`."""
    name: Json = wait["name"] or wait["function"]
    what = " ".join(part for part in (_KINDS.get(str(wait["kind"]), ""), line(str(name), 40) if name else "") if part)
    until = wait["until"]
    return f"{what}, {duration(max(0, until - now))} left" if isinstance(until, int) else what


def _lines(page: JsonObject) -> list[JsonObject]:
    found = page["executions"]
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _now() -> int:
    return time.time_ns() // 1_000_000
