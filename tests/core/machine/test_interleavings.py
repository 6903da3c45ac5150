"""Whatever happens in whatever order: no wake-up is lost, no news is told twice, nothing is written by the dead.

`Life` checks the invariants after every command; the machine below adds a model of what the function must have been
told, and of which tokens may write.
"""

from collections import Counter
from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from everstep.core.limits import Limits
from everstep.core.machine.commands import (
    AnswerCallback,
    BeginInvocation,
    CallbackFailure,
    CallbackHeartbeat,
    CallbackSuccess,
    Checkpoint,
    ChildEnded,
    InvocationEnded,
    Lost,
    Target,
    Tick,
)
from everstep.core.machine.decide import due_at
from everstep.core.machine.delta import Begun, Delta
from everstep.core.machine.state import InvocationPhase
from everstep.core.messages import CheckpointReply, CheckpointRequest
from everstep.core.model import (
    Action,
    CallbackOptions,
    CheckpointToken,
    ExecutionStatus,
    InvokeOptions,
    Kind,
    OperationId,
    Status,
    Update,
)
from everstep.core.refusal import Refused
from tests.core.machine.factories import TIMEOUT_SECONDS, a_wait, an_end, an_error, an_origin, an_update
from tests.core.machine.life import Life

IDS = st.sampled_from("abcdefgh")
SECONDS = st.sampled_from([0, 0.001, 1, 2, 3, 60, 300])
TARGET = Target(is_durable=True, execution_timeout_seconds=60)
PATIENT = Limits(crash_retries_max=50, failure_retries_max=50, empty_pendings_max=50)
ANSWERS = st.sampled_from([CallbackSuccess(payload="1"), CallbackFailure(error=an_error()), CallbackHeartbeat()])
ENDS = st.sampled_from([ExecutionStatus.SUCCEEDED, ExecutionStatus.FAILED, ExecutionStatus.STOPPED])
CLOSED = "The callback is already completed or has timed out"
ERRORS = st.sampled_from(["Runtime.ExitError", "Sandbox.Timedout", "ValueError"])


def a_question(id_: str, timeout: int, heartbeat: int) -> Update:
    options = CallbackOptions(timeout_seconds=timeout, heartbeat_timeout_seconds=heartbeat)
    return an_update(Action.START, id_, Kind.CALLBACK, callback=options)


def a_call(id_: str) -> Update:
    return an_update(Action.START, id_, Kind.CHAINED_INVOKE, invoke=InvokeOptions(function_name="f"))


UPDATES = st.lists(
    st.one_of(
        st.builds(an_update, st.sampled_from([Action.START, Action.SUCCEED, Action.FAIL]), IDS),
        st.builds(lambda i, s: an_update(Action.RETRY, i, retry_delay_seconds=s), IDS, st.integers(1, 5)),
        st.builds(lambda i, s: a_wait(id_=f"w-{i}", wait_seconds=s), IDS, st.integers(1, 5)),
        st.builds(lambda i: a_wait(Action.CANCEL, f"w-{i}"), IDS),
        st.builds(lambda i, s: a_question(f"q-{i}", *s), IDS, st.tuples(st.integers(0, 5), st.integers(0, 3))),
        st.builds(lambda i: a_call(f"c-{i}"), IDS),
    ),
    max_size=4,
)


