"""The life of a chained invoke: whom it calls, what is owed for that, and how it ends."""

from itertools import product

import pytest

from everstep.core.limits import LIMITS, Limits
from everstep.core.machine.commands import Checkpoint, ChildEnded, Target
from everstep.core.machine.delta import CallFunction, NotifyParent, StartChild
from everstep.core.machine.state import Origin, Parent
from everstep.core.messages import CheckpointReply, CheckpointRequest
from everstep.core.model import Action, ErrorObject, ExecutionStatus, InvokeOptions, Kind, OperationId, Status, Update
from everstep.core.names import parse_arn
from tests.core.machine.factories import an_error, an_execution, an_operation, an_origin, an_update
from tests.core.machine.life import Life, live
from tests.core.machine.moves import refusal

HOME = "arn:aws:lambda:us-east-1:000000000000:function"
DURABLE = Target(is_durable=True, execution_timeout_seconds=77, retention_days=3)
PLAIN = Target(is_durable=False, execution_timeout_seconds=77)
CALL = OperationId("call")


def a_call(function: str = "ship", id_: str = CALL, payload: str | None = '"box"', **options: str) -> Update:
    invoke = InvokeOptions(function_name=function, **options)
    return an_update(Action.START, id_, Kind.CHAINED_INVOKE, invoke=invoke, payload=payload)


def save(life: Life, update: Update, target: Target | None) -> CheckpointReply:
    """The function checkpoints a call of a target that is known, or of none."""
    assert update.invoke is not None
    targets = {update.invoke.function_name: target} if target is not None else {}
    request = CheckpointRequest(token=life.token, updates=(update,))
    reply = life.do(Checkpoint(request=request, targets=targets)).response
    assert isinstance(reply, CheckpointReply)
    assert reply.token is not None
    life.token = reply.token
    return reply


def calling(target: Target, limits: Limits = LIMITS, origin: Origin | None = None, **options: str) -> Life:
    """A function that sleeps until its call has ended."""
    life = live(origin, limits)
    save(life, a_call(**options), target)
    life.suspend()
    return life


def child_of(life: Life) -> Origin:
    (start,) = (effect for effect in life.outbox.values() if isinstance(effect, StartChild))
    return start.origin


def ended(status: ExecutionStatus, result: str | None = None, error: ErrorObject | None = None) -> ChildEnded:
    return ChildEnded(operation_id=CALL, effect_id="notify/child", status=status, result=result, error=error)


# --------------------------------------------------------------------------- the table
@pytest.mark.parametrize(
    ("before", "action"), [pair for pair in product([None, *Status], Action) if pair != (None, Action.START)]
)
def test_the_function_can_start_a_call_and_nothing_else(before: Status | None, action: Action) -> None:
    execution = an_execution(an_operation(before, CALL, Kind.CHAINED_INVOKE)) if before is not None else an_execution()
    words = {Action.START: "Cannot start a CHAINED_INVOKE operation that already exists."}
    expected = words.get(action, "Invalid action for CHAINED_INVOKE operation.")
    assert refusal(execution, an_update(action, CALL, Kind.CHAINED_INVOKE)) == expected


def test_a_call_names_its_function() -> None:
    nameless = an_update(Action.START, CALL, Kind.CHAINED_INVOKE)
    words = "Update for CHAINED_INVOKE operation requires ChainedInvokeOptions."
    assert refusal(an_execution(), nameless) == words


def test_the_input_has_its_limit_in_bytes() -> None:
    words = "CHAINED_INVOKE input payload size must be less than or equal to 6 bytes."
    limits = Limits(invoke_payload_bytes_max=6)
    assert refusal(an_execution(), a_call(payload='"käse"'), limits=limits) == words
    save(live(limits=limits), a_call(payload='"käs"'), PLAIN)


