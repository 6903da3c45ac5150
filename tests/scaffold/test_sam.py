"""A template as plain data: what the code decides in it, and what stays as its author wrote it."""

from typing import Any

from everstep.scaffold.declared import Call, Function
from everstep.scaffold.sam import update


def function(name: str = "order", *calls: Call, timeout: int | None = 3600, days: int | None = 7) -> Function:
    return Function(
        name=name,
        module="orders",
        root="src",
        file="src/orders.py",
        execution_timeout_seconds=timeout,
        retention_days=days,
        calls=calls,
    )


def call(target: str | None, *, is_successor: bool = False) -> Call:
    return Call(target=target, place="src/orders.py:7", is_successor=is_successor)


def template_of(**properties: Any) -> dict[str, Any]:
    """A template with one function that is the author's own work, and up to date."""
    own = {"Handler": "orders.order", "CodeUri": "src", "AutoPublishAlias": "live", **properties}
    own.setdefault("DurableConfig", {"ExecutionTimeout": 3600, "RetentionPeriodInDays": 7})
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Mine": {"Type": "AWS::Serverless::Function", "Properties": own}},
    }


def mine(template: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"]["Mine"]["Properties"]
    return properties


def invoked(properties: dict[str, Any]) -> list[Any]:
    statement = properties["Policies"][-1]["Statement"][0]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "lambda:InvokeFunction")
    return [each["Fn::Sub"] if isinstance(each, dict) else each for each in statement["Resource"]]


HERE = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function"


# --------------------------------------------------------------------------- from nothing
def test_an_empty_template_becomes_a_whole_one() -> None:
    template: dict[str, Any] = {}
    outcome = update(template, [function()])
    assert template == {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Globals": {"Function": {"Runtime": "python3.13", "MemorySize": 256, "Timeout": 60}},
        "Resources": {
            "OrderFunction": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "CodeUri": "src/",
                    "Handler": "orders.order",
                    "AutoPublishAlias": "live",
                    "DurableConfig": {"ExecutionTimeout": 3600, "RetentionPeriodInDays": 7},
                },
            }
        },
    }
    assert (outcome.changes, outcome.notes) == (["OrderFunction is new: orders.order"], [])


def test_a_second_time_changes_nothing() -> None:
    template: dict[str, Any] = {}
    functions = [function("order", call("ship:live"), call(None, is_successor=True)), function("ship")]
    update(template, functions)
    before = repr(template)
    assert update(template, functions).changes == []
    assert repr(template) == before


def test_where_nobody_says_how_long_it_is_a_day() -> None:
    template: dict[str, Any] = {}
    update(template, [function(timeout=None, days=None)])
    properties = template["Resources"]["OrderFunction"]["Properties"]
    assert properties["DurableConfig"] == {"ExecutionTimeout": 86_400}


# --------------------------------------------------------------------------- what is there already
def test_a_resource_is_found_by_what_it_runs_whatever_it_is_called() -> None:
    for handler, root in [("orders.order", "./src/"), ("src.orders.order", "."), ("src/orders.order", "./")]:
        template = template_of(Handler=handler, CodeUri=root)
        assert update(template, [function()]).changes == []
        assert list(template["Resources"]) == ["Mine"]


def test_what_the_code_declares_wins_and_the_rest_stays() -> None:
    config = {"ExecutionTimeout": 60, "RetentionPeriodInDays": 1, "KMSKeyArn": "key"}
    template = template_of(DurableConfig=config, MemorySize=1024, Policies=["AmazonS3ReadOnlyAccess"])
    outcome = update(template, [function(days=None)])
    assert mine(template)["DurableConfig"] == {**config, "ExecutionTimeout": 3600}
    assert (mine(template)["MemorySize"], mine(template)["Policies"]) == (1024, ["AmazonS3ReadOnlyAccess"])
    assert outcome.changes == ["Mine: DurableConfig: ExecutionTimeout is now 3600"]


def test_a_config_for_all_functions_counts_for_each() -> None:
    template = template_of(DurableConfig={"RetentionPeriodInDays": 7})
    template["Globals"] = {"Function": {"DurableConfig": {"ExecutionTimeout": 3600}}}
    assert update(template, [function()]).changes == []


def test_a_logical_id_that_is_taken_is_not_taken_twice() -> None:
    template = template_of(Handler="other.order")
    template["Resources"]["OrderFunction"] = {"Type": "AWS::SQS::Queue"}
    update(template, [function()])
    assert list(template["Resources"]) == ["Mine", "OrderFunction", "OrdersOrderFunction"]


# --------------------------------------------------------------------------- rights
def test_a_function_may_invoke_what_its_code_names_and_nothing_else() -> None:
    template = template_of()
    targets = ["ship", "bill:3", "123456789012:function:pay:live", "arn:aws:lambda:eu-west-1:123456789012:function:f:1"]
    update(template, [function("order", *map(call, targets))])
    assert invoked(mine(template)) == [
        f"{HERE}:ship",
        f"{HERE}:bill:3",
        "arn:${AWS::Partition}:lambda:${AWS::Region}:123456789012:function:pay:live",
        targets[-1],
    ]


def test_the_authors_policies_stay_beside_ours() -> None:
    template = template_of(Policies="AmazonS3ReadOnlyAccess")
    update(template, [function("order", call("ship:live"))])
    assert mine(template)["Policies"][0] == "AmazonS3ReadOnlyAccess"
    update(template, [function("order", call("bill:live"))])
    assert invoked(mine(template)) == [f"{HERE}:bill:live"]
    update(template, [function()])
    assert mine(template)["Policies"] == ["AmazonS3ReadOnlyAccess"]


def test_a_right_that_nobody_needs_any_more_goes() -> None:
    template = template_of()
    update(template, [function("order", call("ship:live"))])
    assert update(template, [function()]).changes == ["Mine: it invokes nothing any more"]
    assert "Policies" not in mine(template)


def test_a_function_that_is_invoked_by_name_gets_that_name() -> None:
    template: dict[str, Any] = {}
    update(template, [function("order", call("ship:live")), function("ship")])
    properties = {name: each["Properties"] for name, each in template["Resources"].items()}
    assert properties["ShipFunction"]["FunctionName"] == "ship"
    assert "FunctionName" not in properties["OrderFunction"]


def test_whoever_continues_as_new_may_invoke_any_version_of_itself() -> None:
    template = template_of(FunctionName="shop-order")
    update(template, [function("order", call(None, is_successor=True))])
    assert invoked(mine(template)) == [f"{HERE}:shop-order:*"]


# --------------------------------------------------------------------------- what only the author can do
def test_what_the_author_must_know_is_said() -> None:
    def notes(properties: dict[str, Any], *functions: Function) -> str:
        return "\n".join(update(template_of(**properties), functions).notes)

    assert "src/orders.py:7: the name of what is invoked is no constant" in notes({}, function("order", call(None)))
    assert "write 'ship:live'" in notes({}, function("order", call("ship")), function("ship"))
    assert "it has a Role" in notes({"Role": "arn:x"}, function("order", call("ship:live")))
    assert "its FunctionName is other" in notes({"FunctionName": "other"}, function("order", call("order:live")))
    assert "replaces a function" in notes({}, function("order", call("order:live")))
    assert "no durable function orders.gone any more" in notes({"Handler": "orders.gone"}, function())
    assert "is no name of a function" in notes({}, function("order", call("no name")))


def test_a_function_that_was_not_durable_must_be_created_anew() -> None:
    template = template_of()
    del mine(template)["DurableConfig"]
    assert "durable only when it creates it" in "".join(update(template, [function()]).notes)
