"""Running an author's body to its outcome from an event loop."""

import asyncio

from everstep.sdk.drive.bodies import call, is_awaitable
from everstep.sdk.drive.coroutines import settle
from everstep.sdk.replay.requests import Outcome, Returned, Run


async def outcome_of(run: Run) -> Outcome:
    """Run the body. What may block gets a thread; what is awaitable runs in the loop."""
    outcome = call(run.body) if run.is_async else await asyncio.to_thread(call, run.body, run.seconds_max)
    return await settled(outcome, run.seconds_max)


async def settled(outcome: Outcome, seconds_max: float | None = None) -> Outcome:
    """The outcome of a call, once what it returned has been awaited."""
    if isinstance(outcome, Returned) and is_awaitable(outcome.value):
        return await settle(outcome.value, seconds_max)
    return outcome
