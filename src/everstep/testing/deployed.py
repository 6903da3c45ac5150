"""A deployed function, as seen from outside: the calls of the Lambda API that a test makes.

Invoke (Event)  GetDurableExecution  GetDurableExecutionHistory  SendDurableExecutionCallback…
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from everstep.core.events import Event
from everstep.core.limits import PAGE_ITEMS_MAX
from everstep.core.machine.commands import CallbackFailure, CallbackHeartbeat, CallbackSuccess
from everstep.core.model import Arn, ErrorObject, ExecutionStatus
from everstep.core.names import LATEST, parse_function
from everstep.core.wire.errors import encode_error, error_in
from everstep.core.wire.events import decode_event
from everstep.core.wire.fields import Fields, named
from everstep.core.wire.text import dump, load
from everstep.errors import ServiceError
from everstep.sdk.clients.connection import Answer
from everstep.sdk.clients.signed import Asking, SignedCalls
from everstep.sdk.clients.signing import encode
from everstep.testing.errors import DurableFunctionsTestError

_STATUSES = named(ExecutionStatus)
_NOT_FOUND = 404
_EXECUTIONS = "/2025-12-01/durable-executions"
_CALLBACKS = "/2025-12-01/durable-execution-callbacks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An execution, as GetDurableExecution shows it."""

    status: ExecutionStatus
    result: str | None
    error: ErrorObject | None


class Deployed:
    """Calls a service. Raises DurableFunctionsTestError when it refuses, or cannot be reached."""

    def __init__(self, calls: SignedCalls) -> None:
        self._calls = calls

    def start(self, function: str, input_text: str | None, name: str, tenant_id: str | None) -> Arn:
        """Begin an execution. It has a name, so that a call whose answer was lost may be repeated."""
        parsed = parse_function(function)
        # AWS runs durable functions only by a qualified name; without one, callers mean the newest code.
        is_qualified = parsed is None or parsed.qualifier is not None
        headers = {"X-Amz-Invocation-Type": "Event", "X-Amz-Durable-Execution-Name": name}
        if tenant_id is not None:
            headers["X-Amz-Tenant-Id"] = tenant_id
        asking = Asking(
            method="POST",
            path=f"/2015-03-31/functions/{encode(function)}/invocations",
            query=() if is_qualified else (("Qualifier", LATEST),),
            headers=headers,
            body=(input_text or "").encode(),
        )
        answer = self._call(f"{function} cannot be invoked", asking)
        if answer.execution_arn is None:
            raise DurableFunctionsTestError(
                f"{function} is not durable: invoking it began no execution. Its resource needs a DurableConfig"
            )
        return Arn(answer.execution_arn)

    def get(self, arn: Arn) -> Shown | None:
        """The execution; None while there is none, as in the first moments after it was begun."""
        try:
            answer = self._calls.call(ServiceError, Asking(method="GET", path=_of(arn)))
        except ServiceError as error:
            if error.status == _NOT_FOUND:
                return None
            raise _said(f"{arn} cannot be looked at", error) from error
        fields = Fields(load(answer.body))
        return Shown(
            status=fields.need_choice("Status", _STATUSES),
            result=fields.text("Result"),
            error=error_in(fields),
        )

    def events(self, arn: Arn) -> tuple[Event, ...]:
        """The whole history with the execution's data, oldest event first."""
        return tuple(event for page in self._pages(arn) for event in page)

    def answer(self, callback_id: str, answer: CallbackSuccess | CallbackFailure | CallbackHeartbeat) -> None:
        """Answer a callback."""
        match answer:
            case CallbackSuccess(payload=payload):
                act, body = "succeed", (payload or "").encode()
            case CallbackFailure(error=error):
                act, body = "fail", dump(encode_error(error)).encode()
            case CallbackHeartbeat():
                act, body = "heartbeat", b""
            case _:
                assert_never(answer)
        path = f"{_CALLBACKS}/{encode(callback_id)}/{act}"
        self._call(f"the callback {callback_id!r} cannot be answered", Asking(method="POST", path=path, body=body))

    def pause(self, arn: Arn) -> None:
        self._call(f"{arn} cannot be paused", Asking(method="POST", path=_of(arn, "/pause"), body=b"{}"))

    def resume(self, arn: Arn) -> None:
        self._call(f"{arn} cannot be resumed", Asking(method="POST", path=_of(arn, "/resume"), body=b"{}"))

    def close(self) -> None:
        self._calls.close()

    def _pages(self, arn: Arn) -> Iterator[Iterator[Event]]:
        given = (("IncludeExecutionData", "true"), ("MaxItems", str(PAGE_ITEMS_MAX)))
        marker: str | None = None
        while True:
            query = given if marker is None else (*given, ("Marker", marker))
            asking = Asking(method="GET", path=_of(arn, "/history"), query=query)
            page = load(self._call(f"the history of {arn} cannot be read", asking).body)
            members = page if isinstance(page, dict) else {}
            events = members.get("Events")
            yield map(decode_event, events if isinstance(events, list) else [])
            marker = Fields(members).text("NextMarker")
            if not marker:
                return

    def _call(self, but: str, asking: Asking) -> Answer:
        try:
            return self._calls.call(ServiceError, asking)
        except ServiceError as error:
            raise _said(but, error) from error


def _of(arn: Arn, suffix: str = "") -> str:
    return f"{_EXECUTIONS}/{encode(arn)}{suffix}"


def _said(but: str, error: ServiceError) -> DurableFunctionsTestError:
    return DurableFunctionsTestError(f"{but}: {error}")
