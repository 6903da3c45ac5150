"""Which functions a durable function invokes, found in its source."""

from textwrap import dedent

from everstep.scaffold.calls import calls_of

HEAD = """
    from everstep import AsyncDurableContext, DurableContext, durable_execution, durable_with_child_context
"""


def targets(source: str, handler: str = "order", **more: str) -> list[str | None]:
    texts = {f"{name}.py": dedent(HEAD) + dedent(text) for name, text in {"orders": source, **more}.items()}
    return [call.target for call in calls_of("orders.py", handler, texts.get)]


def test_texts_and_constants_are_targets() -> None:
    source = """
    from names import BILL
    SHIP: str = "ship:live"

    @durable_execution
    def order(event, context: DurableContext):
        context.invoke("stock:live", {})
        context.invoke(function_name=SHIP, payload={})
        context.invoke(BILL, {})
    """
    assert targets(source, names='BILL = "bill:3"') == ["stock:live", "ship:live", "bill:3"]


def test_what_only_running_tells_is_told_apart() -> None:
    source = """
    import os
    STAGE = os.environ["STAGE"]

    @durable_execution
    def order(event, context: DurableContext):
        context.invoke(event["to"], {})
        context.invoke(STAGE, {})
        context.invoke(f"{STAGE}-ship", {})
    """
    assert targets(source) == [None, None, None]


def test_calls_are_followed_into_helpers_and_branches() -> None:
    source = """
    @durable_execution
    def order(event, context: DurableContext):
        helper(context)
        context.map([1], lambda c, item, index, items: c.invoke("map:1", {}))
        context.run_in_child_context(block(1))

    def helper(context: DurableContext):
        context.invoke("helper:1", {})

    @durable_with_child_context
    def block(context: DurableContext, n: int):
        context.invoke("block:1", {})
    """
    assert set(targets(source)) == {"helper:1", "map:1", "block:1"}


def test_each_function_answers_for_what_it_reaches_itself() -> None:
    source = """
    @durable_execution
    async def order(event, context: AsyncDurableContext):
        await both(context)

    @durable_execution
    async def other(event, context: AsyncDurableContext):
        await both(context)
        await context.invoke("mine:1", {})

    async def both(context: AsyncDurableContext):
        await context.invoke("shared:1", {})
    """
    assert targets(source) == ["shared:1"]
    assert targets(source, "other") == ["mine:1", "shared:1"]


def test_what_is_called_invoke_but_is_none_does_not_count() -> None:
    source = """
    @durable_execution
    def order(event, context: DurableContext):
        context.step(lambda _: client.invoke("plain", {}), name="call")
    """
    assert targets(source) == []


def test_a_successor_is_a_call_of_the_function_itself() -> None:
    source = dedent(HEAD) + dedent("""
    @durable_execution
    def order(event, context: DurableContext):
        if event["more"]:
            return context.continue_as_new({})
        return context.continue_as_new({}, function_name="next")
    """)
    found = calls_of("orders.py", "order", {"orders.py": source}.get)
    assert [(call.target, call.is_successor) for call in found] == [(None, True), ("next", True)]
