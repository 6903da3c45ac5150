"""Every durable operation of botocore's model, with every outcome that the model knows, through a real boto3 client.

The outcomes are a table of calls; the first test proves that the table leaves none out, the second carries them out
against a whole service, and prints what came of each.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from uuid import uuid4

import botocore.session  # type: ignore[import-untyped]  # it has no types
import pytest

from everstep.core.model import Arn, OperationId
from everstep.core.names import make_callback_id
from everstep.core.refusal import Code
from tests.service.http.whole import Stage, on_stage, refusal_of
from tests.service.http.world import UNKNOWN

MIB = 1024 * 1024
NOBODY = make_callback_id(Arn(UNKNOWN), OperationId("a"))

Act = Callable[[Stage], object]


@dataclass(frozen=True, slots=True)
class Case:
    """One call and what must come of it."""

    operation: str
    outcome: Code | None
    """The error; None: it succeeds."""
    act: Act
    is_by_store: bool = False
    """The service itself has no such reason; the store behind it refuses."""


def call(operation: str, **given: Any) -> Act:
    """The call with these parameters; one that is a function gets the stage first."""
    method = "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).lstrip("_")

    def act(stage: Stage) -> object:
        values = {name: value(stage) if callable(value) else value for name, value in given.items()}
        return getattr(stage.client, method)(**values)

    return act


def on(operation: str) -> Act:
    """The call in its plainest form, about nothing that exists."""
    return call(operation, **PLAINEST[operation])


PLAINEST: Mapping[str, Mapping[str, Any]] = {
    "Invoke": {"FunctionName": "echo"},
    "CheckpointDurableExecution": {"DurableExecutionArn": UNKNOWN, "CheckpointToken": "YWJj", "Updates": []},
    "GetDurableExecutionState": {"DurableExecutionArn": UNKNOWN, "CheckpointToken": "YWJj"},
    "GetDurableExecution": {"DurableExecutionArn": UNKNOWN},
    "GetDurableExecutionHistory": {"DurableExecutionArn": UNKNOWN},
    "ListDurableExecutionsByFunction": {"FunctionName": "nobody"},
    "StopDurableExecution": {"DurableExecutionArn": UNKNOWN},
    "PauseDurableExecution": {"DurableExecutionArn": UNKNOWN},
    "ResumeDurableExecution": {"DurableExecutionArn": UNKNOWN},
    "DeleteDurableExecution": {"DurableExecutionArn": UNKNOWN},
    "SendDurableExecutionCallbackSuccess": {"CallbackId": NOBODY},
    "SendDurableExecutionCallbackFailure": {"CallbackId": NOBODY},
    "SendDurableExecutionCallbackHeartbeat": {"CallbackId": NOBODY},
}
BAD_ARN = "arn:aws:lambda:nowhere"
ABOUT_AN_ARN = tuple(name for name, given in PLAINEST.items() if "DurableExecutionArn" in given)
WITHOUT_404 = ("Invoke", "CheckpointDurableExecution", "GetDurableExecutionState")


# --------------------------------------------------------------------------- calls that take more than one step
def a_token(stage: Stage) -> Mapping[str, str]:
    arn, token = stage.running()
    return {"DurableExecutionArn": arn, "CheckpointToken": token}


def checkpoint(stage: Stage) -> object:
    update = {"Id": "a", "Type": "STEP", "Action": "START", "Name": "charge"}
    wait = {"Id": "w", "Type": "WAIT", "Action": "START", "WaitOptions": {"WaitSeconds": 60}}
    ask = {"Id": "c", "Type": "CALLBACK", "Action": "START", "CallbackOptions": {"TimeoutSeconds": 60}}
    sub = {"Id": "i", "Type": "CHAINED_INVOKE", "Action": "START", "ChainedInvokeOptions": {"FunctionName": "echo"}}
    return stage.client.checkpoint_durable_execution(**a_token(stage), Updates=[update, wait, ask, sub])


def state(stage: Stage) -> object:
    return stage.client.get_durable_execution_state(**a_token(stage))


def get_in_every_condition(stage: Stage) -> object:
    arn = stage.open()
    stage.client.get_durable_execution(DurableExecutionArn=arn)
    stage.client.pause_durable_execution(DurableExecutionArn=arn, Reason="let me look")
    paused = stage.client.get_durable_execution(DurableExecutionArn=arn)
    assert (paused["Status"], paused["PauseDetails"]["Reason"]) == ("PAUSED", "let me look")
    for function in ("echo", "broken"):
        done = stage.client.invoke(FunctionName=function, Payload=b"1")["DurableExecutionArn"]
        stage.client.get_durable_execution(DurableExecutionArn=done, IncludeExecutionData=False)
        stage.client.get_durable_execution(DurableExecutionArn=done)
    return stage.client.stop_durable_execution(DurableExecutionArn=arn)


def history_of_everything(stage: Stage) -> object:
    arn, token = stage.running()
    stage.client.pause_durable_execution(DurableExecutionArn=arn, Reason="why")
    checkpointed = stage.client.checkpoint_durable_execution(DurableExecutionArn=arn, CheckpointToken=token, Updates=[])
    assert "CheckpointToken" not in checkpointed
    stage.client.resume_durable_execution(DurableExecutionArn=arn, Reason="because")
    stage.client.stop_durable_execution(DurableExecutionArn=arn, Error={"ErrorType": "Late"})
    for include in (True, False):
        shown = stage.client.get_durable_execution_history(DurableExecutionArn=arn, IncludeExecutionData=include)
        types = [event["EventType"] for event in shown["Events"]]
        assert types == ["ExecutionStarted", "ExecutionPaused", "ExecutionResumed", "ExecutionStopped"]
    stepped = stage.client.invoke(FunctionName="stepper", Payload=b"2")["DurableExecutionArn"]
    return stage.client.get_durable_execution_history(DurableExecutionArn=stepped, ReverseOrder=True)


def resume(stage: Stage) -> object:
    arn = stage.open()
    stage.client.pause_durable_execution(DurableExecutionArn=arn)
    return stage.client.resume_durable_execution(DurableExecutionArn=arn)


def pause_twice(stage: Stage) -> object:
    arn = stage.open()
    stage.client.pause_durable_execution(DurableExecutionArn=arn)
    return stage.client.pause_durable_execution(DurableExecutionArn=arn)


def pause_again_with_other_words(stage: Stage) -> object:
    arn, token = stage.open(), str(uuid4())
    for reason in ("one", "one", "another"):
        answer = stage.client.pause_durable_execution(DurableExecutionArn=arn, ClientToken=token, Reason=reason)
    return answer


def resume_with_the_token_of_a_pause(stage: Stage) -> object:
    arn, token = stage.open(), str(uuid4())
    stage.client.pause_durable_execution(DurableExecutionArn=arn, ClientToken=token)
    return stage.client.resume_durable_execution(DurableExecutionArn=arn, ClientToken=token)


def same_name_twice(stage: Stage) -> object:
    for payload in (b"1", b"1", b"2"):
        answer = stage.client.invoke(FunctionName="echo", DurableExecutionName="twice", Payload=payload)
    return answer


def answered(operation: str, **given: Any) -> Act:
    """An answer to a callback that has its answer already."""

    def act(stage: Stage) -> object:
        question = stage.question()
        stage.client.send_durable_execution_callback_success(CallbackId=question, Result=b"yes")
        return call(operation, CallbackId=question, **given)(stage)

    return act


LARGE_ERROR = {"ErrorMessage": "x" * (MIB + 1)}
SUCCEED, FAIL, BEAT = (f"SendDurableExecutionCallback{end}" for end in ("Success", "Failure", "Heartbeat"))
NATURAL: tuple[Case, ...] = (
    Case("Invoke", None, call("Invoke", FunctionName="echo", Payload=b'{"order": 7}')),
    Case("CheckpointDurableExecution", None, checkpoint),
    Case("GetDurableExecutionState", None, state),
    Case("GetDurableExecution", None, get_in_every_condition),
    Case("GetDurableExecutionHistory", None, history_of_everything),
    Case("ListDurableExecutionsByFunction", None, call("ListDurableExecutionsByFunction", FunctionName="echo")),
    Case("StopDurableExecution", None, call("StopDurableExecution", DurableExecutionArn=Stage.open)),
    Case("PauseDurableExecution", None, call("PauseDurableExecution", DurableExecutionArn=Stage.open)),
    Case("ResumeDurableExecution", None, resume),
    Case("DeleteDurableExecution", None, call("DeleteDurableExecution", DurableExecutionArn=Stage.closed)),
    Case(SUCCEED, None, call(SUCCEED, CallbackId=Stage.question, Result=b"yes")),
    Case(FAIL, None, call(FAIL, CallbackId=Stage.question, Error={"ErrorType": "No"})),
    Case(BEAT, None, call(BEAT, CallbackId=Stage.question)),
    *(
        Case(name, Code.VALIDATION, call(name, **{**PLAINEST[name], "DurableExecutionArn": BAD_ARN}))
        for name in ABOUT_AN_ARN
    ),
    Case(
        "ListDurableExecutionsByFunction", Code.VALIDATION, call("ListDurableExecutionsByFunction", FunctionName="a b")
    ),
    Case("Invoke", Code.VALIDATION, call("Invoke", FunctionName="echo", DurableExecutionName="a b")),
    Case(SUCCEED, Code.VALIDATION, call(SUCCEED, CallbackId=Stage.question, Result=b"x" * (MIB + 1))),
    *(Case(name, Code.NOT_FOUND, on(name)) for name in PLAINEST if name not in WITHOUT_404),
    Case("Invoke", Code.NOT_FOUND, call("Invoke", FunctionName="nobody")),
    Case("Invoke", Code.INVALID_PARAMETER, call("Invoke", FunctionName="echo:1", Qualifier="2")),
    Case("CheckpointDurableExecution", Code.INVALID_PARAMETER, on("CheckpointDurableExecution")),
    Case("GetDurableExecutionState", Code.INVALID_PARAMETER, on("GetDurableExecutionState")),
    Case(
        "GetDurableExecutionHistory",
        Code.INVALID_PARAMETER,
        call("GetDurableExecutionHistory", DurableExecutionArn=Stage.closed, Marker="x"),
    ),
    Case(
        "ListDurableExecutionsByFunction",
        Code.INVALID_PARAMETER,
        call("ListDurableExecutionsByFunction", FunctionName="echo", Marker="x"),
    ),
    Case(
        "StopDurableExecution",
        Code.INVALID_PARAMETER,
        call("StopDurableExecution", DurableExecutionArn=Stage.open, Error=LARGE_ERROR),
    ),
    Case("PauseDurableExecution", Code.INVALID_PARAMETER, pause_again_with_other_words),
    Case("ResumeDurableExecution", Code.INVALID_PARAMETER, resume_with_the_token_of_a_pause),
    Case(SUCCEED, Code.INVALID_PARAMETER, call(SUCCEED, CallbackId=Stage.question, Result=b"\xff")),
    Case(FAIL, Code.INVALID_PARAMETER, call(FAIL, CallbackId=Stage.question, Error=LARGE_ERROR)),
    Case("PauseDurableExecution", Code.CONFLICT, pause_twice),
    Case("ResumeDurableExecution", Code.CONFLICT, call("ResumeDurableExecution", DurableExecutionArn=Stage.open)),
    Case("DeleteDurableExecution", Code.CONFLICT, call("DeleteDurableExecution", DurableExecutionArn=Stage.open)),
    Case(SUCCEED, Code.CALLBACK_TIMEOUT, answered(SUCCEED)),
    Case(FAIL, Code.CALLBACK_TIMEOUT, answered(FAIL)),
    Case(BEAT, Code.CALLBACK_TIMEOUT, answered(BEAT)),
    Case("Invoke", Code.ALREADY_STARTED, same_name_twice),
    Case("Invoke", Code.INVALID_CONTENT, call("Invoke", FunctionName="echo", Payload=b"{")),
    Case(
        "Invoke",
        Code.TOO_LARGE,
        call("Invoke", FunctionName="echo", InvocationType="Event", Payload=b'"' + b"x" * MIB + b'"'),
    ),
)
BY_STORE = (
    Code.TOO_MANY,
    Code.SERVICE,
    Code.KMS_ACCESS_DENIED,
    Code.KMS_DISABLED,
    Code.KMS_INVALID_STATE,
    Code.KMS_NOT_FOUND,
    Code.INVALID_PARAMETER,
)
"""What may be wrong behind the service: it has no keys of its own and is never too busy, but a store may be."""
COLUMNS: tuple[Code | None, ...] = (
    None,
    Code.VALIDATION,
    Code.INVALID_PARAMETER,
    Code.NOT_FOUND,
    Code.CONFLICT,
    Code.ALREADY_STARTED,
    Code.CALLBACK_TIMEOUT,
    Code.INVALID_CONTENT,
    Code.TOO_LARGE,
    Code.TOO_MANY,
    Code.SERVICE,
    Code.KMS_ACCESS_DENIED,
    Code.KMS_DISABLED,
    Code.KMS_INVALID_STATE,
    Code.KMS_NOT_FOUND,
)
ERRORS_OF_INVOKE = {code.value for code in COLUMNS if code is not None and code is not Code.CONFLICT}
"""The model's other errors of Invoke tell of networks, disks, snapshots and updates that only AWS has."""