# --------------------------------------------------------------------------- names
@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("ship", "$LATEST"),
        ("ship:7", "7"),
        ("ship:live", "$LATEST"),
        ("000000000000:function:ship", "$LATEST"),
        ("000000000000:function:ship:7", "7"),
        (f"{HOME}:ship", "$LATEST"),
        (f"{HOME}:ship:$LATEST", "$LATEST"),
        (f"{HOME}:ship:7", "7"),
    ],
)
def test_a_target_may_be_named_in_every_form(text: str, version: str) -> None:
    durable, plain = live(), live()
    save(durable, a_call(text), DURABLE)
    assert child_of(durable).function_arn == f"{HOME}:ship:{version}"
    assert (durable.events[-1].function_name, durable.events[-1].executed_version) == (text, version)
    save(plain, a_call(text), PLAIN)
    (call,) = (effect for effect in plain.outbox.values() if isinstance(effect, CallFunction))
    assert (call.function, call.version) == ("ship", version)
    assert (plain.events[-1].function_name, plain.events[-1].executed_version) == (text, version)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Invalid function ARN ''"),
        ("two words", "Invalid function ARN 'two words'"),
        (f"{HOME}:ship:7:8", f"Invalid function ARN '{HOME}:ship:7:8'"),
        (f"{HOME}", f"Invalid function ARN '{HOME}'"),
        ("111111111111:function:ship", "Cannot start a CHAINED_INVOKE on a function in another account."),
        (f"{HOME}:ship".replace("0" * 12, "1" * 12), "Cannot start a CHAINED_INVOKE on a function in another account."),
        (
            f"{HOME}:ship".replace("us-east-1", "eu-west-1"),
            "Cannot start a CHAINED_INVOKE on a function in another region.",
        ),
    ],
)
def test_a_target_that_can_not_be_called_is_refused_whether_it_is_known_or_not(text: str, words: str) -> None:
    for targets in ({}, {text: DURABLE}):
        life = live()
        request = CheckpointRequest(token=life.token, updates=(an_update(Action.START), a_call(text)))
        assert life.refusal_of(Checkpoint(request=request, targets=targets)) == words


def test_a_function_that_nobody_knows_is_a_failed_call_in_the_same_answer() -> None:
    life = live()
    (call,) = save(life, a_call("nobody:7"), None).operations
    error = ErrorObject(type="ResourceNotFoundException", message="Function not found: nobody:7.")
    assert (call.status, call.error, call.ended_at) == (Status.FAILED, error, life.now)
    assert life.history()[-2:] == ["ChainedInvokeStarted call", "ChainedInvokeFailed call"]
    assert not life.outbox
    life.succeed()
    assert life.head.status is ExecutionStatus.SUCCEEDED


# --------------------------------------------------------------------------- what is owed
def test_a_durable_target_is_owed_an_execution_of_its_own() -> None:
    life = calling(DURABLE)
    child = child_of(life)
    assert (child.function, child.input, child.is_async) == ("ship", '"box"', True)
    assert (child.timeout_seconds, child.retention_days) == (77, 3)
    assert child.parent == Parent(arn=life.execution.arn, operation_id=CALL)
    assert child.unique_name is None, "its name must not stand in the way of anybody's"
    assert parse_arn(child.arn) is not None
    assert list(life.outbox) == [f"start/{child.arn}"]
    assert life.operation(CALL).child_arn == child.arn == life.events[1].child_arn


def test_a_child_has_the_same_name_whenever_it_is_born_and_nobody_elses() -> None:
    one, again = child_of(calling(DURABLE)), child_of(calling(DURABLE))
    assert one.arn == again.arn
    other_parent = child_of(calling(DURABLE, origin=an_origin("execution-2")))
    life = live()
    save(life, a_call(id_="other call"), DURABLE)
    assert len({one.arn, other_parent.arn, child_of(life).arn}) == 3


def test_a_plain_target_is_owed_a_call() -> None:
    life = calling(PLAIN)
    (call,) = life.outbox.values()
    assert isinstance(call, CallFunction)
    assert call.id == f"call/{life.execution.arn}/call"
    assert (call.operation_id, call.payload, call.tenant_id) == (CALL, '"box"', None)
    assert life.operation(CALL).child_arn is None


@pytest.mark.parametrize("target", [DURABLE, PLAIN])
@pytest.mark.parametrize(("payload", "given"), [(None, "{}"), ("", ""), ("null", "null")])
def test_an_absent_payload_is_an_empty_object_and_no_other_is(target: Target, payload: str | None, given: str) -> None:
    life = live()
    save(life, a_call(payload=payload), target)
    (effect,) = life.outbox.values()
    assert isinstance(effect, StartChild | CallFunction)
    assert (effect.origin.input if isinstance(effect, StartChild) else effect.payload) == given
    assert life.operation(CALL).input == payload


