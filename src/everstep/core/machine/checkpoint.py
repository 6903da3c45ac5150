"""A checkpoint: the function reports, and learns what happened meanwhile.

Order of the rules: repeated request -> token -> what is ripe -> the batch as a whole -> each update in turn, seeing
the ones before it. Whatever is refused, nothing of the batch remains and the token is unused.
"""

from collections.abc import Mapping, Sequence

from everstep.core.limits import IDEMPOTENCY_WINDOW_MS, OPERATION_PAYLOAD_CHARS_MAX
from everstep.core.machine import life, pausing
from everstep.core.machine.commands import Target
from everstep.core.machine.delta import Delta
from everstep.core.machine.draft import Draft
from everstep.core.machine.kinds import KINDS
from everstep.core.machine.rules import Rules, refuse_misplaced
from everstep.core.machine.state import Invocation, InvocationPhase, Reply
from everstep.core.messages import CheckpointReply, CheckpointRequest
from everstep.core.model import (
    Action,
    CheckpointToken,
    ExecutionStatus,
    Kind,
    Operation,
    OperationId,
    Status,
    Update,
)
from everstep.core.names import TokenParts, make_token, parse_token
from everstep.core.records import changed
from everstep.core.refusal import invalid, stale_token
from everstep.core.sizes import error_bytes, text_bytes


def take(draft: Draft, request: CheckpointRequest, targets: Mapping[str, Target]) -> Delta:
    """The delta of a checkpoint; `targets` are the known functions among those it wants to call. Raises Refused."""
    repeated = _same_answer(draft, request)
    if repeated is not None:
        return draft.finish(repeated)
    live = check_token(draft, request.token)
    life.ripen(draft)
    _check_batch(request.updates)
    for update in request.updates:
        if update.kind is Kind.EXECUTION:
            _end_execution(draft, update)
        else:
            _report(draft, update, targets)
    return _answer(draft, live, request)


def check_token(draft: Draft, token: CheckpointToken) -> Invocation:
    """The live invocation that holds this token. Raises Refused for a stale, foreign or unreadable one."""
    live = draft.invocation
    is_open = draft.is_open and not life.is_overdue(draft)
    may_write = live is not None and live.phase is InvocationPhase.LIVE and not live.is_revoked
    if is_open and live is not None and may_write and token == token_of(draft, live):
        return live
    parts = parse_token(token)
    if parts is not None and parts.execution_id != draft.origin.execution_id:
        raise invalid("Checkpoint token is not valid for the durable execution ARN")
    raise stale_token()


def token_of(draft: Draft, invocation: Invocation) -> CheckpointToken:
    return make_token(TokenParts(draft.origin.execution_id, invocation.id, invocation.checkpoints))


# --------------------------------------------------------------------------- the answer
def _same_answer(draft: Draft, request: CheckpointRequest) -> CheckpointReply | None:
    """The answer that this very request got before: its reply was lost on the way and the client asks again."""
    last = draft.reply
    if last is None or request.client_token is None or draft.now - last.at > IDEMPOTENCY_WINDOW_MS:
        return None
    if (last.client_token, last.checkpoint_token) != (request.client_token, request.token):
        return None
    operations = (draft.get(operation_id) for operation_id in last.operation_ids)
    return CheckpointReply(token=last.next_token, operations=tuple(o for o in operations if o is not None))


def _answer(draft: Draft, live: Invocation, request: CheckpointRequest) -> Delta:
    """Everything that this invocation has not seen in its present version, and the right to write again.

    One that shall pause is told nothing and may not write again: it ends, and the next one is told.
    """
    is_revoked = draft.head.status is ExecutionStatus.PAUSING
    operations = () if is_revoked else tuple(draft.unseen())
    moved_on = changed(live, checkpoints=live.checkpoints + 1, is_revoked=is_revoked)
    token = token_of(draft, moved_on) if draft.is_running else None
    draft.invocation = moved_on
    if is_revoked:
        pausing.take_hold(draft)
    else:
        draft.seen_version = draft.version
    draft.reply = None
    if request.client_token is not None:
        draft.reply = Reply(
            client_token=request.client_token,
            checkpoint_token=request.token,
            at=draft.now,
            next_token=token,
            operation_ids=tuple(o.id for o in operations),
        )
    return draft.finish(CheckpointReply(token=token, operations=operations))


