"""`everstep executions show` and `watch`: one execution drawn whole, and the list as it changes."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from everstep.cli.api import Api, events_of, own_path
from everstep.cli.executions import moment, table
from everstep.cli.failure import Failure
from everstep.cli.options import endpoint_option, json_line, json_option, read_bytes, terminal_width
from everstep.cli.patience import patience
from everstep.cli.stream import Stream
from everstep.core.wire.exports import Exported, NotHistoryError, decode_exported
from everstep.core.wire.text import Json, JsonObject, NotJsonError, load
from everstep.drawing.timeline import draw
from everstep.drawing.wording import duration, line

TICK_SECONDS = 1.0
"""How often what is left of a wait is told anew; this asks the service nothing."""
APART_SECONDS = 0.5
"""However many changes there are, the service is asked no more often than this."""
EVENTS_AT_ONCE = 1_000
"""Of an import, so that no request is larger than a service takes."""
COLUMNS = ("NAME", "FUNCTION", "STATUS", "STARTED", "TOOK", "WAITS FOR")
_KINDS = {
    "WAIT": "wait", "STEP": "next try of", "CALLBACK": "callback", "CHAINED_INVOKE": "call of", "INVOCATION": "next try"
}  # fmt: skip


@click.command("show")
@click.argument("execution", metavar="EXECUTION|FILE.json")
@endpoint_option
@json_option
def show(*, execution: str, endpoint: str, as_json: bool) -> None:
    """Show where EXECUTION stands, what it waits for and until when, and draw its timeline.

    A file that `everstep executions export` or the AWS command line wrote is drawn without any service.
    """
    if execution.endswith(".json") and Path(execution).is_file():
        content = read_history(Path(execution))
        if as_json:
            json_line({"arn": content.arn, "events": len(content.events)})
        else:
            _echo(draw(content.events, terminal_width()))
        return
    api = Api(endpoint)
    arn = api.find(execution)
    found = api.own("GET", own_path(arn))
    if as_json:
        json_line(found)
        return
    imported, total = found["imported"], found["events"]
    now = imported["until"] if isinstance(imported, dict) else _now()
    assert isinstance(now, int), found
    assert isinstance(total, int), found
    _echo([*headline(found, now), ""])
    with patience("reading the history") as tell:
        history = api.events(arn, lambda count: tell(count, total))
    _echo(draw(events_of(history), terminal_width()))


@click.command("import")
@click.argument("file", metavar="FILE.json", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@endpoint_option
@json_option
def import_history(*, file: Path, endpoint: str, as_json: bool) -> None:
    """Bring the history in FILE to a running service, to look at it on the page.

    It becomes no execution: no list knows it, nothing can be done about it, and it ends with the service. The handle
    that is printed stands where an execution's ARN does.
    """
    read_history(file)
    content = load(file.read_bytes())
    assert isinstance(content, dict), file
    events = content["Events"]
    assert isinstance(events, list), file
    api = Api(endpoint)
    events = sorted(events, key=_number)
    with patience("importing") as tell:
        answer = api.own("POST", "/imports", {**content, "Events": events[:EVENTS_AT_ONCE]})
        for start in range(EVENTS_AT_ONCE, len(events), EVENTS_AT_ONCE):
            tell(start, len(events))
            more: JsonObject = {"Events": events[start : start + EVENTS_AT_ONCE]}
            answer = api.own("POST", f"/imports/{answer['arn']}", more)
    json_line(answer) if as_json else click.echo(str(answer["arn"]))


def read_history(file: Path) -> Exported:
    """The history in a file. Raises Failure."""
    try:
        return decode_exported(load(read_bytes(str(file))))
    except NotJsonError as error:
        raise Failure(f"{file} is no history: {error}") from error
    except NotHistoryError as error:
        raise Failure(f"{file} {error}") from error


def _number(event: Json) -> int:
    number = event.get("EventId") if isinstance(event, dict) else None
    assert isinstance(number, int), event
    return number


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
    """Show the newest executions, and what they wait for, as they change, until interrupted.

    With --json each change of the list is one line.
    """
    api = Api(endpoint)

    def look() -> list[JsonObject]:
        return _lines(api.own("GET", "/executions", function=function, status=list(statuses) or None, limit=limit))

    if once:
        _tell_list(look(), as_json=as_json)
        return
    stream = Stream(api)
    stream.next()  # what happens after the stream has begun is told by it, and what happened before by the list
    while True:
        found = look()
        _tell_list(found, as_json=as_json, clear=True)
        time.sleep(APART_SECONDS)
        while stream.next(TICK_SECONDS) is None:
            if not as_json:
                _tell_list(found, as_json=False, clear=True)
        stream.drain()


def _tell_list(found: list[JsonObject], *, as_json: bool, clear: bool = False) -> None:
    if as_json:
        json_line(found)
        return
    if clear:
        click.clear()
    _echo(table([COLUMNS, *(cells(each, _now()) for each in found)]))


def _echo(lines: Iterable[str]) -> None:
    for text in lines:
        click.echo(text)


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