@pytest.mark.parametrize(("given", "trace"), [("Root=2", "Root=2"), (None, "Root=1")])
def test_tenant_and_trace_go_with_the_call(given: str | None, trace: str) -> None:
    options = {"tenant_id": "blue"} | ({"trace_id": given} if given else {})
    life = live(an_origin(trace_header="Root=1", tenant_id="red"))
    save(life, a_call(**options), DURABLE)
    assert (child_of(life).tenant_id, child_of(life).trace_header) == ("blue", trace)
    assert life.events[-1].tenant_id == "blue"
    save(life, a_call(id_="plain", tenant_id="green"), PLAIN)
    (call,) = (effect for effect in life.outbox.values() if isinstance(effect, CallFunction))
    assert call.tenant_id == "green"


# --------------------------------------------------------------------------- the end
@pytest.mark.parametrize("target", [DURABLE, PLAIN])
@pytest.mark.parametrize(
    ("end", "status"),
    [
        (ExecutionStatus.SUCCEEDED, Status.SUCCEEDED),
        (ExecutionStatus.FAILED, Status.FAILED),
        (ExecutionStatus.TIMED_OUT, Status.TIMED_OUT),
        (ExecutionStatus.STOPPED, Status.STOPPED),
    ],
)
def test_a_call_ends_as_its_target_ended(target: Target, end: ExecutionStatus, status: Status) -> None:
    life = calling(target)
    result, error = ("42", None) if end is ExecutionStatus.SUCCEEDED else (None, an_error())
    life.do(ended(end, result, error), after_ms=5)
    call = life.operation(CALL)
    assert (call.status, call.result, call.error, call.ended_at) == (status, result, error, life.now)
    assert life.history()[-1].removeprefix("ChainedInvoke").lower() == f"{status.value.replace('_', '').lower()} call"
    assert (life.events[-1].result, life.events[-1].error) == (result, error)
    assert life.begin().updated_operation_ids == (CALL,)


def test_news_of_a_target_that_come_twice_are_heard_once() -> None:
    life = calling(DURABLE)
    life.do(ended(ExecutionStatus.SUCCEEDED, "1"))
    told = life.history()
    again = life.do(ended(ExecutionStatus.FAILED, error=an_error()))
    assert again.performed == ("notify/child",), "whoever brought them may forget them"
    assert (life.history(), life.operation(CALL).result, life.owed) == (told, "1", 2)


def test_news_for_a_caller_that_is_closed_are_dropped() -> None:
    life = calling(DURABLE)
    life.stop()
    delta = life.do(ended(ExecutionStatus.SUCCEEDED, "1"))
    assert (delta.performed, delta.operations, delta.events, delta.effects) == (("notify/child",), (), (), ())
    assert life.operation(CALL).status is Status.STARTED


def test_news_for_a_caller_whose_time_is_up_come_too_late() -> None:
    life = calling(DURABLE)
    life.pass_unnoticed(seconds=86_400)
    life.do(ended(ExecutionStatus.SUCCEEDED, "1"))
    assert life.history()[-1] == "ExecutionTimedOut"
    assert life.operation(CALL).status is Status.STARTED


@pytest.mark.parametrize(("result", "fits"), [('"käs"', True), ('"käse"', False)])
def test_what_a_target_gives_back_has_its_limit_in_bytes(result: str, fits: bool) -> None:
    life = calling(PLAIN, Limits(async_output_bytes_max=6))
    life.do(ended(ExecutionStatus.SUCCEEDED, result))
    call = life.operation(CALL)
    if fits:
        assert (call.status, call.result) == (Status.SUCCEEDED, result)
        return
    words = "CHAINED_INVOKE output payload size must be less than or equal to 6 bytes."
    assert (call.status, call.result, call.error) == (Status.FAILED, None, ErrorObject(message=words))


def test_a_child_that_ends_owes_its_parent_the_news() -> None:
    """Both ends of one call: the child that the parent's checkpoint asked for, and the parent that the child tells."""
    parent = calling(DURABLE)
    child = live(child_of(parent))
    child.succeed("42")
    (notice,) = child.outbox.values()
    assert isinstance(notice, NotifyParent)
    assert notice.parent == Parent(arn=parent.execution.arn, operation_id=CALL)
    parent.do(
        ChildEnded(
            operation_id=notice.parent.operation_id,
            effect_id=notice.id,
            status=notice.status,
            result=notice.result,
            error=notice.error,
        )
    )
    assert (parent.operation(CALL).status, parent.operation(CALL).result) == (Status.SUCCEEDED, "42")
