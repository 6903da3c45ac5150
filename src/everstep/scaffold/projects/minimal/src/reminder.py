"""Reminds somebody of something when it is time, be it in a second or in a month."""

from datetime import timedelta
from typing import TypedDict

from everstep import DurableContext, StepContext, durable_execution, durable_step


class Reminder(TypedDict):
    to: str
    text: str
    seconds: int
    """From now until it is time."""


@durable_execution(execution_timeout=timedelta(days=31), retention_days=7)
def remind(event: Reminder, context: DurableContext) -> str:
    context.wait(event["seconds"], name="until it is time")
    return context.step(send(event, key=str(context.uuid4())))


@durable_step
def send(step: StepContext, reminder: Reminder, key: str) -> str:
    """Here stands the call of your mail service.

    A step that was interrupted runs again. Hand the key on, which stays the same, so that nobody gets the mail twice.
    """
    step.logger.info("mail %s to %s: %s", key, reminder["to"], reminder["text"])
    return f"{reminder['to']} was reminded"
