"""What is done about executions from a terminal: every act of the service's own API has a command here."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import click

from everstep.cli.api import Api, own_path
from everstep.cli.failure import Failure
from everstep.cli.options import checked, endpoint_option, execution_name, json_line, json_option, payload
from everstep.core.model import ExecutionStatus
from everstep.core.wire.text import Json, JsonObject, load
from everstep.drawing.wording import line

POLL_SECONDS = 0.2
_NAME = click.option("--name", callback=checked(execution_name), help="The new execution's name.")


def _say(answer: JsonObject, text: str, *, as_json: bool) -> None:
    json_line(answer) if as_json else click.echo(text)


def _standing(answer: JsonObject) -> str:
    return f"{line(str(answer.get('name')), 200)} is {answer.get('status')}"


@click.command("start")
@click.argument("function")
@click.option("--input", "text", metavar="JSON|@FILE", default="{}", show_default=True, callback=checked(payload))
@_NAME
@endpoint_option
@json_option
def start(*, function: str, text: str, name: str | None, endpoint: str, as_json: bool) -> None:
    """Begin an execution of FUNCTION, and do not wait for it."""
    wanted: JsonObject = {"function": function, "input": load(text)}
    if name is not None:
        wanted["name"] = name
    answer = Api(endpoint).own("POST", "/executions", wanted)
    _say(answer, str(answer["arn"]), as_json=as_json)


@click.command("rerun")
@click.argument("execution")
@click.option("--input", "text", metavar="JSON|@FILE", callback=checked(payload), help="Default: the same input.")
@_NAME
@endpoint_option
@json_option
def rerun(*, execution: str, text: str | None, name: str | None, endpoint: str, as_json: bool) -> None:
    """Begin EXECUTION again from its start, as a new execution."""
    api = Api(endpoint)
    wanted: JsonObject = {} if text is None else {"input": load(text)}
    answer = api.own("POST", own_path(api.find(execution), "/rerun"), wanted | ({"name": name} if name else {}))
    _say(answer, str(answer["arn"]), as_json=as_json)


@click.command("fork")
@click.argument("execution")
@click.argument("operation")
@_NAME
@endpoint_option
@json_option
def fork(*, execution: str, operation: str, name: str | None, endpoint: str, as_json: bool) -> None:
    """Begin a new execution that knows what EXECUTION knew when OPERATION (an id or a name) began."""
    api = Api(endpoint)
    arn = api.find(execution)
    wanted: JsonObject = {"operation_id": operation_id(api, arn, operation)}
    answer = api.own("POST", own_path(arn, "/fork"), wanted | ({"name": name} if name else {}))
    _say(answer, f"{answer['arn']}, which knows {answer['copied']} operations already", as_json=as_json)


@click.command("retry")
@click.argument("execution")
@click.argument("operation", required=False)
@endpoint_option
@json_option
def retry(*, execution: str, operation: str | None, endpoint: str, as_json: bool) -> None:
    """Skip a wait, or a step's pause before its next attempt, in EXECUTION.

    OPERATION is an id or a name. Without it, what waits is an invocation that failed and is to be made again.
    """
    api = Api(endpoint)
    arn = api.find(execution)
    wanted: JsonObject = {} if operation is None else {"operation_id": operation_id(api, arn, operation)}
    answer = api.own("POST", own_path(arn, "/retry"), wanted)
    _say(answer, _standing(answer), as_json=as_json)


@click.command("pause")
@click.argument("execution")
@click.option("--reason", help="Why; it is recorded.")
@click.option("--keep-time-running", is_flag=True, help="Let the execution's own time limit go on meanwhile.")
@endpoint_option
@json_option
def pause(*, execution: str, reason: str | None, keep_time_running: bool, endpoint: str, as_json: bool) -> None:
    """Hold EXECUTION back: its function is not invoked until somebody resumes it."""
    api = Api(endpoint)
    wanted: JsonObject = {"reason": reason, "timeout_paused": not keep_time_running}
    answer = api.own("POST", own_path(api.find(execution), "/pause"), wanted)
    _say(answer, _standing(answer), as_json=as_json)


@click.command("resume")
@click.argument("execution")
@click.option("--reason", help="Why; it is recorded.")
@endpoint_option
@json_option
def resume(*, execution: str, reason: str | None, endpoint: str, as_json: bool) -> None:
    """Let EXECUTION go on after a pause."""
    api = Api(endpoint)
    answer = api.own("POST", own_path(api.find(execution), "/resume"), {"reason": reason})
    _say(answer, _standing(answer), as_json=as_json)


@click.command("delete")
@click.argument("execution")
@click.option("--yes", is_flag=True, help="Do not ask.")
@endpoint_option
@json_option
def delete(*, execution: str, yes: bool, endpoint: str, as_json: bool) -> None:
    """Forget a closed EXECUTION and its history for good."""
    api = Api(endpoint)
    arn = api.find(execution)
    if not yes and not as_json:
        click.confirm(f"Forget {arn} and its history for good?", abort=True, err=True)
    answer = api.own("DELETE", own_path(arn))
    _say(answer, "deleted", as_json=as_json)


@click.command("bulk")
@click.argument("action", type=click.Choice(["stop", "pause", "resume", "delete"]))
@click.option("--function", help="Only executions of this function.")
@click.option("--name", help="Only executions whose name contains this.")
@click.option("--error", help="Only executions whose error contains this.")
@click.option("--attribute", "attributes", multiple=True, metavar="KEY[=VALUE]", help="Only those that have it.")
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([status.value for status in ExecutionStatus], case_sensitive=False),
    help="Only executions in this status; may be repeated.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@endpoint_option
@json_option
def bulk(*, action: str, yes: bool, endpoint: str, as_json: bool, **conditions: Any) -> int:
    """Act on every execution that fits the conditions. Exit code 1: some were refused."""
    api = Api(endpoint)
    members = {"attributes": "attribute", "statuses": "status"}
    wanted: dict[str, Json] = {
        members.get(name, name): list(value) if isinstance(value, tuple) else value
        for name, value in conditions.items()
        if value
    }
    if not yes:
        count = api.own("GET", "/counts", None, **wanted)["total"]
        click.confirm(f"{action} {count} executions?", abort=True, err=True)
    act = api.own("POST", "/bulk", {"action": action, "filter": wanted})
    while not act["is_over"]:
        time.sleep(POLL_SECONDS)
        act = api.own("GET", f"/bulk/{act['id']}")
        click.echo(f"\r{action}: {act['done']} of {act['total']}", nl=False, err=True)
    click.echo(err=True)
    _say(act, f"{act['done']} done, {act['refused']} refused", as_json=as_json)
    return 1 if act["refused"] else 0


def operation_id(api: Api, arn: str, text: str) -> str:
    """The id of the operation that is meant: an id stands for itself, a name for the one operation that bears it."""
    found: list[str] = []
    cursor: Json = None
    while True:
        page = api.own("GET", own_path(arn, "/operations"), flat=1, limit=1000, cursor=cursor)
        operations = page["operations"]
        assert isinstance(operations, list), page
        for each in operations:
            assert isinstance(each, dict), each
            if each["id"] == text:
                return text
            if each["name"] == text:
                found.append(str(each["id"]))
        cursor = page["next"]
        if cursor is None:
            break
    match found:
        case [one]:
            return one
        case []:
            raise Failure(f"no operation of this execution is called {text!r}")
        case _:
            raise Failure(f"{len(found)} operations are called {text!r}; give the id of one: {', '.join(found[:3])}")


ACTIONS = (start, rerun, fork, retry, pause, resume, delete, bulk)
"""Commands of the group `executions`."""


# --------------------------------------------------------------------------- callbacks
@click.group()
def callback() -> None:
    """Answer a callback that an execution waits for. ID is the callback's id."""


