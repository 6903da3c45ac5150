"""What happens when progress cannot be saved, in both drivers."""

from collections.abc import Generator
from typing import Any

import pytest

from everstep import InvocationError, RetryableSerDesError, SerDes, StepConfig, StepContext, StepSemantics
from everstep.core.limits import ERROR_BYTES_MAX, OUTPUT_BYTES_MAX
from everstep.core.messages import CheckpointRequest, InvocationStatus
from everstep.core.model import Kind
from everstep.core.refusal import Code
from everstep.core.sizes import error_bytes
from everstep.errors import CheckpointError
from everstep.sdk.clients.verdict import refused
from tests.sdk.drive.fake_service import Before, FakeService
from tests.sdk.drive.plots import Plot, Telling, both_drivers

Story = Generator[Any, Any, Any]

STALE = refused(
    CheckpointError, code=Code.INVALID_PARAMETER.value, status=400, message="Invalid checkpoint token: used"
)
TOO_LARGE = refused(
    CheckpointError, code=Code.INVALID_PARAMETER.value, status=400, message="STEP output payload size must be less"
)
KEY_GONE = refused(CheckpointError, code="KMSDisabledException", status=502, message="the key is disabled")
BUSY = refused(CheckpointError, code=Code.TOO_MANY.value, status=429, message="slow down")
BROKEN = refused(CheckpointError, code=Code.SERVICE.value, status=500, message="our fault")
UNREACHABLE = CheckpointError("could not save progress: timed out")


def after_first(error: Exception) -> Before:
    """Refuse whatever comes after the step of this name."""

    def before(request: CheckpointRequest) -> None:
        if any(update.name != "first" for update in request.updates):
            raise error

    return before


def seven(step: StepContext) -> int:
    return 7


def two_steps(event: Any, context: Any) -> Story:
    yield context.step(seven, "first")
    yield context.step(seven, "second")
    return "done"


def two_steps_whatever_happens(event: Any, context: Any) -> Story:
    for name in ("first", "second", "third"):
        try:
            yield context.step(seven, name)
        except Exception:
            continue
    return "done"


both_authors = pytest.mark.parametrize("plot", [two_steps, two_steps_whatever_happens])


@both_drivers
@both_authors
@pytest.mark.parametrize("error", [STALE, BUSY, BROKEN, UNREACHABLE], ids=lambda error: str(error)[:40])
def test_what_another_invocation_may_mend_leaves_the_function(
    told: Telling, plot: Plot, error: CheckpointError
) -> None:
    service = FakeService(before=after_first(error))
    with pytest.raises(CheckpointError) as raised:
        service.invoke(told(plot))
    assert raised.value is error
    assert service.told == ["STEP START first", "STEP SUCCEED first"]


@both_drivers
@both_authors
@pytest.mark.parametrize("error", [TOO_LARGE, KEY_GONE], ids=lambda error: str(error)[:40])
def test_what_no_invocation_can_mend_fails_the_execution(told: Telling, plot: Plot, error: CheckpointError) -> None:
    """Known from another SDK: an oversize payload was retried without end."""
    service = FakeService(before=after_first(error))
    output = service.invoke(told(plot))
    assert output.status is InvocationStatus.FAILED
    assert output.error is not None
    assert output.error.message == str(error)
    assert output.error.type == "everstep.errors.CheckpointError"
    assert service.told == ["STEP START first", "STEP SUCCEED first"]


@both_drivers
@both_authors
def test_a_client_that_lets_its_own_exceptions_out_leaves_nobody_waiting(told: Telling, plot: Plot) -> None:
    service = FakeService(before=after_first(OSError("broken pipe")))
    with pytest.raises(InvocationError, match="OSError: broken pipe"):
        service.invoke(told(plot))


# --------------------------------------------------------------------------- the right to write is taken away
@both_drivers
@both_authors
@pytest.mark.parametrize("is_local", [True, False])
def test_a_revoked_invocation_answers_pending_and_saves_nothing_more(told: Telling, plot: Plot, is_local: bool) -> None:
    service, function = FakeService(revokes="STEP SUCCEED first", is_local=is_local), told(plot)
    assert service.invoke(function).status is InvocationStatus.PENDING
    assert service.told == ["STEP START first", "STEP SUCCEED first"]
    assert service.invoke(function).result == '"done"', "what was saved counts"
    assert service.told.count("STEP SUCCEED first") == 1


@both_drivers
def test_a_failed_step_of_a_revoked_invocation_raises_nothing_at_the_author(told: Telling) -> None:
    """The reply that revokes may name no operations, so nobody can say how the step stands."""
    seen: list[Exception] = []

    def decline(step: StepContext) -> None:
        raise ValueError("declined")

    def plot(event: Any, context: Any) -> Story:
        try:
            yield context.step(decline, "charge")
        except Exception as error:
            seen.append(error)

    service = FakeService(revokes="STEP RETRY charge")
    assert service.invoke(told(plot)).status is InvocationStatus.PENDING
    assert seen == []


