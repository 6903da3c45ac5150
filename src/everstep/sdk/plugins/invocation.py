"""One invocation with plugins: told at its beginning, watched, and told at its end whatever becomes of it."""

import copy
import os
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from everstep.core.messages import Envelope, InvocationOutput
from everstep.core.model import Kind, Operation
from everstep.sdk.plugins.audience import Audience
from everstep.sdk.plugins.infos import InvocationEndInfo, InvocationStartInfo, InvocationStatus, by_id, moment
from everstep.sdk.plugins.news import News, WatchedJournal
from everstep.sdk.plugins.plugin import DurableInstrumentationPlugin as Plugin
from everstep.sdk.plugins.plugin import DurableInstrumentationPluginFactory as Factory
from everstep.sdk.plugins.watch import Watch
from everstep.sdk.replay.failures import error_object
from everstep.sdk.replay.journal import Journal
from everstep.sdk.types import LambdaContext

TRACE_VARIABLE = "_X_AMZN_TRACE_ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What an invocation is made with."""

    envelope: Envelope
    operations: Sequence[Operation]
    """The whole state."""
    event: object
    context: LambdaContext | None


def watched(
    factories: Sequence[Factory], occasion: Occasion, carry_out: Callable[[Journal, Watch], InvocationOutput]
) -> InvocationOutput:
    """Carry out the invocation with a journal that is watched; what plugins bind to the context ends with it."""
    return copy_context().run(_watched, factories, occasion, carry_out)


def _watched(
    factories: Sequence[Factory], occasion: Occasion, carry_out: Callable[[Journal, Watch], InvocationOutput]
) -> InvocationOutput:
    start = _start_info(occasion)
    audience = Audience(factories, start)
    news = News()
    journal = WatchedJournal(occasion.operations, news)
    for operation_id in occasion.envelope.updated_operation_ids:
        operation = journal.get(operation_id)
        if operation is not None and operation.status.is_terminal:
            news.end(operation)
    watch = Watch(occasion.envelope.arn, audience, journal, news)

    def finish(status: InvocationStatus, **outcome: Any) -> None:
        watch.finish()
        end = InvocationEndInfo(
            request_id=start.request_id,
            execution_arn=start.execution_arn,
            is_first_invocation=start.is_first_invocation,
            execution_start_time=start.execution_start_time,
            execution_input=start.execution_input,
            operations=by_id(journal.everything()),
            status=status,
            **outcome,
        )
        audience.tell(Plugin.on_invocation_end, end)

    try:
        audience.tell(Plugin.on_invocation_start, start)
        output = carry_out(journal, watch)
    except BaseException as error:
        finish(InvocationStatus.RETRY, error=error_object(error))
        raise
    finish(InvocationStatus(output.status.value), error=output.error, execution_result=output.result)
    return output


def _start_info(occasion: Occasion) -> InvocationStartInfo:
    operations = by_id(occasion.operations)
    execution = next((known for known in occasion.operations if known.kind is Kind.EXECUTION), None)
    updated = occasion.envelope.updated_operation_ids
    return InvocationStartInfo(
        request_id=occasion.context.aws_request_id if occasion.context is not None else None,
        execution_arn=occasion.envelope.arn,
        is_first_invocation=all(known.kind is Kind.EXECUTION for known in occasion.operations),
        execution_start_time=moment(execution.started_at) if execution is not None else None,
        # A copy, so that neither the plugin nor the handler sees what the other does to it.
        execution_input=copy.deepcopy(occasion.event),
        operations=operations,
        updated_operations={id_: operations[id_] for id_ in updated if id_ in operations},
        # A test world runs many invocations in one process, so it cannot use the environment as Lambda does.
        trace_header=getattr(occasion.context, "trace_header", None) or os.environ.get(TRACE_VARIABLE) or None,
    )
