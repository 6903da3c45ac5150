"""The end of an invocation in an event loop: what became of the handler's task, and saying so."""

import asyncio

from everstep.core.messages import InvocationOutput
from everstep.errors import ExecutionError, SuspendExecution
from everstep.sdk.drive.sending import Sender
from everstep.sdk.replay.batching import Writer
from everstep.sdk.replay.ending import PENDING, Failed, Finished, HandlerEnd, Suspended, failed
from everstep.sdk.replay.requests import Save, Script


def end_of(handler: asyncio.Task[object]) -> HandlerEnd:
    """What became of it."""
    if handler.cancelled():
        return Failed(ExecutionError("the handler was cancelled by its own code"))
    error = handler.exception()
    match error:
        case None:
            return Finished(handler.result())
        case SuspendExecution():
            return Suspended()
        case _:
            return failed(error)


async def answer(script: Script[InvocationOutput], writer: Writer, sender: Sender) -> InvocationOutput:
    """Carry out the end's script; everything else has stopped."""
    try:
        request = script.send(None)
        while True:
            assert isinstance(request, Save), request
            ticket = writer.add(request.update)
            while writer.saved < ticket:
                if writer.is_revoked:
                    return PENDING
                await sender.call()
            request = script.send(None)
    except StopIteration as finished:
        output: InvocationOutput = finished.value
        return output
