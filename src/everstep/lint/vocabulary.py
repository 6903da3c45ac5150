"""The words of durable functions that the check knows: ours, and those of the official SDK.

Nothing is taken for durable because of what it is called: a word counts only where imports, annotations and
decorators lead from it to one of these packages.
"""

from collections.abc import Mapping

SDKS = ("everstep", "aws_durable_execution_sdk_python")
MARKS = ("DurableContext", "durable_execution", "durable_step", "durable_with_child_context")
"""A file without any of these holds no durable function of its own."""

HANDLER_DECORATORS = frozenset({"durable_execution"})
BRANCH_DECORATORS = frozenset({"durable_with_child_context", "durable_parallel_branch"})
STEP_DECORATORS = frozenset({"durable_step", "durable_wait_for_callback"})
LATER_DECORATORS = BRANCH_DECORATORS | STEP_DECORATORS
"""Calling what they make only remembers the arguments."""

OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "step": ("func", "name", "config"),
    "wait": ("duration", "name"),
    "run_in_child_context": ("func", "name", "config"),
    "map": ("inputs", "func", "name", "config"),
    "parallel": ("functions", "name", "config"),
    "create_callback": ("name", "config"),
    "wait_for_callback": ("submitter", "name", "config"),
    "invoke": ("function_name", "payload", "name", "config"),
    "wait_for_condition": ("check", "config", "name"),
    "continue_as_new": ("input", "function_name"),
    "saga": (),
}
"""The methods of a context that make operations, with the names of their parameters."""
UNDOINGS = frozenset({"compensate", "cleanup"})
"""The methods of a saga, which take a function to run as a step later."""
WITH_RETRY = ("context", "func", "config", "name")
RESULT = "result"
"""The method of a callback that waits for its answer."""

DRAWS = frozenset({"uuid4", "random", "patched", "deprecate_patch", "set_attributes"})
"""Methods of a context that make no operation and yet must be called in the same order on each replay."""
FREE = frozenset({"now", "logger", "set_logger", "is_replaying", "execution_context", "lambda_context"})
"""What a step may use of the context around it."""

STEP_BODIES: Mapping[str, str] = {"step": "func", "wait_for_callback": "submitter", "wait_for_condition": "check"}
"""Operations whose function runs once and is recorded, and the parameter that takes it."""
BRANCH_BODIES: Mapping[str, str] = {
    "run_in_child_context": "func",
    "map": "func",
    "parallel": "functions",
    "with_retry": "func",
}
"""Operations whose function is replayed with a context of its own."""

WORDS = (
    LATER_DECORATORS
    | HANDLER_DECORATORS
    | {"with_retry", "ParallelBranch", "SuspendExecution"}
    | {f"{kind}{word}" for kind in ("", "Async") for word in ("DurableContext", "Callback", "Saga")}
)
"""Names of an SDK that mean something here."""
UNRECORDED = ("NestingType.FLAT", "is_virtual")
"""What a file says in which child contexts may have no record of their own."""


def sdk_name(name: str) -> str | None:
    """The last part of a dotted name that leads into one of the SDKs; None for any other name."""
    root, _, rest = name.partition(".")
    return rest.rpartition(".")[2] if root in SDKS and rest else None
