"""Expenses that people approve: the manager is asked first, the director if no answer comes in time."""

from datetime import timedelta
from typing import Literal, TypedDict

from everstep import (
    CallbackTimeoutError,
    DurableContext,
    JsonSerDes,
    StepContext,
    WaitForCallbackContext,
    durable_execution,
    durable_step,
    durable_wait_for_callback,
)

ASKED = ("manager", "director")
PATIENCE = timedelta(days=3)
"""How long each of them has to answer."""
FREE_UP_TO_CENTS = 5_000
"""Nobody is asked about less."""


class Expense(TypedDict):
    id: str
    what: str
    cents: int


class Answer(TypedDict):
    approved: bool
    by: str


Outcome = Literal["paid", "refused", "nobody answered"]
ANSWER: JsonSerDes[Answer] = JsonSerDes()


@durable_execution(execution_timeout=timedelta(days=7), retention_days=30)
def expense(event: Expense, context: DurableContext) -> Outcome:
    if event["cents"] > FREE_UP_TO_CENTS:
        answer = approval(event, context)
        if answer is None:
            return "nobody answered"
        if not answer["approved"]:
            return "refused"
    context.step(pay(event))
    return "paid"


def approval(expense: Expense, context: DurableContext) -> Answer | None:
    """The first answer that comes in time; while nobody answers, nothing runs and nothing is paid for."""
    for who in ASKED:
        try:
            return context.wait_for_callback(ask(expense, who), name=who, timeout=PATIENCE, serdes=ANSWER)
        except CallbackTimeoutError:
            context.logger.warning("the %s did not answer about %s", who, expense["id"])
    return None


@durable_wait_for_callback
def ask(callback_id: str, context: WaitForCallbackContext, expense: Expense, who: str) -> None:
    """Here stands the call of your chat or mail service; whoever answers needs the callback's id."""
    context.logger.info("%s: %s for %d cents? %s", who, expense["what"], expense["cents"], callback_id)


@durable_step
def pay(step: StepContext, expense: Expense) -> None:
    """Here stands the call of your bank; the expense's id is the key that keeps it from paying twice."""
    step.logger.info("paying %s: %d cents", expense["id"], expense["cents"])
