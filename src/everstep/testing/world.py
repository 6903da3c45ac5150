"""The whole system in one process and one thread, with a clock that jumps.

    start -> perform what is owed -> nothing owed? answer a callback, or jump to the next due moment -> … -> closed

It is the real core, the real service and the real SDK; only the adapters differ: a store in memory, a direct call in
the place of the network, and virtual time. A wait of thirty days takes as long as the two invocations around it.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping

from everstep.core.events import Event
from everstep.core.machine.commands import CallbackFailure, CallbackHeartbeat, CallbackSuccess, Tick
from everstep.core.machine.delta import Delta, Effect
from everstep.core.machine.state import Execution, Head, InvocationPhase
from everstep.core.model import Arn, CallbackId, ExecutionStatus, Kind, Millis, Operation, OperationId, Status
from everstep.core.names import make_callback_id
from everstep.core.refusal import Refused
from everstep.drawing.timeline import draw
from everstep.drawing.wording import duration
from everstep.service.dispatch import perform
from everstep.service.ports import Summary
from everstep.service.service import Place as Home
from everstep.service.service import Service, StartCommand
from everstep.service.service import World as Adapters
from everstep.service.stores.memory import MemoryStore
from everstep.testing.answers import Answers, Reply
from everstep.testing.errors import StuckError
from everstep.testing.functions import Target, TestFunctions
from everstep.testing.incarnation import Bystander, Witness
from everstep.testing.invoker import DirectInvoker
from everstep.testing.operations import TestedOperation
from everstep.testing.plan import Plan
from everstep.testing.ticking import Races
from everstep.testing.virtual import CountingIds, Hand, MovableClock, VirtualClock, WaitingClock
from everstep.testing.waiting import Standing, waits

INVOCATIONS_MAX = 4_000
"""Invocations of one execution before the world says that it goes round in circles; more than the 3,000 operations
that an execution may have, each of which may be a wait."""
LINES_MAX = 60
"""Of a timeline in an error's message."""


