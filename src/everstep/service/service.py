"""The service: everything that can be asked of it, in one class without HTTP.

    submit(arn, command):  load -> decide -> commit -> tell whoever listens

Every change of every execution travels this one road. Answers that only read are in `queries`; who performs effects
and watches the time is `dispatch` and `timers`.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from everstep.core.limits import LIMITS, Limits
from everstep.core.machine.commands import (
    AnswerCallback,
    CallbackFailure,
    CallbackHeartbeat,
    CallbackSuccess,
    Checkpoint,
    Command,
    Start,
    Stop,
    Tick,
)
from everstep.core.machine.decide import check_token, decide, due_at, evolve
from everstep.core.machine.delta import Delta, Effect, StartChild
from everstep.core.machine.life import is_expired
from everstep.core.machine.state import Execution
from everstep.core.messages import CheckpointReply, CheckpointRequest, StatePage
from everstep.core.model import Arn, CheckpointToken, ErrorObject, Millis
from everstep.core.names import FunctionName, parse_callback_id
from everstep.core.refusal import Code, Refused, not_found
from everstep.service import queries
from everstep.service.births import Place, StartCommand, Started, found_for, origin_of
from everstep.service.endings import Endings
from everstep.service.functions import targets_of
from everstep.service.hot import Hot
from everstep.service.ports import (
    Clock,
    FunctionAnswer,
    FunctionCall,
    FunctionConfig,
    Functions,
    Ids,
    Invoker,
    ListQuery,
    NameTakenError,
    StaleVersionError,
    Store,
    StoreError,
    Summary,
    SummaryPage,
)
from everstep.service.queries import HistoryPage

__all__ = ["Place", "Service", "StartCommand", "Started", "World"]

COMMIT_ATTEMPTS_MAX = 20
"""Races that a change may lose against other processes before it gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The adapters that a service works with."""

    store: Store
    clock: Clock
    ids: Ids
    invoker: Invoker
    functions: Functions


Listener = Callable[[Delta], None]
"""Told of every change after it is durable; must not block or raise."""


class Service:
    """The durable-execution service in one process."""

    def __init__(self, world: World, *, limits: Limits = LIMITS, place: Place | None = None) -> None:
        self._store = world.store
        self._clock = world.clock
        self._ids = world.ids
        self._invoker = world.invoker
        self._functions = world.functions
        self._limits = limits
        self.place = place or Place()
        self._hot = Hot()
        self._writing = 0
        self.refused_by_store: str | None = None
        """What the store said when it refused the last change; None when it took it."""
        self._endings = Endings()
        self._listeners: list[Listener] = [self._endings.note]

    @property
    def limits(self) -> Limits:
        return self._limits

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    # ------------------------------------------------------------------ the one road
    async def submit(self, arn: Arn, command: Command) -> tuple[Delta, Execution]:
        """Carry out a command: the change, durable, and the execution after it. Raises Refused."""
        async with self._hot.lane(arn):
            for _ in range(COMMIT_ATTEMPTS_MAX):
                execution = await self._load(arn)
                delta = decide(execution, command, self._clock.now(), self._limits)
                if delta.is_empty:
                    return delta, execution
                try:
                    await self._commit(delta)
                except StaleVersionError:
                    self._hot.forget(arn)
                    continue
                except BaseException:
                    self._hot.forget(arn)  # it may have been written or not: only the store knows
                    raise
                after = evolve(execution, delta)
                self._hot.keep(after)
                self._tell(delta)
                return delta, after
        raise Refused(Code.TOO_MANY, f"{arn} is changed by too many at once; try again")

    async def _commit(self, delta: Delta) -> None:
        """Write it. Whoever calls tells of it at once, so that nobody sees the change unwritten and untold."""
        self._writing += 1
        try:
            await self._store.commit(delta)
        except StoreError as error:
            self.refused_by_store = str(error)
            raise
        finally:
            self._writing -= 1
        self.refused_by_store = None

    @property
    def is_writing(self) -> bool:
        """Whether a change is on its way that nobody was told of yet."""
        return self._writing > 0

    async def look(self, arn: Arn) -> Execution:
        """The execution with its operations, as it was changed last. To be read now: the next change spends it."""
        execution = self._hot.get(arn)
        if execution is None:
            async with self._hot.lane(arn):
                execution = await self._load(arn)
        return execution

    async def _load(self, arn: Arn) -> Execution:
        """For the holder of the lane alone: what is loaded beside a change would be kept for the newest."""
        execution = self._hot.get(arn)
        if execution is None:
            execution = await self._store.load(arn)
            if execution is None:
                raise not_found()
            self._hot.keep(execution)
        return execution

    def _tell(self, delta: Delta) -> None:
        for listener in self._listeners:
            listener(delta)

    # ------------------------------------------------------------------ starting and stopping
    async def start(self, command: StartCommand) -> Started:
        """Start an execution, or find the one that has the name.

        Raises Refused: NOT_FOUND for a function that is not known, INVALID_PARAMETER for a bad name,
        ALREADY_STARTED when the name belongs to an execution with another input or version.
        """
        config = self._functions.find(command.function)
        if config is None and command.must_be_known:
            raise not_found(f"Function not found: {command.function}")
        config = config or FunctionConfig(name=command.function)
        for _ in range(COMMIT_ATTEMPTS_MAX):
            origin = origin_of(command, config, self.place, self._ids.new(), self._clock.now())
            delta = decide(None, Start(origin=origin, past=command.past), origin.started_at, self._limits)
            try:
                await self._give_birth(delta)
            except NameTakenError as taken:
                if await self._is_gone(taken.arn):
                    continue  # and with it its claim to the name
                return found_for(origin, await self.get(taken.arn))
            return Started(arn=origin.arn, existing=False, version=origin.version)
        raise Refused(Code.TOO_MANY, f"too many executions of {command.function} are called {command.name}; try again")

    async def start_child(self, effect: StartChild) -> None:
        """Give birth to a child execution; one that exists was born when the effect was performed before."""
        origin = replace(effect.origin, started_at=self._clock.now())
        delta = decide(None, Start(origin=origin, effect_id=effect.id), origin.started_at, self._limits)
        with suppress(StaleVersionError):
            await self._give_birth(delta)

    async def _give_birth(self, delta: Delta) -> None:
        async with self._hot.lane(delta.arn):  # whoever finds it in the store meanwhile waits until it is kept
            await self._commit(delta)
            self._hot.keep(evolve(None, delta))
            self._tell(delta)

    async def answer_callback(
        self, callback_id: str, answer: CallbackSuccess | CallbackFailure | CallbackHeartbeat
    ) -> None:
        """Complete, fail or keep alive a callback.

        Raises Refused: NOT_FOUND for an id that names nothing, CALLBACK_TIMEOUT for a callback that is closed.
        """
        named = parse_callback_id(callback_id)
        if named is None:
            raise not_found("Callback does not exist")
        arn, operation_id = named
        await self.submit(arn, AnswerCallback(operation_id=operation_id, answer=answer))

    async def stop(self, arn: Arn, error: ErrorObject | None = None) -> Millis:
        """End the execution now; one that is closed stays as it ended. When it ended."""
        delta, _ = await self.submit(arn, Stop(error=error))
        assert delta.head.ended_at is not None, delta
        return delta.head.ended_at

    # ------------------------------------------------------------------ time
    async def tick(self, arn: Arn) -> None:
        """Let time act on the execution; one whose retention is over is forgotten. Raises Refused."""
        if not await self._is_gone(arn):
            await self.submit(arn, Tick())

    async def _is_gone(self, arn: Arn) -> bool:
        """Whether there is no such execution any more; one that is kept no longer goes now."""
        async with self._hot.lane(arn):
            known = self._hot.get(arn) or await self._store.summary(arn)
            if known is None:
                return True
            if not is_expired(known.head, self._clock.now()):
                return False
            self._hot.forget(arn)
            try:
                await self._store.forget(arn, known.head.version)
            except StaleVersionError:
                return False
            return True

    async def drop(self, effect: Effect) -> None:
        """Nobody is left who could perform the effect, or to whom it would matter."""
        await self._store.drop(effect.id)

    # ------------------------------------------------------------------ waiting
    async def closed(self, arn: Arn) -> Summary:
        """Wait until the execution is closed."""
        with self._endings.of(arn) as end:
            # Time acts elsewhere: a waiter that gave up in the middle of a change would leave it untold.
            summary = await self._summary(arn)
            if not summary.head.status.is_closed:
                await end
                summary = await self._summary(arn)
            return summary

    # ------------------------------------------------------------------ the function's calls
    async def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        """Save what the function reports. Raises Refused; an unknown execution is a stale token."""
        try:
            delta, _ = await self.submit(arn, Checkpoint(request=request, targets=targets_of(self._functions, request)))
        except Refused as refused:
            raise queries.as_token_refusal(refused) from refused
        assert isinstance(delta.response, CheckpointReply), delta
        return delta.response

    async def state(self, arn: Arn, token: CheckpointToken, marker: str | None, max_items: int) -> StatePage:
        """A page of the state, for the holder of the current token."""
        try:
            execution = await self.look(arn)
            check_token(execution, token, self._clock.now(), self._limits)
        except Refused as refused:
            raise queries.as_token_refusal(refused) from refused
        return queries.state_page(execution, marker, max_items, self._limits.page_bytes_max)

    # ------------------------------------------------------------------ looking
    async def get(self, arn: Arn) -> Summary:
        """The execution without its operations. Raises Refused NOT_FOUND."""
        summary = await self._summary(arn)
        if summary.head.status.is_closed:
            return summary
        execution = await self._ripe(arn)
        return Summary(origin=execution.origin, head=execution.head)

    async def _summary(self, arn: Arn) -> Summary:
        """The execution as it was changed last, be something due or not."""
        execution = self._hot.get(arn)
        if execution is not None:
            return Summary(origin=execution.origin, head=execution.head)
        summary = await self._store.summary(arn)
        if summary is None:
            raise not_found()
        return summary

    async def _ripe(self, arn: Arn) -> Execution:
        """The execution as it is now, what is due included."""
        execution = await self.look(arn)
        due = due_at(execution)
        if due is not None and due <= self._clock.now():
            _, execution = await self.submit(arn, Tick())
        return execution

    async def history(
        self, arn: Arn, *, marker: str | None = None, max_items: int = 100, newest_first: bool = False
    ) -> HistoryPage:
        """A page of the history. Raises Refused NOT_FOUND, or INVALID_PARAMETER for a marker that is not ours."""
        await self.get(arn)
        return await queries.history_page(self._store, arn, marker, max_items, newest_first=newest_first)

    async def list(self, query: ListQuery) -> SummaryPage:
        return await self._store.list(query)

    # ------------------------------------------------------------------ functions
    def function(self, name: str) -> FunctionConfig | None:
        return self._functions.find(name)

    async def call_plain(
        self, function: str, qualifier: str | None, payload: bytes, tenant_id: str | None = None
    ) -> FunctionAnswer:
        """Call a function that is not durable and wait for its answer."""
        call = FunctionCall(
            function=function,
            version=FunctionName(name=function, qualifier=qualifier).version,
            payload=payload,
            request_id=self._ids.new(),
            tenant_id=tenant_id,
        )
        return await self._invoker.invoke(call)
