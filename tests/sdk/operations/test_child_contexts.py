"""Child contexts, in both drivers: rooms for operations, with one result that stands for all of them."""

from typing import Any

from everstep import ChildConfig, ChildContextError, RetryPresets, StepConfig, StepContext
from everstep.core.limits import CONTEXT_RESULT_BYTES_MAX
from everstep.core.model import ExecutionStatus, Kind
from tests.sdk.operations.stories import Story, like, seven, told_by_both, value_of

GIVE_UP = StepConfig(retry_strategy=RetryPresets.none())
LARGE = CONTEXT_RESULT_BYTES_MAX


def decline(step: StepContext) -> None:
    raise ValueError("declined")


def test_a_child_is_recorded_with_what_happens_inside_and_is_not_entered_again() -> None:
    entered: list[str] = []

    def plot(event: Any, context: Any) -> Story:
        def room(room: Any) -> Story:
            entered.append("entered")
            return (yield room.step(seven, "inner"))

        first = yield context.run_in_child_context(like(context, room), "room")
        yield context.wait(60, "night")
        return first + (yield context.step(seven, "last"))

    played = told_by_both(plot)
    assert played.value == 14
    assert played.invocations == 2
    assert len(entered) == 4, "once in each of the four tellings"
    assert played.named("inner").parent_id == played.named("room").id
    assert played.told("room") == ["START", "SUCCEED"]


def test_a_child_that_suspends_goes_on_inside() -> None:
    def plot(event: Any, context: Any) -> Story:
        def room(room: Any) -> Story:
            first = yield room.step(seven, "before")
            yield room.wait(60, "night")
            return first + (yield room.step(seven, "after"))

        return (yield context.run_in_child_context(like(context, room), "room"))

    played = told_by_both(plot)
    assert played.value == 14
    assert [played.told(name) for name in ("room", "before", "after")] == [["START", "SUCCEED"]] * 3


def test_children_stand_in_children() -> None:
    def plot(event: Any, context: Any) -> Story:
        def inner(room: Any) -> Story:
            return (yield room.step(seven, "deep"))

        def outer(room: Any) -> Story:
            first = yield room.run_in_child_context(like(room, inner), "first")
            return [first, (yield room.run_in_child_context(like(room, inner), "second"))]

        return (yield context.run_in_child_context(like(context, outer), "outer"))

    assert value_of(plot) == [7, 7]


def test_a_childs_failure_is_the_same_error_at_once_and_on_replay() -> None:
    def plot(event: Any, context: Any) -> Story:
        def room(room: Any) -> Story:
            yield room.step(decline, "decline", GIVE_UP)

        try:
            yield context.run_in_child_context(like(context, room), "room")
        except ChildContextError as error:
            yield context.wait(60)
            return [error.error_type, error.message]

    assert value_of(plot) == ["everstep.errors.StepError", "declined"]


def test_a_failure_that_nobody_catches_fails_the_execution() -> None:
    def plot(event: Any, context: Any) -> Story:
        def room(room: Any) -> Story:
            yield room.step(seven)
            raise LookupError("no such order")

        yield context.run_in_child_context(like(context, room), "room")

    played = told_by_both(plot)
    assert played.status is ExecutionStatus.FAILED
    assert played.error is not None
    assert (played.error.type, played.error.message) == ("everstep.errors.ChildContextError", "no such order")


def test_a_virtual_child_leaves_its_operations_and_no_record_of_itself() -> None:
    def plot(event: Any, context: Any) -> Story:
        def room(room: Any) -> Story:
            first = yield room.step(seven, "inner")
            yield room.wait(60, "night")
            return first

        first = yield context.run_in_child_context(like(context, room), "room", ChildConfig(is_virtual=True))
        return first + (yield context.step(seven, "outer"))

    played = told_by_both(plot)
    assert played.value == 14
    assert [operation.kind for operation in played.operations.values()].count(Kind.CONTEXT) == 0
    assert played.named("inner").parent_id is None
    assert played.named("inner").id != played.named("outer").id


def test_a_virtual_childs_failure_is_a_childs_failure() -> None:
    def plot(event: Any, context: Any) -> Story:
        def room(room: Any) -> Story:
            yield room.step(seven)
            raise LookupError("no such order")

        try:
            yield context.run_in_child_context(like(context, room), "room", ChildConfig(is_virtual=True))
        except ChildContextError as error:
            yield context.wait(60)
            return [error.error_type, error.message]

    assert value_of(plot) == ["LookupError", "no such order"]


def test_a_result_too_large_to_keep_is_made_again_from_the_history() -> None:
    ran: list[int] = []

    def plot(event: Any, context: Any) -> Story:
        def room(room: Any) -> Story:
            def count(step: StepContext) -> int:
                ran.append(1)
                return LARGE

            return "x" * (yield room.step(count, "count"))

        text = yield context.run_in_child_context(
            like(context, room), "room", ChildConfig(summary_generator=lambda text: f"{len(text)} letters")
        )
        yield context.wait(60, "night")
        return len(text)

    played = told_by_both(plot)
    assert played.value == LARGE
    room = played.named("room")
    assert (room.replay_children, room.result) == (True, f"{LARGE} letters")
    assert len(ran) == 4, "the step inside ran once in each telling"
    assert played.told("room") == ["START", "SUCCEED"], "a replay writes nothing"


def test_an_author_may_choose_the_exception_that_a_failed_child_raises() -> None:
    def plot(event: Any, context: Any) -> Story:
        def room(room: Any) -> Story:
            yield room.step(seven)
            raise LookupError("no such order")

        config: ChildConfig[Any] = ChildConfig(error_mapper=lambda failure: KeyError(failure.error_type))
        caught = []
        for _ in range(2):
            try:
                yield context.run_in_child_context(like(context, room), "room", config)
            except KeyError as error:
                caught.append(str(error))
            yield context.wait(60)
        return caught

    assert value_of(plot) == ["'LookupError'", "'LookupError'"]
