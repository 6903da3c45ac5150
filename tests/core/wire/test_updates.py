"""Updates on the wire, and every complaint about their shape."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everstep.core.model import Action, CallbackOptions, InvokeOptions, Kind, OperationId, Update
from everstep.core.refusal import Code, Refused
from everstep.core.wire.text import Json, JsonObject, dump, load
from everstep.core.wire.updates import decode_updates, encode_update
from tests.core.wire.strategies import UPDATES


def an_update(**members: Json) -> JsonObject:
    return {"Id": "1ced", "Type": "STEP", "Action": "START", **members}


def complaint_about(*updates: Json) -> Refused:
    with pytest.raises(Refused) as caught:
        decode_updates(list(updates))
    return caught.value


@settings(deadline=None, derandomize=True)
@given(st.lists(UPDATES, max_size=4).map(tuple))
def test_updates_survive_the_journey(updates: tuple[Update, ...]) -> None:
    assert decode_updates(load(dump([encode_update(update) for update in updates]))) == updates


def test_updates_look_like_the_contract_says() -> None:
    wait = Update(
        id=OperationId("6f76"), kind=Kind.WAIT, action=Action.START, name="w", sub_type="Wait", wait_seconds=1
    )
    assert encode_update(wait) == {
        "Id": "6f76",
        "Type": "WAIT",
        "SubType": "Wait",
        "Name": "w",
        "Action": "START",
        "WaitOptions": {"WaitSeconds": 1},
    }
    invoke = InvokeOptions(function_name="pay:prod", tenant_id="t1")
    pay = Update(id=OperationId("0b1c"), kind=Kind.CHAINED_INVOKE, action=Action.START, payload="{}", invoke=invoke)
    assert encode_update(pay) == {
        "Id": "0b1c",
        "Type": "CHAINED_INVOKE",
        "Action": "START",
        "Payload": "{}",
        "ChainedInvokeOptions": {"FunctionName": "pay:prod", "TenantId": "t1"},
    }


BAD_SHAPES: list[tuple[JsonObject, str]] = [
    ({"Id": None}, "Value null at 'updates.1.member.id' {}Member must not be null"),
    ({"Id": ""}, "Value '' at 'updates.1.member.id' {}Member must have length greater than or equal to 1"),
    (
        {"Id": "x" * 65},
        f"Value '{'x' * 65}' at 'updates.1.member.id' {{}}Member must have length less than or equal to 64",
    ),
    (
        {"Type": "DANCE"},
        "Value 'DANCE' at 'updates.1.member.type' {}Member must satisfy enum value set: "
        "[EXECUTION, CONTEXT, STEP, WAIT, CALLBACK, CHAINED_INVOKE]",
    ),
    (
        {"Action": "start"},
        "Value 'start' at 'updates.1.member.action' {}Member must satisfy enum value set: "
        "[START, SUCCEED, FAIL, RETRY, CANCEL]",
    ),
    ({"Action": None}, "Value null at 'updates.1.member.action' {}Member must not be null"),
    ({"ParentId": ""}, "Value '' at 'updates.1.member.parentId' {}Member must have length greater than or equal to 1"),
    (
        {"Name": "café"},
        r"Value 'café' at 'updates.1.member.name' {}Member must satisfy regular expression pattern: [\x20-\x7E]+",
    ),
    (
        {"Name": "a" * 257},
        f"Value '{'a' * 256}…' at 'updates.1.member.name' {{}}Member must have length less than or equal to 256",
    ),
    (
        {"SubType": "s" * 33},
        f"Value '{'s' * 33}' at 'updates.1.member.subType' {{}}Member must have length less than or equal to 32",
    ),
    (
        {"Payload": "p" * 6_291_457},
        "Value at 'updates.1.member.payload' {}Member must have length less than or equal to 6291456",
    ),
    (
        {"WaitOptions": {"WaitSeconds": 0}},
        "Value '0' at 'updates.1.member.waitOptions.waitSeconds' {}Member must have value greater than or equal to 1",
    ),
    (
        {"WaitOptions": {"WaitSeconds": 31_622_401}},
        "Value '31622401' at 'updates.1.member.waitOptions.waitSeconds' "
        "{}Member must have value less than or equal to 31622400",
    ),
    (
        {"StepOptions": {"NextAttemptDelaySeconds": 0}},
        "Value '0' at 'updates.1.member.stepOptions.nextAttemptDelaySeconds' "
        "{}Member must have value greater than or equal to 1",
    ),
    (
        {"CallbackOptions": {"TimeoutSeconds": -1}},
        "Value '-1' at 'updates.1.member.callbackOptions.timeoutSeconds' "
        "{}Member must have value greater than or equal to 0",
    ),
    (
        {"CallbackOptions": {"HeartbeatTimeoutSeconds": 100_000_000}},
        "Value '100000000' at 'updates.1.member.callbackOptions.heartbeatTimeoutSeconds' "
        "{}Member must have value less than or equal to 99999999",
    ),
    (
        {"ChainedInvokeOptions": {}},
        "Value null at 'updates.1.member.chainedInvokeOptions.functionName' {}Member must not be null",
    ),
    (
        {"ChainedInvokeOptions": {"FunctionName": "f", "TenantId": "t#1"}},
        "Value 't#1' at 'updates.1.member.chainedInvokeOptions.tenantId' "
        r"{}Member must satisfy regular expression pattern: [a-zA-Z0-9\._:\/=+\-@ ]+",
    ),
    (
        {"ChainedInvokeOptions": {"FunctionName": "f", "XAmznTraceId": "x" * 8193}},
        f"Value '{'x' * 256}…' at 'updates.1.member.chainedInvokeOptions.xAmznTraceId' "
        "{}Member must have length less than or equal to 8192",
    ),
]


@pytest.mark.parametrize(("members", "complaint"), BAD_SHAPES)
def test_a_member_that_breaks_its_shape_is_named_with_its_rule(members: JsonObject, complaint: str) -> None:
    refused = complaint_about(an_update(**members))
    assert refused.code is Code.VALIDATION
    expected = complaint.replace("{}", "failed to satisfy constraint: ")
    assert refused.message == f"1 validation error detected: {expected}"


def test_all_violations_are_reported_together() -> None:
    refused = complaint_about(an_update(), an_update(Name=""), an_update(Id="", WaitOptions={"WaitSeconds": 0}))
    head, *rest = refused.message.split("; ")
    assert head.startswith("4 validation errors detected: Value ")
    found = [item.split("'")[3] for item in (head, *rest)]
    assert sorted(found) == [
        "updates.2.member.name",
        "updates.2.member.name",
        "updates.3.member.id",
        "updates.3.member.waitOptions.waitSeconds",
    ]


@pytest.mark.parametrize(
    ("update", "complaint"),
    [
        ("x", "'updates.1.member' must be an object"),
        (None, "'updates.1.member' must be an object"),
        (an_update(Id=5), "'updates.1.member.id' must be a string"),
        (an_update(Type=["STEP"]), "'updates.1.member.type' must be a string"),
        (an_update(Payload={"a": 1}), "'updates.1.member.payload' must be a string"),
        (an_update(Error="no"), "'updates.1.member.error' must be an object"),
        (an_update(Error={"StackTrace": "no"}), "'updates.1.member.error.stackTrace' must be a list"),
        (
            an_update(Error={"StackTrace": ["a", 5]}),
            "'updates.1.member.error.stackTrace.2.member' must be a string",
        ),
        (an_update(WaitOptions=[]), "'updates.1.member.waitOptions' must be an object"),
        (an_update(WaitOptions={"WaitSeconds": "5"}), "'updates.1.member.waitOptions.waitSeconds' must be an integer"),
        (an_update(WaitOptions={"WaitSeconds": True}), "'updates.1.member.waitOptions.waitSeconds' must be an integer"),
        (an_update(WaitOptions={"WaitSeconds": 1.5}), "'updates.1.member.waitOptions.waitSeconds' must be an integer"),
        (
            an_update(ContextOptions={"ReplayChildren": 1}),
            "'updates.1.member.contextOptions.replayChildren' must be a boolean",
        ),
    ],
)
def test_a_member_of_the_wrong_type_is_a_serialization_error(update: Json, complaint: str) -> None:
    refused = complaint_about(update)
    assert (refused.code, refused.message) == (Code.SERIALIZATION, complaint)


def test_updates_that_are_no_list_are_a_serialization_error() -> None:
    with pytest.raises(Refused, match="'updates' must be a list"):
        decode_updates({"Id": "1"})


def test_no_updates_are_an_empty_batch() -> None:
    assert decode_updates([]) == decode_updates(None) == ()


def test_null_members_and_unknown_members_are_as_good_as_absent() -> None:
    bare = Update(id=OperationId("1ced"), kind=Kind.STEP, action=Action.START)
    nulls: JsonObject = dict.fromkeys(("ParentId", "Name", "SubType", "Payload", "Error", "StepOptions"))
    assert decode_updates([an_update(**nulls, Colour="red")]) == (bare,)
    assert decode_updates([an_update(WaitOptions={"WaitSeconds": None})]) == (bare,)


def test_empty_callback_options_are_options_without_limits() -> None:
    (update,) = decode_updates([an_update(Type="CALLBACK", CallbackOptions={})])
    assert update.callback == CallbackOptions()


def test_nobody_looks_at_the_id_of_an_execution_update() -> None:
    (update,) = decode_updates([an_update(Type="EXECUTION", Id="execution result " * 20)])
    assert update.id == "execution result " * 20


def test_the_longest_and_oddest_legal_values_pass() -> None:
    widest = an_update(Id="é" * 64, Name=" ~" * 128, SubType="ü" * 32, Payload="", ParentId="p" * 64)
    assert len(decode_updates([widest])) == 1
