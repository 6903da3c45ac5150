"""The cloud runner against a real service with real workers, which is what AWS is to it."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from everstep.cli.workers import hosting
from everstep.core.messages import InvocationStatus
from everstep.core.model import ExecutionStatus, Kind, Status
from everstep.errors import ValidationError
from everstep.sdk.clients.signing import Credentials
from everstep.service.app import Settings, running
from everstep.testing import (
    DurableFunctionCloudTestRunner,
    DurableFunctionsTestError,
    DurableFunctionTestResult,
    DurableFunctionTestRunner,
    StuckError,
)
from everstep.testing.operations import TestedOperation
from everstep.testing.reporting import timelines
from tests.testing import deployed_app

APP = Path(__file__).with_name("deployed_app.py")
NOBODY = "http://127.0.0.1:9"


@contextmanager
def serving() -> Iterator[str]:
    """A service and its workers, in a thread of their own; its endpoint."""
    begun: list[str] = []
    ready = threading.Event()
    end = asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def main() -> None:
        loops.append(asyncio.get_running_loop())
        async with running(Settings(port=0), hosting([str(APP)], as_json=True, reload=False)) as service:
            begun.append(service.endpoint)
            ready.set()
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    try:
        assert ready.wait(60)
        yield begun[0]
    finally:
        loops[0].call_soon_threadsafe(end.set)
        thread.join(60)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with serving() as url:
        yield url


def deployed(endpoint: str, function: str, **options: Any) -> DurableFunctionCloudTestRunner:
    return DurableFunctionCloudTestRunner(function, lambda_endpoint=endpoint, poll_interval=0.2, **options)


# --------------------------------------------------------------------------- the same test, here and there
ANSWERS = {"approval": {"ok": True}, "stamp": "blue"}


def an_order_is_shipped(
    runner: DurableFunctionTestRunner | DurableFunctionCloudTestRunner,
) -> DurableFunctionTestResult:
    """A test body that does not know where it runs."""
    with runner:
        result = runner.run({"n": 8})
    assert result.status is InvocationStatus.SUCCEEDED
    assert result.value == [{"receipt": 17}, '{"ok":true}', "blue", [10, 20], 7]
    assert result.get_step("charge").attempt == 2
    assert result.get_wait("cool down").duration_seconds is not None
    assert [one.status for one in result.get_context("all").find(kind=Kind.STEP)] == [Status.SUCCEEDED] * 2
    assert result.get_callback("approval").value == {"ok": True}
    assert result.get_invoke("stock").value == 7
    assert "step charge" in result.timeline()
    return result


def an_answer_by_hand(runner: DurableFunctionTestRunner | DurableFunctionCloudTestRunner) -> DurableFunctionTestResult:
    arn = runner.run_async()
    runner.send_callback_heartbeat(runner.wait_for_callback(arn))
    runner.send_callback_failure(runner.wait_for_callback(arn, "approval"), PermissionError("no"))
    result = runner.wait_for_result(arn)
    assert result.error is not None
    assert (result.execution_status, result.error.message) == (ExecutionStatus.FAILED, "no")
    with pytest.raises(DurableFunctionsTestError, match="no callback waits for an answer: the execution is closed"):
        runner.wait_for_callback(arn)
    return result


def told(result: DurableFunctionTestResult) -> Any:
    """What is comparable of two runs in different worlds: everything but moments, ARNs and stack traces."""

    def shown(operation: TestedOperation) -> Any:
        return (
            operation.id,
            operation.kind,
            str(operation.sub_type),
            operation.name,
            operation.status,
            operation.attempt,
            operation.result,
            operation.error and (operation.error.type, operation.error.message),
            operation.record.seq,
            operation.record.wait_seconds,
            operation.record.callback,
            operation.invoke,
            operation.input_payload,
            [shown(child) for child in operation.child_operations],
        )

    error = result.error and (result.error.type, result.error.message)
    return result.execution_status, result.result, error, [shown(one) for one in result.operations]


def test_the_same_test_passes_here_and_there_with_equal_results(endpoint: str) -> None:
    local = DurableFunctionTestRunner(deployed_app.order, callbacks=ANSWERS)
    local.register_durable_function("stock", deployed_app.stock)
    here = an_order_is_shipped(local)
    there = an_order_is_shipped(deployed(endpoint, "order", callbacks=ANSWERS))
    assert told(there) == told(here)
    assert [event.type for event in there.events] == [event.type for event in here.events]
    assert there.invocations == here.invocations


def test_so_does_one_that_answers_by_hand(endpoint: str) -> None:
    here = an_answer_by_hand(DurableFunctionTestRunner(deployed_app.refused))
    there = an_answer_by_hand(deployed(endpoint, "refused:$LATEST"))
    assert told(there) == told(here)


# --------------------------------------------------------------------------- what only the cloud has
def test_a_test_that_waited_long_enough_is_told_what_the_execution_waits_for(endpoint: str) -> None:
    runner = deployed(endpoint, "refused")
    with pytest.raises(StuckError) as raised:
        runner.run(timeout=1)
    message = str(raised.value)
    assert "is not closed after 1 seconds. It waits for:" in message
    assert "nobody answers the callback id" in message
    assert "and it has no timeout" in message
    assert "step fine" in message, "the timeline is there"
    with pytest.raises(StuckError, match=r"wait 'long': is over at .* \(in 59 min"):
        deployed(endpoint, "sleeper").run(timeout=1)
    with pytest.raises(StuckError, match="no callback 'stamp' that waits"):
        runner.wait_for_callback(runner.run_async(), "stamp", timeout=0.2)


def test_a_history_is_read_page_by_page(endpoint: str) -> None:
    result = deployed(endpoint, "many").run({"steps": 600})
    assert len(result.operations) == 600
    assert [event.event_id for event in result.events] == list(range(1, len(result.events) + 1))
    assert len(result.events) > 1000, "more than a page"


def test_a_name_finds_the_execution_that_bears_it(endpoint: str) -> None:
    runner = deployed(endpoint, "stock")
    first, again = runner.run({"n": 3}, "once"), runner.run({"n": 3}, execution_name="once")
    assert (first.value, first.arn) == (2, again.arn)
    assert runner.run({"n": 3}).arn != runner.run({"n": 3}).arn
    assert [result.arn for result in runner.results][:2] == [first.arn] * 2
    assert timelines([runner])[0] == (f"durable execution {first.arn}", first.timeline())


def test_a_test_with_a_loop_may_await_several_runs_at_once(endpoint: str) -> None:
    async def test() -> list[Any]:
        async with deployed(endpoint, "refused", callbacks={"approval": "yes"}) as runner:
            return [result.value for result in await asyncio.gather(*(runner.arun() for _ in range(3)))]

    assert asyncio.run(test()) == ["yes"] * 3


def test_an_execution_is_paused_and_goes_on(endpoint: str) -> None:
    runner = deployed(endpoint, "refused")
    arn = runner.run_async()
    callback_id = runner.wait_for_callback(arn)
    runner.pause_execution(arn)
    with pytest.raises(StuckError, match="somebody to resume it: it is paused"):
        runner.wait_for_result(arn, timeout=0.5)
    runner.send_callback_success(callback_id, "on")
    runner.resume_execution(arn)
    assert runner.wait_for_result(arn).value == "on"
    assert runner.get_execution_history(arn)[-1].result == '"on"'


def test_an_answer_may_take_its_time(endpoint: str) -> None:
    result = deployed(endpoint, "refused", callbacks={"approval": (1, "late")}).run()
    assert (result.value, result.duration_seconds >= 1) == ("late", True)


# --------------------------------------------------------------------------- mistakes
def test_what_cannot_be_run_is_explained(endpoint: str) -> None:
    with pytest.raises(DurableFunctionsTestError, match=r"nobody cannot be invoked: .*ResourceNotFoundException"):
        deployed(endpoint, "nobody").run_async()
    with pytest.raises(DurableFunctionsTestError, match="the callback 'bm8=' cannot be answered"):
        deployed(endpoint, "order").send_callback_success("bm8=")
    with pytest.raises(TypeError, match="there is no option tiemout; there are timeout"):
        deployed(endpoint, "order").run(tiemout=3)  # type: ignore[call-arg]  # the mistake that is meant
    unknown = "arn:aws:lambda:us-east-1:000000000000:function:order:$LATEST/durable-execution/no/body"
    with pytest.raises(StuckError, match="the service knows no such execution"):
        deployed(endpoint, "order").wait_for_result(unknown, timeout=0.1)


def test_a_service_that_is_not_there_is_named() -> None:
    began = time.monotonic()
    with pytest.raises(DurableFunctionsTestError, match=r"order cannot be invoked: .*no answer from http://127"):
        deployed(NOBODY, "order").run_async()
    assert time.monotonic() - began < 30


def test_aws_needs_a_region(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_LAMBDA", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    keys = Credentials(access_key="AKID", secret_key="secret")
    with pytest.raises(ValidationError, match="AWS_REGION"):
        DurableFunctionCloudTestRunner("order", credentials=keys)
    DurableFunctionCloudTestRunner("order", "eu-west-1", credentials=keys)
