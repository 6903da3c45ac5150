"""Every kind of operation that a checkpoint may report. A new kind is one more file and one more row."""

from collections.abc import Mapping

from everstep.core.machine import step, wait
from everstep.core.machine.rules import Rules
from everstep.core.model import Kind

KINDS: Mapping[Kind, Rules] = {
    Kind.STEP: step.RULES,
    Kind.WAIT: wait.RULES,
}