class Interleavings(RuleBasedStateMachine):
    """One execution, a dispatcher that repeats itself, zombies that write, and a service that looks when it likes."""

    @initialize(timeout=st.sampled_from([20, TIMEOUT_SECONDS]))
    def birth(self, timeout: int) -> None:
        self.life = Life(an_origin(timeout_seconds=timeout), PATIENT)
        self.moved: Counter[tuple[OperationId, int]] = Counter()
        self.told: Counter[tuple[OperationId, int]] = Counter()
        self.dead: list[CheckpointToken] = []
        self.seen = 0
        """What the function had seen when it last checkpointed."""

    @property
    def is_live(self) -> bool:
        live = self.life.head.invocation
        return live is not None and live.phase is InvocationPhase.LIVE

    @property
    def may_write(self) -> bool:
        live = self.life.head.invocation
        return live is not None and live.phase is InvocationPhase.LIVE and not live.is_revoked

    # ------------------------------------------------------------------ the model
    def note(self, delta: Delta) -> Delta:
        """What the service changed must be told; what is answered is told."""
        self.moved.update((o.id, o.moved_in) for o in delta.operations if o.moved_in == delta.head.version)
        match delta.response:
            case Begun(updated_operation_ids=ids):
                self.told.update((i, self.life.operation(i).moved_in) for i in ids)
            case CheckpointReply(operations=operations):
                self.told.update((o.id, o.moved_in) for o in operations if o.moved_in > self.seen)
            case _:
                pass
        return delta

    def save(self, updates: list[Update]) -> None:
        self.seen = self.life.head.seen_version
        request = CheckpointRequest(token=self.life.token, updates=tuple(updates))
        delta = self.note(self.life.do(Checkpoint(request=request, targets={"f": TARGET})))
        assert isinstance(delta.response, CheckpointReply)
        reported = {update.id for update in updates}
        assert all(o.id in reported or o.moved_in > self.seen for o in delta.response.operations)
        self.dead.append(self.life.token)
        if delta.response.token is not None:
            self.life.token = delta.response.token

    # ------------------------------------------------------------------ what can happen
    @precondition(lambda self: self.life.owed is not None)
    @rule()
    def begin(self) -> None:
        number = self.life.owed
        assert number is not None
        delta = self.note(self.life.do(BeginInvocation(number=number, id=f"i{number}")))
        if isinstance(delta.response, Begun):
            self.dead.append(self.life.token)
            self.life.token = delta.response.token

    @rule(number=st.integers(0, 9))
    def begin_what_is_not_owed(self, number: int) -> None:
        if number != self.life.owed:
            assert self.note(self.life.do(BeginInvocation(number=number, id="late"))).response is None

    @precondition(lambda self: self.is_live)
    @rule(updates=UPDATES)
    def checkpoint(self, updates: list[Update]) -> None:
        try:
            self.save(updates)
        except Refused:
            return

    @precondition(lambda self: self.may_write)
    @rule()
    def checkpoint_next_attempts(self) -> None:
        """What a function does with its steps that are ready."""
        ready = [o for o in self.life.execution.operations if o.kind is Kind.STEP and o.status is Status.READY]
        try:
            self.save([an_update(Action.START, o.id) for o in ready])
        except Refused:
            assert self.life.now >= (self.life.head.timeout_at or 0), "only the end of its time may stop it"

    @rule(updates=UPDATES)
    def a_zombie_writes(self, updates: list[Update]) -> None:
        for token in self.dead[-3:]:
            command = Checkpoint(request=CheckpointRequest(token=token, updates=tuple(updates)))
            assert self.life.refusal_of(command) == "Invalid checkpoint token"

    @rule(id_=IDS, answer=ANSWERS)
    def somebody_answers(self, id_: str, answer: CallbackSuccess | CallbackFailure | CallbackHeartbeat) -> None:
        operation = self.life.execution.operations.get(OperationId(f"q-{id_}"))
        command = AnswerCallback(operation_id=OperationId(f"q-{id_}"), answer=answer)
        if operation is not None and operation.status is Status.STARTED:
            with suppress(Refused):  # its time, or the execution's, may be up without anybody having noticed
                self.note(self.life.do(command))
        else:
            assert self.life.refusal_of(command) == ("Callback does not exist" if operation is None else CLOSED)

    @rule(id_=IDS, status=ENDS)
    def a_child_ends(self, id_: str, status: ExecutionStatus) -> None:
        ended = ChildEnded(operation_id=OperationId(f"c-{id_}"), effect_id=f"notify/{id_}", status=status)
        self.note(self.life.do(ended))

    @precondition(lambda self: self.is_live)
    @rule()
    def suspend(self) -> None:
        self.note(self.life.suspend())

    @precondition(lambda self: self.is_live)
    @rule(error=ERRORS)
    def crash(self, error: str) -> None:
        self.note(self.life.crash(error))

    @precondition(lambda self: self.is_live)
    @rule()
    def lose(self) -> None:
        self.note(self.life.lose())

    @rule(number=st.integers(0, 9))
    def an_end_is_told_twice(self, number: int) -> None:
        live = self.life.head.invocation
        if live is None or live.number != number:
            assert self.life.do(InvocationEnded(number=number, end=Lost())).is_empty

    @rule(seconds=SECONDS)
    def tick(self, seconds: float) -> None:
        self.note(self.life.do(Tick(), after_ms=round(seconds * 1000)))

    @rule(seconds=SECONDS | st.just(-10))
    def time_passes_unnoticed(self, seconds: float) -> None:
        self.life.pass_unnoticed(seconds=seconds)

    @precondition(lambda self: self.is_live and self.life.head.operations > 5)
    @rule(by_checkpoint=st.booleans())
    def finish(self, by_checkpoint: bool) -> None:
        if by_checkpoint:
            self.checkpoint([an_end(Action.FAIL, error=an_error())])
        else:
            self.note(self.life.succeed("1"))

    @precondition(lambda self: self.life.head.status is ExecutionStatus.RUNNING)
    @rule(timeout_paused=st.booleans())
    def pause(self, timeout_paused: bool) -> None:
        try:
            self.note(self.life.pause(timeout_paused=timeout_paused))
        except Refused:
            assert self.life.now >= (self.life.head.timeout_at or 0), "only the end of its time may stop it"

    @precondition(lambda self: self.life.head.pause is not None)
    @rule()
    def resume(self) -> None:
        try:
            self.note(self.life.resume())
        except Refused:
            assert self.life.now >= (self.life.head.timeout_at or 0), "only the end of its time may stop it"

    @precondition(lambda self: self.life.head.operations > 5)
    @rule()
    def stop(self) -> None:
        self.note(self.life.stop())

    # ------------------------------------------------------------------ what must be true
    @invariant()
    def news_is_told_once_or_still_to_be_told(self) -> None:
        head = self.life.head
        assert not self.told - self.moved, "told, but it never happened"
        assert all(times == 1 for times in self.told.values())
        untold = {moved for moved in self.moved if not self.told[moved]}
        unseen = {(o.id, o.moved_in) for o in self.life.execution.operations if o.moved_in > head.seen_version}
        assert untold == unseen

    def teardown(self) -> None:
        """Left alone, every execution comes to an end or to a function that runs."""
        if not hasattr(self, "life"):
            return
        for _ in range(100):
            head = self.life.head
            if head.status.is_closed or head.invocation is not None:
                return
            due = due_at(self.life.execution)
            assert due is not None, "nothing will ever happen to it again"
            self.life.now = max(due, self.life.now)
            self.life.do(Tick())
        raise AssertionError("it slept through its own timeout")


Interleavings.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestInterleavings = Interleavings.TestCase
