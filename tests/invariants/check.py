"""The checker: every invariant, over one record of a run."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from tests.invariants import checkpoints, history, outside, timing, work
from tests.invariants.record import Record, Violation

Invariant: TypeAlias = Callable[[Record], Iterable[tuple[str, str]]]
"""Gives (arn, what is wrong) for every breach."""

INVARIANTS: tuple[Invariant, ...] = (
    history.event_ids_are_dense,
    history.pages_are_parts_of_the_history,
    history.an_execution_ends_once,
    history.every_open_execution_has_a_cause_to_go_on,
    history.parent_and_child_agree,
    history.results_are_as_written,
    checkpoints.acknowledged_checkpoints_are_kept,
    checkpoints.a_token_writes_once,
    checkpoints.a_past_invocation_writes_nothing,
    checkpoints.the_same_client_token_gets_the_same_answer,
    checkpoints.quotas_are_exact,
    timing.nothing_is_early,
    timing.nothing_is_late,
    outside.callbacks_end_as_answered,
    outside.one_answer_completes_a_callback,
    outside.a_name_starts_one_execution,
    outside.deleted_executions_leave_no_rows,
    work.one_invocation_at_a_time,
    work.no_invocation_begins_in_a_pause,
    work.every_invocation_is_told_once,
    work.at_most_once_is_at_most_once,
    work.what_succeeded_was_done,
    work.nothing_is_called_before_it_is_recorded,
    work.results_stand_in_the_order_of_inputs,
    work.no_more_units_at_once_than_allowed,
)


def violations(record: Record) -> list[Violation]:
    """Everything that is wrong with the run; an empty list is what we want."""
    return [
        Violation(invariant=invariant.__name__, arn=arn, message=message)
        for invariant in INVARIANTS
        for arn, message in invariant(record)
    ]
