"""The smallest durable function: two steps, and a wait between them that costs nothing."""

from everstep import DurableContext, durable_execution


@durable_execution
def hello(event: dict[str, str], context: DurableContext) -> str:
    greeting = context.step(lambda _: f"Hello, {event.get('name', 'world')}", name="greet")
    context.wait(1, name="let it sink in")  # seconds here; months are as cheap
    return context.step(lambda _: f"{greeting}!", name="cheer")