@both_drivers
def test_an_at_most_once_body_does_not_run_after_the_right_to_write_is_gone(told: Telling) -> None:
    ran: list[str] = []

    def plot(event: Any, context: Any) -> Story:
        once = StepConfig(step_semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY)
        yield context.step(lambda step: ran.append("ran"), "once", once)

    assert FakeService(revokes="STEP START once").invoke(told(plot)).status is InvocationStatus.PENDING
    assert ran == []


@both_drivers
def test_an_at_most_once_body_does_not_run_when_its_start_cannot_be_saved(told: Telling) -> None:
    ran: list[str] = []

    def plot(event: Any, context: Any) -> Story:
        once = StepConfig(step_semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY)
        yield context.step(lambda step: ran.append("ran"), "once", once)

    with pytest.raises(CheckpointError):
        FakeService(before=after_first(BROKEN)).invoke(told(plot))
    assert ran == []


# --------------------------------------------------------------------------- the end itself
def large(event: Any, context: Any) -> Story:
    yield context.step(seven, "first")
    return "é" * (OUTPUT_BYTES_MAX // 2)


def large_error(event: Any, context: Any) -> Story:
    yield context.step(seven, "first")
    raise ValueError("é" * (OUTPUT_BYTES_MAX // 2))


@both_drivers
@pytest.mark.parametrize("revokes", [None, "EXECUTION SUCCEED"], ids=["token", "no token"])
def test_a_large_result_is_saved_and_then_not_returned(told: Telling, revokes: str | None) -> None:
    service = FakeService(revokes=revokes)
    output = service.invoke(told(large))
    assert (output.status, output.result, output.error) == (InvocationStatus.SUCCEEDED, "", None)
    assert service.batches[-1] == ["EXECUTION SUCCEED"]
    assert service.updates[-1].payload == '"' + "é" * (OUTPUT_BYTES_MAX // 2) + '"'


@both_drivers
def test_a_large_error_is_cut_and_returned(told: Telling) -> None:
    service = FakeService()
    output = service.invoke(told(large_error))
    assert output.status is InvocationStatus.FAILED
    assert error_bytes(output.error) <= ERROR_BYTES_MAX
    assert service.batches[-1] == ["STEP START first", "STEP SUCCEED first"]


@both_drivers
def test_an_end_that_the_service_refuses_for_good_fails_the_execution(told: Telling) -> None:
    output = FakeService(before=after_first(TOO_LARGE)).invoke(told(large))
    assert output.status is InvocationStatus.FAILED
    assert output.error is not None
    assert output.error.message == str(TOO_LARGE)


@both_drivers
def test_an_end_that_could_not_be_saved_now_is_tried_again(told: Telling) -> None:
    with pytest.raises(CheckpointError) as raised:
        FakeService(before=after_first(STALE)).invoke(told(large))
    assert raised.value is STALE


# --------------------------------------------------------------------------- errors that end the invocation
@both_drivers
def test_code_that_left_its_history_fails_even_if_the_author_catches_it(told: Telling) -> None:
    """Else the `except` meant for a declined charge would book a refund because the code was changed."""
    refunds: list[str] = []

    def before(event: Any, context: Any) -> Story:
        yield context.wait(1, "pause")
        return None

    def after(event: Any, context: Any) -> Story:
        try:
            yield context.step(seven, "charge")
        except Exception:
            yield context.step(lambda step: refunds.append("refund"), "refund")
        return "done"

    service = FakeService()
    service.invoke(told(before))
    service.let_time_pass()
    output = service.invoke(told(after))
    assert output.status is InvocationStatus.FAILED
    assert output.error is not None
    assert output.error.type == "everstep.errors.NonDeterministicExecutionError"
    assert "its type was 'WAIT' and is now 'STEP'" in (output.error.message or "")
    assert (refunds, service.told) == ([], ["WAIT START pause"])


class Busy(SerDes[Any]):
    """A serializer whose key service is not there."""

    def serialize(self, value: Any, serdes_context: object) -> str:
        raise RetryableSerDesError("the key service does not answer")

    def deserialize(self, data: str, serdes_context: object) -> Any:
        raise AssertionError("nothing was written")


@both_drivers
def test_a_serializer_that_may_work_later_has_the_invocation_tried_again(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Story:
        try:
            yield context.step(seven, "sealed", StepConfig(serdes=Busy()))
        except Exception:
            yield context.step(seven, "open")
        return "done"

    service = FakeService(is_local=True)
    with pytest.raises(RetryableSerDesError):
        service.invoke(told(plot))
    assert [update for update in service.updates if update.kind is Kind.STEP] == []
