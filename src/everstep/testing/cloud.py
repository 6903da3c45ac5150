"""Runs deployed functions, on AWS Lambda or any service that speaks its API, and looks at them as at a local run.

    with DurableFunctionCloudTestRunner("order:live", callbacks={"approval": {"approved": True}}) as runner:
        result = runner.run({"order": 17}, timeout=120)
    assert result.status is InvocationStatus.SUCCEEDED

The body of a test is the same as with `DurableFunctionTestRunner`, and so is the result. What differs follows from
where it happens: time is real, and code that runs elsewhere has no stand-ins.
"""

import asyncio
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self, TypedDict, TypeVar, Unpack
from uuid import uuid4

from everstep.core.events import Event, EventType
from everstep.core.machine.commands import CallbackFailure, CallbackHeartbeat, CallbackSuccess
from everstep.core.model import Arn, ErrorObject, ExecutionStatus, Kind, Millis, Operation, Status
from everstep.core.wire.text import as_payload, dump
from everstep.drawing.timeline import draw
from everstep.sdk.clients.credentials import CredentialsSource
from everstep.sdk.clients.signed import SignedCalls
from everstep.sdk.clients.signing import Credentials
from everstep.sdk.delays import DurationLike, to_seconds
from everstep.testing.answers import Answers
from everstep.testing.deployed import Deployed, Shown
from everstep.testing.errors import DurableFunctionsTestError, StuckError
from everstep.testing.naming import check_names
from everstep.testing.operations import as_tree
from everstep.testing.plan import Plan, as_error_object, check_known
from everstep.testing.result import DurableFunctionTestResult
from everstep.testing.retelling import operations_of
from everstep.testing.waiting import Standing, waits

T = TypeVar("T")

WAIT_SECONDS = 60
"""How long a test waits for something that it sets no time for."""
FIRST_PAUSE_SECONDS = 0.05
"""Between the first two looks; it doubles up to `poll_interval`."""


class CloudOptions(TypedDict, total=False):
    """What a runner can be told beyond the official one; all of it has a default."""

    callbacks: Mapping[str, Any]
    """Answered by name while the test waits, as by the local runner; see `everstep.testing.answers`."""
    allow_unused: bool
    """Whether `callbacks` may name what does not occur."""
    credentials: Credentials | CredentialsSource
    """Who signs the calls. Default: what the environment says."""


class CloudWishes(TypedDict, total=False):
    """What one execution can be told."""

    timeout: DurationLike
    """How long the test waits for its end. Default: one minute."""
    execution_timeout: DurationLike
    """The same: how long an execution may take is deployed with its function."""
    execution_name: str
    """The same as `name`."""
    tenant_id: str