@cache
def modelled() -> Mapping[str, frozenset[str]]:
    """The operations of the model that concern durable executions, each with its errors."""
    model = botocore.session.get_session().get_service_model("lambda")
    names = [name for name in model.operation_names if "Durable" in name]
    errors = {name: frozenset(shape.name for shape in model.operation_model(name).error_shapes) for name in names}
    of_invoke = {shape.name for shape in model.operation_model("Invoke").error_shapes}
    return {"Invoke": frozenset(of_invoke & ERRORS_OF_INVOKE), **errors}


def every_case() -> list[Case]:
    """The table, and for each error of the model that is missing there, a store that refuses for that reason."""
    natural = {(case.operation, case.outcome) for case in NATURAL}
    by_store = [
        Case(operation, code, on(operation), is_by_store=True)
        for operation, errors in modelled().items()
        for code in BY_STORE
        if code.value in errors and (operation, code) not in natural
    ]
    return [*NATURAL, *by_store]


def test_no_operation_and_no_error_of_the_model_is_left_out() -> None:
    tried: dict[str, set[str]] = {operation: set() for operation in PLAINEST}
    for case in every_case():
        tried[case.operation].add("" if case.outcome is None else case.outcome.value)
    beyond_the_model = {Code.VALIDATION.value, ""}
    assert {operation: outcomes - beyond_the_model for operation, outcomes in tried.items()} == modelled()
    assert all("" in outcomes for outcomes in tried.values())
    assert len(modelled()) == 13


