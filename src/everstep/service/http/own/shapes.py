"""What our own API answers, as plain JSON: `snake_case`, moments in milliseconds, a member for every fact."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from everstep.core.events import Event
from everstep.core.machine.state import Head, Origin
from everstep.core.model import ErrorObject, ExecutionStatus, Millis, Operation
from everstep.core.sizes import text_bytes
from everstep.core.wire.text import Json, JsonObject, dump, load
from everstep.service.catalogue import Line, Said
from everstep.service.page.bulk import Bulk
from everstep.service.page.feed import Note, NoteKind
from everstep.service.page.page import FunctionView, Workforce
from everstep.service.page.story import Attempt, Imported, Inside, Tree, View

TEXT_CHARS_MAX = 2_000
"""How much of a payload is shown beside everything else."""
MESSAGE_CHARS_MAX = 500


def a_text(text: str | None) -> Json:
    """A payload, or its beginning."""
    if text is None:
        return None
    return {"bytes": text_bytes(text), "text": text[:TEXT_CHARS_MAX], "is_cut": len(text) > TEXT_CHARS_MAX}


def short_error(error: ErrorObject | None) -> Json:
    if error is None:
        return None
    message = error.message[:MESSAGE_CHARS_MAX] if error.message is not None else None
    return {"type": error.type, "message": message}


def whole_error(error: ErrorObject | None) -> Json:
    if error is None:
        return None
    stack: Json = list(error.stack_trace) if error.stack_trace is not None else None
    return {"type": error.type, "message": error.message, "stack_trace": stack, "data": error.data}


def a_wait(operation: Operation) -> JsonObject:
    return {
        "operation_id": operation.id,
        "kind": operation.kind.value,
        "sub_type": operation.sub_type,
        "name": operation.name,
        "until": operation.due_at,
        "callback_id": operation.callback_id,
        "function": operation.invoke.function_name if operation.invoke is not None else None,
        "attempt": operation.attempt,
    }


def _retry(at: Millis) -> JsonObject:
    nothing: JsonObject = dict.fromkeys(("operation_id", "sub_type", "name", "callback_id", "function"))
    return {**nothing, "kind": "INVOCATION", "until": at, "attempt": 0}


def a_line(line: Line, now: Millis, waits: Sequence[Operation] | None = None) -> JsonObject:
    """One execution in a list; `waits` may be more than those that the line has."""
    first: list[Json] = [a_wait(one) for one in (line.first_waits if waits is None else waits)]
    if line.retry_at is not None:
        first.insert(0, _retry(line.retry_at))
    source = line.source
    return {
        "arn": line.arn,
        "name": line.name,
        "function": line.function,
        "version": line.version,
        "status": line.status.value,
        "started_at": line.started_at,
        "ended_at": line.ended_at,
        "duration_ms": (line.ended_at if line.ended_at is not None else max(now, line.started_at)) - line.started_at,
        "waits": {"count": line.waits + (line.retry_at is not None), "first": first} if first else None,
        "error": short_error(line.error),
        "attributes": {key: load(value) for key, value in line.attributes.items()},
        "operations": line.operations,
        "invocations": line.invocations,
        "parent": {"arn": line.parent, "operation_id": None} if line.parent is not None else None,
        "source": {"arn": source.arn, "operation_id": source.operation_id} if source is not None else None,
    }


def by_status(counts: Mapping[ExecutionStatus, int]) -> JsonObject:
    return {status.value: count for status, count in counts.items()}


# --------------------------------------------------------------------------- one execution
def an_execution(view: View, now: Millis, waits: Sequence[Operation], actions: Iterable[str]) -> JsonObject:
    origin, head, tree = view.summary.origin, view.summary.head, view.tree
    pause: Json = None
    if head.pause is not None:
        pause = {
            "requested_at": head.pause.requested_at,
            "reason": head.pause.reason,
            "timeout_paused": head.pause.timeout_paused,
        }
    live = head.invocation
    invocation: Json = None
    if live is not None:
        invocation = {"number": live.number, "phase": live.phase.value, "started_at": live.started_at}
    return {
        **a_line(view.line, now, waits),
        "parent": _parent(origin),
        "function_arn": origin.function_arn,
        "timeout_at": head.timeout_at,
        "expires_at": head.expires_at,
        "retention_days": origin.retention_days,
        "tenant_id": origin.tenant_id,
        "trace_header": origin.trace_header,
        "began_at": origin.began_at,
        "events": head.events,
        "input": a_text(origin.input),
        "result": a_text(head.result),
        "error": whole_error(head.error),
        "pause": pause,
        "invocation": invocation,
        "retry_at": head.invoke_at,
        "counts": {
            "total": len(tree.all),
            "by_status": {status.value: count for status, count in tree.by_status.items()},
            "by_kind": {kind.value: count for kind, count in tree.by_kind.items()},
        },
        "actions": list(actions),
        "imported": None if view.imported is None else an_import(view.imported),
    }


def an_import(imported: Imported) -> JsonObject:
    return {"at": imported.at, "arn": imported.arn, "until": imported.until}


def _parent(origin: Origin) -> Json:
    return None if origin.parent is None else {"arn": origin.parent.arn, "operation_id": origin.parent.operation_id}


def an_operation(operation: Operation, tree: Tree, attempts: Sequence[Attempt], copied: int) -> JsonObject:
    callback, wait, invoke = operation.callback, operation.wait_seconds, operation.invoke
    inside = tree.inside(operation)
    return {
        "id": operation.id,
        "parent_id": operation.parent_id,
        "kind": operation.kind.value,
        "sub_type": operation.sub_type,
        "name": operation.name,
        "status": operation.status.value,
        "started_at": operation.started_at,
        "ended_at": operation.ended_at,
        "number": operation.seq,
        "until": operation.due_at,
        "attempts": [_attempt(each) for each in attempts],
        "error": short_error(operation.error),
        "input_bytes": text_bytes(operation.input),
        "result_bytes": text_bytes(operation.result),
        "callback": None
        if callback is None
        else {
            "id": operation.callback_id,
            "timeout_seconds": callback.timeout_seconds,
            "heartbeat_timeout_seconds": callback.heartbeat_timeout_seconds,
            "expires_at": operation.expires_at,
        },
        "invoke": None if invoke is None else {"function": invoke.function_name, "arn": operation.child_arn},
        "wait": None if wait is None else {"seconds": wait, "ends_at": operation.wait_ends_at},
        "is_copied": operation.seq <= copied,
        "inside": None if inside is None else _inside(inside),
    }


def _attempt(attempt: Attempt) -> JsonObject:
    return {
        "number": attempt.number,
        "status": attempt.status.value,
        "started_at": attempt.started_at,
        "ended_at": attempt.ended_at,
        "error": short_error(attempt.error),
        "retry_at": attempt.retry_at,
    }


def _inside(inside: Inside) -> JsonObject:
    return {
        "children": inside.children,
        "total": inside.total,
        "by_status": {status.value: count for status, count in inside.by_status.items()},
        "started_at": inside.started_at,
        "ended_at": inside.ended_at,
        "failed": inside.failed,
    }


def invocations(events: Sequence[Event], head: Head, version: str) -> list[JsonObject]:
    """Those that are over, and the one that is not."""
    first = head.invocations - len(events) - (head.invocation is not None)
    found: list[JsonObject] = [
        {
            "number": first + index,
            "request_id": event.request_id,
            "started_at": event.invocation_started_at,
            "ended_at": event.invocation_ended_at,
            "status": "COMPLETED" if event.error is None else "FAILED",
            "error": short_error(event.error),
            "version": version,
        }
        for index, event in enumerate(events, 1)
    ]
    live = head.invocation
    if live is not None:
        found.append(
            {
                "number": live.number,
                "request_id": live.id or None,
                "started_at": live.started_at,
                "ended_at": None,
                "status": live.phase.value,
                "error": None,
                "version": version,
            }
        )
    return found


def a_saying(number: int, said: Said) -> JsonObject:
    return {
        "number": number,
        "at": said.at,
        "level": said.level,
        "message": said.message,
        "operation_id": said.operation_id,
        "operation_name": said.operation_name,
        "attempt": said.attempt,
        "stream": said.stream,
        "request_id": said.request_id,
        "fields": load(said.fields) if said.fields is not None else None,
    }


# --------------------------------------------------------------------------- functions, bulk, stream
def a_function(view: FunctionView, now: Millis) -> JsonObject:
    config, took = view.config, sorted(line.ended_at - line.started_at for line in view.recent if line.ended_at)
    failed = sum(line.status in (ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT) for line in view.recent)
    return {
        "name": view.name,
        "is_known": config is not None,
        "is_durable": config.is_durable if config is not None else None,
        "timeout_seconds": config.timeout_seconds if config is not None else None,
        "execution_timeout_seconds": config.execution_timeout_seconds if config is not None else None,
        "retention_days": config.retention_days if config is not None else None,
        "app": view.workforce.app if view.workforce is not None else None,
        "workers": _workers(view.workforce) if view.workforce is not None else None,
        "input": cast("Json", view.workforce.inputs.get(view.name)) if view.workforce is not None else None,
        "by_status": {count.status.value: count.count for count in view.counts},
        "last_started_at": max((count.last_started_at for count in view.counts), default=None),
        "recent": {
            "count": len(view.recent),
            "failed": failed,
            "median_ms": round(statistics.median(took)) if took else None,
            "p95_ms": took[min(len(took) - 1, len(took) * 95 // 100)] if took else None,
        },
        "failures": [a_line(line, now) for line in view.failures],
    }


def _workers(workforce: Workforce) -> JsonObject:
    reloaded_at = None if workforce.reloaded_at is None else round(workforce.reloaded_at * 1000)
    return {
        "idle": workforce.idle,
        "busy": workforce.busy,
        "max": workforce.max,
        "generation": workforce.generation,
        "reloaded_at": reloaded_at,
        "problem": workforce.problem,
    }


def a_bulk(bulk: Bulk) -> JsonObject:
    return {
        "id": bulk.id,
        "action": bulk.action.value,
        "total": bulk.total,
        "done": bulk.done,
        "refused": bulk.refused,
        "is_over": bulk.is_over,
        "errors": [{"arn": arn, "message": message} for arn, message in bulk.errors],
    }


def a_note(note: Note, name: str, function: str) -> JsonObject:
    if note.kind is NoteKind.LOG:
        return {"arn": note.arn, "number": note.number}
    return {
        "arn": note.arn,
        "name": name,
        "function": function,
        "status": note.status.value if note.status is not None else None,
        "at": note.at,
        "events": note.events,
        "operations": note.operations,
    }


def sent_event(event: str, data: JsonObject, id_: str | None = None) -> bytes:
    """One event of a text/event-stream."""
    named = f"id: {id_}\n" if id_ is not None else ""
    return f"{named}event: {event}\ndata: {dump(data)}\n\n".encode()