class DurableFunctionCloudTestRunner:
    """A deployed durable function, by its name, `name:qualifier` or ARN; without a qualifier its newest code."""

    def __init__(
        self,
        function_name: str,
        region: str | None = None,
        lambda_endpoint: str | None = None,
        poll_interval: float = 1.0,
        **options: Unpack[CloudOptions],
    ) -> None:
        """Raises ValidationError when neither an endpoint nor a region is known, or no credentials are found.

        What is not given comes from the environment (AWS_REGION, AWS_ENDPOINT_URL_LAMBDA, the usual places for
        credentials). `poll_interval` is the longest pause between two looks, in seconds.
        """
        check_known(options, CloudOptions)
        self.function_name = function_name
        self.poll_interval = poll_interval
        self._deployed = Deployed(SignedCalls(lambda_endpoint, region, options.get("credentials")))
        weakref.finalize(self, self._deployed.close)  # tests may use a runner without `with`, as they may a local one
        self._plan = Plan(callbacks=options.get("callbacks", {}), allow_unused=options.get("allow_unused", False))
        self._answers = Answers(self._plan)
        self._answering = threading.Lock()  # several executions may be waited for at once
        self.results: list[DurableFunctionTestResult] = []
        """Of every execution that was waited for to its end, oldest first."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; executions go on."""
        self._deployed.close()

    # ------------------------------------------------------------------ running
    def run(
        self,
        input: Any = None,  # noqa: A002 - official
        name: str | None = None,
        **wishes: Unpack[CloudWishes],
    ) -> DurableFunctionTestResult:
        """Run an execution with this input, and wait for its end. Raises StuckError when it takes too long."""
        timeout = wishes.get("timeout", wishes.get("execution_timeout", WAIT_SECONDS))
        return self.wait_for_result(self.run_async(input, name, **wishes), to_seconds(timeout, "timeout"))

    async def arun(
        self,
        input: Any = None,  # noqa: A002 - as `run`
        name: str | None = None,
        **wishes: Unpack[CloudWishes],
    ) -> DurableFunctionTestResult:
        """`run` for a test that has an event loop, which goes on meanwhile."""
        return await asyncio.to_thread(partial(self.run, input, name, **wishes))

    def run_async(
        self,
        input: Any = None,  # noqa: A002 - official
        name: str | None = None,
        **wishes: Unpack[CloudWishes],
    ) -> Arn:
        """Begin an execution; its ARN. A name that was used before, with the same input, finds that execution."""
        check_known(wishes, CloudWishes)
        name = name or wishes.get("execution_name") or f"test-{uuid4()}"
        input_text = None if input is None else dump(input)
        return self._deployed.start(self.function_name, input_text, name, wishes.get("tenant_id"))

    def wait_for_result(self, execution_arn: str, timeout: float = WAIT_SECONDS) -> DurableFunctionTestResult:
        """Wait until the execution is closed. Raises StuckError, which says what it waits for, after `timeout` seconds.

        The execution goes on in that case.
        """
        arn = Arn(execution_arn)

        def closed() -> Shown | None:
            shown = self._deployed.get(arn)
            if shown is not None and shown.status.is_closed:
                return shown
            self._give_answers(arn, shown)
            return None

        shown = self._look_until(arn, closed, timeout, "is not closed")
        events = self._deployed.events(arn)
        result = DurableFunctionTestResult(
            arn=arn,
            execution_status=shown.status,
            result=shown.result,
            error=shown.error,
            operations=as_tree(operations_of(events)),
            events=events,
        )
        self.results.append(result)
        check_names(self._plan, result, (one.record for one in result.get_all_operations()))
        return result

    def wait_for_callback(self, execution_arn: str, name: str | None = None, timeout: float = WAIT_SECONDS) -> str:
        """Wait until this callback waits for its answer, and the invocation that made it is over. Its id.

        `name` is that of the callback or of its `wait_for_callback`; None means the newest one. Raises StuckError
        after `timeout` seconds, DurableFunctionsTestError when the execution is closed.
        """
        arn = Arn(execution_arn)
        called = "no callback" if name is None else f"no callback {name!r}"

        def waiting() -> str | None:
            shown = self._deployed.get(arn)
            if shown is None:
                return None
            events = self._deployed.events(arn)
            found = [one for one in open_callbacks(events) if name in (None, one.name, _outer_name(one, events))]
            if not found and shown.status.is_closed:
                drawn = "\n".join(draw(events))
                raise DurableFunctionsTestError(f"{called} waits for an answer: the execution is closed\n\n{drawn}")
            return found[-1 if name is None else 0].callback_id if found else None

        return self._look_until(arn, waiting, timeout, f"has {called} that waits for an answer")

    # ------------------------------------------------------------------ the world outside
    def send_callback_success(self, callback_id: str, result: Any = None) -> None:
        """Answer a callback: text and bytes as they are, every other value as JSON."""
        self._deployed.answer(callback_id, CallbackSuccess(payload=as_payload(result)))

    def send_callback_failure(self, callback_id: str, error: ErrorObject | BaseException | None = None) -> None:
        """Report a failure."""
        self._deployed.answer(callback_id, CallbackFailure(error=as_error_object(error or ErrorObject())))

    def send_callback_heartbeat(self, callback_id: str) -> None:
        """Say that somebody is still at work."""
        self._deployed.answer(callback_id, CallbackHeartbeat())

    def pause_execution(self, execution_arn: str) -> None:
        """Do not invoke the function until `resume_execution`."""
        self._deployed.pause(Arn(execution_arn))

    def resume_execution(self, execution_arn: str) -> None:
        """Let a paused execution go on."""
        self._deployed.resume(Arn(execution_arn))

    def get_execution_history(self, execution_arn: str) -> tuple[Event, ...]:
        """Every event so far, oldest first; also of an execution that was invoked."""
        return self._deployed.events(Arn(execution_arn))

    # ------------------------------------------------------------------ inside
    def _look_until(self, arn: Arn, look: Callable[[], T | None], seconds_max: float, but: str) -> T:
        deadline, pause = time.monotonic() + seconds_max, FIRST_PAUSE_SECONDS
        while True:
            found = look()
            if found is not None:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._stuck(arn, f"{but} after {seconds_max} seconds")
            time.sleep(min(pause, self.poll_interval, left))
            pause *= 2

    def _give_answers(self, arn: Arn, shown: Shown | None) -> None:
        """Answer the callbacks that the plan speaks of, and whose time has come."""
        if shown is None or not self._plan.callbacks:
            return
        events = self._deployed.events(arn)
        contexts = [one for one in operations_of(events) if one.kind is Kind.CONTEXT]
        with self._answering:
            self._answers.note(arn, [*contexts, *open_callbacks(events)])
            while (due := self._answers.next_due()) is not None and due <= _now():
                given = self._answers.take()
                if given is not None:
                    self._give(given[0].callback_id or "", given[1])

    def _give(self, callback_id: str, answer: CallbackSuccess | CallbackFailure) -> None:
        try:
            self._deployed.answer(callback_id, answer)
        except DurableFunctionsTestError:
            return  # it came too late, as answers may

    def _stuck(self, arn: Arn, why: str) -> StuckError:
        shown = self._deployed.get(arn)
        if shown is None:
            return StuckError(f"{arn} {why}: the service knows no such execution")
        events = self._deployed.events(arn)
        standing = Standing(status=shown.status, operations=operations_of(events))
        lines = [f"{arn} {why}; it is {shown.status.value}."]
        if shown.status in (ExecutionStatus.RUNNING, ExecutionStatus.PAUSED):
            lines = [f"{arn} {why}. It waits for:", *(f"  - {line}" for line in waits(standing, _now()))]
        return StuckError("\n".join([*lines, "", *draw(events)]))


def open_callbacks(events: tuple[Event, ...]) -> list[Operation]:
    """The callbacks that wait for an answer, and whose function has nothing more to do with them now."""
    over = max((event.event_id for event in events if event.type is EventType.INVOCATION_COMPLETED), default=0)
    ready = {event.id for event in events if event.type is EventType.CALLBACK_STARTED and event.event_id < over}
    return [
        operation
        for operation in operations_of(events)
        if operation.kind is Kind.CALLBACK and operation.status is Status.STARTED and operation.id in ready
    ]


def _outer_name(callback: Operation, events: tuple[Event, ...]) -> str | None:
    return next((one.name for one in operations_of(events) if one.id == callback.parent_id), None)


def _now() -> Millis:
    return Millis(round(time.time() * 1000))
