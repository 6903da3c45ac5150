"""Limits, exactly at their edge."""

import pytest

from everstep.core.limits import LIMITS, Limits
from everstep.core.model import Action, ErrorObject, ExecutionStatus
from tests.core.machine.factories import a_wait, an_end, an_origin, an_update
from tests.core.machine.life import Life, live

KIB_256 = 262_144


def with_limits(**limits: int) -> Life:
    return live(limits=Limits(**limits))


# --------------------------------------------------------------------------- operations
def test_the_last_operation_of_the_quota_is_accepted_and_the_next_one_refused() -> None:
    life = with_limits(operations_max=3)
    life.save(an_update(Action.START), a_wait())
    message = "An execution cannot have more than 3 operations."
    assert life.refusal_to_save(an_update(Action.START, "c"), an_update(Action.START, "d")) == message
    life.save(an_update(Action.SUCCEED, "c"))
    assert life.refusal_to_save(a_wait(id_="d")) == message


def test_known_operations_go_on_when_the_quota_is_used_up() -> None:
    life = with_limits(operations_max=1)
    life.save(an_update(Action.START))
    life.save(an_update(Action.RETRY))
    life.pass_time(seconds=5)
    life.save(an_update(Action.START), an_update(Action.SUCCEED), an_end())
    assert life.head.status is ExecutionStatus.SUCCEEDED


def test_the_documented_quota_is_the_default() -> None:
    life = live()
    for start in range(0, 3_000, 250):
        life.save(*(an_update(Action.SUCCEED, f"step-{start + number}") for number in range(250)))
    assert life.refusal_to_save(an_update(Action.START)) == "An execution cannot have more than 3000 operations."


# --------------------------------------------------------------------------- sizes are UTF-8 bytes
@pytest.mark.parametrize("largest", ["x" * KIB_256, "ü" * (KIB_256 // 2), "😀" * (KIB_256 // 4), "\ud800" * 87_381])
@pytest.mark.parametrize("action", [Action.SUCCEED, Action.RETRY])
def test_a_step_s_payload_is_measured_in_bytes(largest: str, action: Action) -> None:
    message = "STEP output payload size must be less than or equal to 262144 bytes."
    life = live()
    assert life.refusal_to_save(an_update(action, payload=largest + "xx")) == message
    life.save(an_update(action, payload=largest))
    assert life.operation("a").result == largest


def test_an_error_is_measured_with_all_its_texts() -> None:
    life = live()
    quarter = "ü" * (KIB_256 // 8)
    largest = ErrorObject(message=quarter, type=quarter, data=quarter, stack_trace=(quarter[1:], "xx"))
    larger = ErrorObject(message=quarter, type=quarter, data=quarter, stack_trace=(quarter[1:], "xx", "x"))
    message = "Error object size must be less than or equal to 262144 bytes."
    assert life.refusal_to_save(an_update(Action.FAIL, error=larger)) == message
    life.save(an_update(Action.FAIL, error=largest))
    assert life.operation("a").error == largest


@pytest.mark.parametrize(("is_async", "limit"), [(False, 6_291_456), (True, 1_048_576)])
def test_the_result_of_an_execution_is_measured_in_bytes(is_async: bool, limit: int) -> None:
    life = live(an_origin(is_async=is_async))
    largest = "ü" * (limit // 2)
    message = f"Execution output payload size must be less than or equal to {limit} bytes."
    assert life.refusal_to_save(an_end(payload=largest + "x")) == message
    life.save(an_end(payload=largest))
    assert life.head.result == largest


def test_limits_can_be_set() -> None:
    life = with_limits(step_payload_bytes_max=1_048_576, error_bytes_max=1_048_576)
    life.save(an_update(Action.SUCCEED, payload="x" * 1_048_576))
    message = "Error object size must be less than or equal to 1048576 bytes."
    assert life.refusal_to_save(an_update(Action.FAIL, "b", error=ErrorObject(data="x" * 1_048_577))) == message


# --------------------------------------------------------------------------- bytes over a lifetime
def test_everything_that_is_written_counts_against_the_quota() -> None:
    life = with_limits(written_bytes_max=10)
    life.save(an_update(Action.START), an_update(Action.RETRY, payload="üü"))
    assert life.head.written_bytes == 4
    life.save(an_update(Action.FAIL, "b", error=ErrorObject(type="E", message="xx")))
    assert life.head.written_bytes == 7
    message = "An execution cannot write more than 10 bytes."
    assert life.refusal_to_save(an_update(Action.SUCCEED, "c", payload="xxxx")) == message
    assert life.refusal_to_save(
        an_update(Action.SUCCEED, "c", payload="xx"), an_update(Action.SUCCEED, "d", payload="xx")
    ) == (message)
    life.save(an_update(Action.SUCCEED, "c", payload="xxx"))
    assert life.head.written_bytes == 10


def test_an_execution_that_wrote_all_it_may_can_still_finish() -> None:
    life = with_limits(written_bytes_max=3)
    life.save(an_update(Action.SUCCEED, payload="xxx"), a_wait(wait_seconds=1))
    life.suspend()
    life.pass_time(seconds=1)
    life.begin()
    life.succeed('"done"')
    assert life.head.status is ExecutionStatus.SUCCEEDED


def test_the_defaults_are_the_documented_ones() -> None:
    assert (LIMITS.operations_max, LIMITS.written_bytes_max) == (3_000, 100_000_000)
    assert (LIMITS.step_payload_bytes_max, LIMITS.error_bytes_max) == (KIB_256, KIB_256)
    assert (LIMITS.sync_output_bytes_max, LIMITS.async_output_bytes_max) == (6_291_456, 1_048_576)
