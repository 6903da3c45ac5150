"""Every kind of operation that a checkpoint may report. A new kind is one more file and one more row."""

from collections.abc import Mapping

from everstep.core.machine import callback, chained_invoke, context, step, wait
from everstep.core.machine.rules import Rules
from everstep.core.model import Kind

KINDS: Mapping[Kind, Rules] = {
    Kind.CONTEXT: context.RULES,
    Kind.STEP: step.RULES,
    Kind.WAIT: wait.RULES,
    Kind.CALLBACK: callback.RULES,
    Kind.CHAINED_INVOKE: chained_invoke.RULES,
}
