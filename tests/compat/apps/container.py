"""What a container of aws-sam-cli holds: one function, which is always called `function`."""

from typing import Any

from everstep import DurableContext, Duration, durable_execution


@durable_execution
def function(event: Any, context: DurableContext) -> Any:
    match event:
        case {"wait": seconds}:
            context.wait(Duration.from_seconds(seconds), name="pause")
            return "waited"
        case {"ask": seconds}:
            return context.wait_for_callback(lambda _callback_id, _context: None, name="approval")
        case {"fail": message}:
            raise ValueError(message)
        case _:
            return context.step(lambda _: event, name="echo")