class World:
    """Owns a service, its clock and the functions that it invokes."""

    def __init__(
        self,
        functions: Mapping[str, Target],
        plan: Plan | None = None,
        *,
        witness: Witness | None = None,
        delay: Callable[[Operation, Millis], Millis] | None = None,
        invocations_max: int = INVOCATIONS_MAX,
    ) -> None:
        """`delay` says when callbacks are answered: (callback, planned moment) -> moment."""
        plan = plan or Plan()
        self._invocations_max = invocations_max
        self._is_real_time = plan.is_real_time
        self.clock: MovableClock = WaitingClock() if plan.is_real_time else VirtualClock()
        self.hand = Hand()
        self._ids = CountingIds(plan.seed)
        self._store = plan.store or MemoryStore()
        self._functions = TestFunctions(functions, plan.timeouts, plan.execution_timeout_seconds)
        self._answers = Answers(plan, delay)
        self._owed: deque[Effect] = deque()
        self._heads: dict[Arn, Head] = {}
        """Of every execution of this world, as it was changed last: the service need not be asked after each step."""
        self._due: dict[Arn, Millis] = {}
        """When time will change each open execution."""
        self._guards: dict[Arn, Millis] = {}
        """When those executions time out that no test spoke of; time runs up to it only for something else as well."""
        self._timed: set[Arn] = set()
        """Executions whose timeout the test spoke of: time may run up to it."""
        self._races: dict[Arn, Races] = {}
        """Of executions whose code can tell what ended first."""
        self._invoker = DirectInvoker(self.hand, self._functions, plan, witness or Bystander())
        adapters = Adapters(
            store=self._store, clock=self.clock, ids=self._ids, invoker=self._invoker, functions=self._functions
        )
        self.service = Service(adapters, limits=plan.limits, place=Home(region=plan.region, account=plan.account))
        self._invoker.serve(self.service, self.drain)
        self.service.listen(self._note)

    # ------------------------------------------------------------------ what a test does to it
    def start(
        self,
        function: str,
        input_text: str | None,
        name: str | None = None,
        *,
        timeout_seconds: int | None = None,
        tenant_id: str | None = None,
    ) -> Arn:
        """Begin an execution; nothing of it runs yet."""
        command = StartCommand(
            function=function, input=input_text, name=name, timeout_seconds=timeout_seconds, tenant_id=tenant_id
        )
        arn = self.hand.run(self.service.start(command)).arn
        if timeout_seconds is not None:
            self._timed.add(arn)
        return arn

    def run_until_closed(self, arn: Arn, *, seconds_max: float | None = None) -> Summary:
        """Let the world go on until the execution is closed. Raises StuckError when it never will be.

        `seconds_max` counts only where time is real.
        """
        self.run_until(arn, lambda: self._head(arn).status.is_closed, "is not closed", seconds_max)
        return self.summary(arn)

    def run_until(self, arn: Arn, is_so: Callable[[], bool], but: str, seconds_max: float | None = None) -> None:
        """Let the world go on until something is so. Raises StuckError when it never will be; `but` says what is."""
        patience = None
        if self._is_real_time and seconds_max is not None:
            patience = Millis(self.clock.now() + round(seconds_max * 1000))
        while not is_so():
            if self._head(arn).invocations > self._invocations_max:
                raise self._stuck(arn, f"was invoked {self._invocations_max} times and goes round in circles")
            if patience is not None and self.clock.now() >= patience:
                raise self._stuck(arn, f"{but} after {seconds_max} seconds")
            if not self.step(patience):
                raise self._stuck(arn, f"{but}, and nothing will happen by itself")

    def step(self, until: Millis | None = None) -> bool:
        """Perform one owed effect, or answer a callback, or come to the next due moment but no further than `until`.

        Whether there was anything to do.
        """
        if self._owed:
            effect = self._owed.popleft()
            self.hand.run(perform(self.service, self._invoker, self._ids, effect))
            return True
        answer_at, due_at = self._answers.next_due(), min(self._due.values(), default=None)
        moments = [moment for moment in (answer_at, due_at, until) if moment is not None]
        if not moments:
            return self._end_with_something_else()
        moment = min(moments)
        self.clock.advance_to(moment)
        if self.clock.now() < moment:
            return True  # rung before its time: something may be owed
        if answer_at == moment:
            self._answer()
        elif due_at == moment:
            for arn in [arn for arn, due in self._due.items() if due <= moment]:
                self._tick(arn)
        return True

    def advance(self, seconds: float) -> None:
        """Let so much time pass, and everything happen that happens meanwhile."""
        until = Millis(self.clock.now() + round(seconds * 1000))
        while self._owed or self.clock.now() < until:
            self.step(until)
        self.drain()

    def drain(self) -> None:
        """Perform everything that is owed; time stands still."""
        while self._owed:
            self.step()

    def answer(self, callback_id: str, answer: CallbackSuccess | CallbackFailure | CallbackHeartbeat) -> None:
        """Somebody outside answers. Raises Refused."""
        self.hand.run(self.service.answer_callback(CallbackId(callback_id), answer))

    def answer_now(self, arn: Arn, operation_id: OperationId) -> bool:
        """Give a planned answer before its time. Whether one was planned."""
        due = self._answers.take_of(make_callback_id(arn, operation_id))
        self._give(due)
        return due is not None

    # ------------------------------------------------------------------ what a test sees of it
    def summary(self, arn: Arn) -> Summary:
        return self.hand.run(self.service.get(arn))

    def execution(self, arn: Arn) -> Execution:
        """The execution with its operations."""
        execution = self.hand.run(self._store.load(arn))
        assert execution is not None, arn
        return execution

    def history(self, arn: Arn) -> tuple[Event, ...]:
        """Every event, oldest first."""
        return tuple(self.hand.run(self._store.events(arn, limit=1_000_000)))

    def operations(self) -> Iterator[Operation]:
        """Of all its executions."""
        for arn in tuple(self._heads):
            yield from self.execution(arn).operations

    def is_running(self, arn: Arn) -> bool:
        """Whether its function is being invoked, or is about to be."""
        return self._head(arn).invocation is not None

    def open_callbacks(self, arn: Arn) -> list[tuple[Operation, str | None]]:
        """The callbacks that wait for an answer, each with the name of the context that it stands in."""
        operations = self.execution(arn).operations
        found = []
        for operation in operations:
            if operation.kind is Kind.CALLBACK and operation.status is Status.STARTED:
                outer = operations.get(operation.parent_id) if operation.parent_id is not None else None
                found.append((operation, outer.name if outer is not None else None))
        return found

    # ------------------------------------------------------------------ inside
    def _head(self, arn: Arn) -> Head:
        known = self._heads.get(arn)
        return self.summary(arn).head if known is None else known

    def _note(self, delta: Delta) -> None:
        self._owed.extend(delta.effects)
        self._heads[delta.arn] = delta.head
        self._answers.note(delta.arn, delta.operations)
        self._note_due(delta)
        self.clock.ring()
        self._tick_clock(delta)

    def _note_due(self, delta: Delta) -> None:
        self._due.pop(delta.arn, None)
        self._guards.pop(delta.arn, None)
        if delta.origin is not None and self._functions.is_timed(delta.origin.function):
            self._timed.add(delta.arn)
        if delta.due_at is None or delta.head.status.is_closed:
            return
        is_guard = delta.due_at == delta.head.timeout_at and delta.arn not in self._timed
        (self._guards if is_guard else self._due)[delta.arn] = delta.due_at

    def _tick_clock(self, delta: Delta) -> None:
        """Let time go on where nothing else would tell what came first; see `ticking`."""
        if delta.origin is not None and self._functions.is_async(delta.origin.function) and not self._is_real_time:
            self._races[delta.arn] = Races()
        races = self._races.get(delta.arn)
        if races is not None and races.note(delta.operations):
            self.clock.advance_to(Millis(self.clock.now() + 1))

    def _end_with_something_else(self) -> bool:
        """Let an execution time out that something else would have changed at that moment. Whether there is one."""
        for arn, due in self._guards.items():
            execution = self.execution(arn)
            if due in (execution.operations.next_due(), execution.head.invoke_at):
                self.clock.advance_to(due)
                self._tick(arn)
                return True
        return False

    def _tick(self, arn: Arn) -> None:
        self.hand.run(self.service.submit(arn, Tick()))

    def _answer(self) -> None:
        self._give(self._answers.take())

    def _give(self, due: tuple[TestedOperation, Reply] | None) -> None:
        if due is None:
            return
        callback, reply = due
        try:
            self.answer(callback.callback_id or "", reply)
        except Refused:
            return  # it came too late, as answers may

    def _stuck(self, arn: Arn, why: str) -> StuckError:
        execution = self.execution(arn)
        now = self.clock.now()
        spent = duration(now - execution.origin.started_at)
        lines = [f"{execution.origin.name} {why}; {spent} have passed. It waits for:"]
        standing = Standing(
            status=execution.head.status, operations=execution.operations, invoke_at=execution.head.invoke_at
        )
        lines += [f"  - {line}" for line in waits(standing, now)]
        live = execution.head.invocation
        if live is not None and live.phase is InvocationPhase.LIVE:
            lines.append("  - its function, which runs")
        if execution.head.status is ExecutionStatus.PAUSED:
            lines.append("  - resume_execution")
        return StuckError("\n".join([*lines, "", *_shortened(draw(self.history(arn))), "", str(arn)]))


def _shortened(drawn: list[str]) -> list[str]:
    left_off = len(drawn) - LINES_MAX
    return (
        drawn if left_off <= 0 else [*drawn[: LINES_MAX // 2], f"… {left_off} more lines …", *drawn[-LINES_MAX // 2 :]]
    )