def test_every_operation_has_every_outcome(capsys: pytest.CaptureFixture[str]) -> None:
    cases = every_case()
    seen: dict[tuple[str, Code | None], str] = {}

    def talk(stage: Stage) -> None:
        for case in cases:
            if case.is_by_store:
                assert case.outcome is not None
                came = stage.refusal_by_store(case.outcome, partial(case.act, stage))
            else:
                came = refusal_of(partial(case.act, stage))
            code, status = came
            assert code == ("" if case.outcome is None else case.outcome.value), (case, came)
            seen[case.operation, case.outcome] = f"{status}{'*' if case.is_by_store else ''}"
        assert set(stage.measured) == set(PLAINEST)

    on_stage(talk)
    with capsys.disabled():
        sys.stdout.write("\n".join(("", *table(seen), "")))


def table(seen: Mapping[tuple[str, Code | None], str]) -> list[str]:
    """Operations by outcomes, in lines."""
    heads = ["succeeds" if code is None else code.value.removesuffix("Exception") for code in COLUMNS]
    width = max(map(len, PLAINEST))
    lines = [f"{number:>3}  {head}" for number, head in enumerate(heads, 1)]
    lines.append(f"{'':{width}}" + "".join(f"{number:>6}" for number in range(1, len(heads) + 1)))
    for operation in PLAINEST:
        lines.append(f"{operation:{width}}" + "".join(f"{seen.get((operation, c), ''):>6}" for c in COLUMNS))
    return [*lines, f"{len(seen)} outcomes, each answer measured against botocore's model (*: the store refused)"]