# --------------------------------------------------------------------------- the batch
def _check_batch(updates: Sequence[Update]) -> None:
    ends = [index for index, update in enumerate(updates) if update.kind is Kind.EXECUTION]
    if len(ends) > 1:
        raise invalid("Cannot checkpoint multiple EXECUTION updates.")
    if ends and ends[0] != len(updates) - 1:
        raise invalid("EXECUTION checkpoint must be the last update.")
    known: dict[OperationId, Update] = {}
    for update in updates[: ends[0] if ends else None]:  # the id of the execution's end means nothing
        before = known.get(update.id)
        if before is not None and not _may_follow(before, update):
            raise invalid("Cannot checkpoint multiple operations with the same ID.")
        known[update.id] = update


def _may_follow(before: Update, update: Update) -> bool:
    """A quick step or context may begin and end in one batch."""
    has_inside = update.kind in (Kind.STEP, Kind.CONTEXT) and before.kind is update.kind
    return has_inside and before.action is Action.START and update.action is not Action.START


def _report(draft: Draft, update: Update, targets: Mapping[str, Target]) -> None:
    before = draft.get(update.id)
    _check_parent(draft, update)
    if before is not None:
        _check_same(before, update)
    if error_bytes(update.error) > draft.limits.error_bytes_max:
        raise invalid(f"Error object size must be less than or equal to {draft.limits.error_bytes_max} bytes.")
    rules = _rules(update)
    rules.refuse_oversize(update, draft.limits)
    status = rules.next_status(before.status if before else None, update.action)
    rules.check(update)
    if before is None:
        reported = _first_sight(draft, update, status)
        if rules.introduce is not None:
            reported = rules.introduce(reported, draft.origin)
    else:
        reported = changed(before, status=status, due_at=None)
    after = rules.when_reported(reported, update, draft.now)
    draft.put(after)
    if rules.told_by is not None:
        draft.tell(after, rules.told_by(after, update))
    if rules.pursue is not None:
        rules.pursue(draft, after, targets)
    _count(draft, update)


def _rules(update: Update) -> Rules:
    rules = KINDS.get(update.kind)
    if rules is None:
        raise invalid("Unknown operation type.")
    return rules


def _check_parent(draft: Draft, update: Update) -> None:
    if update.parent_id is None:
        return
    parent = draft.get(update.parent_id)
    if parent is None or parent.kind is not Kind.CONTEXT:
        raise invalid("Invalid parent operation id.")


def _check_same(before: Operation, update: Update) -> None:
    """What an update says again of an operation must be what was said first."""
    if update.kind is not before.kind:
        raise invalid("Inconsistent operation type.")
    if update.sub_type is not None and update.sub_type != before.sub_type:
        raise invalid("Inconsistent operation subtype.")
    if update.name is not None and update.name != before.name:
        raise invalid("Inconsistent operation name.")
    if update.parent_id is not None and update.parent_id != before.parent_id:
        raise invalid("Inconsistent parent operation id.")


def _first_sight(draft: Draft, update: Update, status: Status) -> Operation:
    if draft.operations >= draft.limits.operations_max:
        raise invalid(f"An execution cannot have more than {draft.limits.operations_max} operations.")
    return Operation(
        id=update.id,
        kind=update.kind,
        status=status,
        started_at=draft.now,
        parent_id=update.parent_id,
        name=update.name,
        sub_type=update.sub_type,
        seq=draft.operations + 1,
    )


def _count(draft: Draft, update: Update) -> None:
    """Keep the sum of what the execution wrote, and refuse what goes beyond the quota."""
    draft.written_bytes += text_bytes(update.payload) + error_bytes(update.error)
    if draft.written_bytes > draft.limits.written_bytes_max:
        raise invalid(f"An execution cannot write more than {draft.limits.written_bytes_max} bytes.")


def _end_execution(draft: Draft, update: Update) -> None:
    """EXECUTION SUCCEED or FAIL: the function ends the execution, its result being too large to return."""
    limit = output_bytes_max(draft)
    if error_bytes(update.error) > OPERATION_PAYLOAD_CHARS_MAX:
        raise invalid(f"Error object size must be less than or equal to {OPERATION_PAYLOAD_CHARS_MAX} bytes.")
    if text_bytes(update.payload) > limit:
        raise invalid(f"Execution output payload size must be less than or equal to {limit} bytes.")
    if update.action not in (Action.SUCCEED, Action.FAIL):
        raise invalid("Invalid EXECUTION action.")
    refuse_misplaced(update)
    succeeded = update.action is Action.SUCCEED
    status = ExecutionStatus.SUCCEEDED if succeeded else ExecutionStatus.FAILED
    life.close(draft, status, result=update.payload, error=update.error)


def output_bytes_max(draft: Draft) -> int:
    """How large a result this execution may have."""
    return draft.limits.async_output_bytes_max if draft.origin.is_async else draft.limits.sync_output_bytes_max