def _answer(call: Callable[[Api], JsonObject], said: str, endpoint: str, *, as_json: bool) -> None:
    _say(call(Api(endpoint)), said, as_json=as_json)


def _path(id_: str, suffix: str) -> str:
    return f"/callbacks/{quote(id_, safe='')}/{suffix}"


@callback.command("succeed")
@click.argument("id_", metavar="ID")
@click.option("--result", metavar="JSON|@FILE", callback=checked(payload), help="Default: no result.")
@endpoint_option
@json_option
def succeed_callback(*, id_: str, result: str | None, endpoint: str, as_json: bool) -> None:
    """It went well."""
    body: JsonObject = {} if result is None else {"result": load(result)}
    _answer(lambda api: api.own("POST", _path(id_, "succeed"), body), "answered", endpoint, as_json=as_json)


@callback.command("fail")
@click.argument("id_", metavar="ID")
@click.option("--error-type")
@click.option("--error-message")
@endpoint_option
@json_option
def fail_callback(*, id_: str, error_type: str | None, error_message: str | None, endpoint: str, as_json: bool) -> None:
    """It did not go well."""
    body: JsonObject = {"error": {"type": error_type, "message": error_message}}
    _answer(lambda api: api.own("POST", _path(id_, "fail"), body), "answered", endpoint, as_json=as_json)


@callback.command("heartbeat")
@click.argument("id_", metavar="ID")
@endpoint_option
@json_option
def heartbeat(*, id_: str, endpoint: str, as_json: bool) -> None:
    """Whoever is to answer is still at work."""
    _answer(lambda api: api.own("POST", _path(id_, "heartbeat"), {}), "heard", endpoint, as_json=as_json)
