"""Performs effects: the only place where the service acts on the world because of a change.

    commit saved the effect -> perform -> the delta that follows names it performed

An effect is performed at least once. Twice is harmless: the second `BeginInvocation` finds the invocation live and
changes nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from everstep.core.machine.commands import (
    BeginInvocation,
    ChildEnded,
    Command,
    Crashed,
    InvocationEnd,
    InvocationEnded,
    Lost,
    Returned,
)
from everstep.core.machine.delta import Begun, CallFunction, Delta, Effect, Invoke, NotifyParent, StartChild
from everstep.core.machine.state import Execution, Head, InvocationPhase
from everstep.core.model import Arn, ErrorObject, ExecutionStatus
from everstep.core.refusal import Code, Refused
from everstep.core.wire.envelope import decode_output, encode_envelope
from everstep.core.wire.text import NotJsonError, dump, load
from everstep.service import queries
from everstep.service.ports import FunctionAnswer, FunctionCall, Ids, Invoker, Store, StoreError
from everstep.service.service import Service

logger = logging.getLogger(__name__)

EFFECTS_AT_START_MAX = 1_000_000
LIVE_AT_START_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a dispatcher waits for others."""

    caller_seconds: float = 0.5
    """How long a caller that is still running may keep others from answering it; see `Dispatcher`."""
    retry_seconds: float = 1.0
    """Until a store that refused is asked again."""


PATIENCE = Patience()


Submit: TypeAlias = Callable[[Arn, Command], Awaitable[tuple[Delta, Execution]]]


async def perform(
    service: Service, invoker: Invoker, ids: Ids, effect: Effect, *, submit: Submit | None = None
) -> None:
    """Carry out one effect to its end. Raises Refused when it is to be tried again.

    An effect whose execution is forgotten is dropped: if it stayed, it would be tried at every start. `submit` takes
    the place of the service's own, for those who insist.
    """
    try:
        await _carry_out(service, submit or service.submit, invoker, ids, effect)
    except Refused as refused:
        if refused.code is not Code.NOT_FOUND:
            raise
        logger.info("effect dropped: %s", refused, extra={"effect": effect.id})
        await service.drop(effect)


async def _carry_out(service: Service, submit: Submit, invoker: Invoker, ids: Ids, effect: Effect) -> None:
    match effect:
        case Invoke():
            await _invoke(submit, invoker, ids, effect, service.limits.page_bytes_max)
        case StartChild():
            await service.start_child(effect)
        case CallFunction():
            await _call(submit, invoker, ids, effect)
        case NotifyParent():
            await _notify(submit, effect)
        case _:
            assert_never(effect)


async def _invoke(submit: Submit, invoker: Invoker, ids: Ids, effect: Invoke, page_bytes_max: int) -> None:
    delta, execution = await submit(effect.arn, BeginInvocation(number=effect.number, id=ids.new()))
    begun = delta.response
    if not isinstance(begun, Begun):
        return
    call = FunctionCall(
        function=execution.origin.function,
        version=execution.origin.version,
        payload=dump(encode_envelope(queries.envelope(execution, begun, page_bytes_max))).encode(),
        request_id=begun.invocation.id,
        execution_arn=effect.arn,
        tenant_id=execution.origin.tenant_id,
        trace_header=_header(execution.origin.trace_header),
        endpoint=execution.origin.endpoint,
    )
    del execution  # its operations move on while the function runs
    answer = await invoker.invoke(call)
    await submit(effect.arn, InvocationEnded(number=effect.number, end=end_of(answer)))


def _header(text: str | None) -> str | None:
    """What can travel as a header and as an environment variable; nothing else was ever meant to be one."""
    return text if text is not None and text.isascii() and text.isprintable() else None


async def _call(submit: Submit, invoker: Invoker, ids: Ids, effect: CallFunction) -> None:
    """A plain target, called on behalf of an execution."""
    call = FunctionCall(
        function=effect.function,
        version=effect.version,
        payload=effect.payload.encode(),
        request_id=ids.new(),
        tenant_id=effect.tenant_id,
    )
    answer = await invoker.invoke(call)
    await submit(effect.arn, plain_end(effect, answer))


def plain_end(effect: CallFunction, answer: FunctionAnswer) -> ChildEnded:
    """What a plain function's answer means for the operation that called it."""
    ended = ChildEnded(operation_id=effect.operation_id, effect_id=effect.id, status=ExecutionStatus.FAILED)
    if answer.error is not None:
        return replace(ended, error=answer.error)
    try:
        text = answer.payload.decode()
    except UnicodeDecodeError:
        error = ErrorObject(message="CHAINED_INVOKE response could not be decoded as UTF-8.")
        return replace(ended, error=error)
    return replace(ended, status=ExecutionStatus.SUCCEEDED, result=text or None)


async def _notify(submit: Submit, effect: NotifyParent) -> None:
    """Tell the parent how its child ended."""
    ended = ChildEnded(
        operation_id=effect.parent.operation_id,
        effect_id=effect.id,
        status=effect.status,
        result=effect.result or None,
        error=effect.error,
    )
    await submit(effect.parent.arn, ended)


def end_of(answer: FunctionAnswer) -> InvocationEnd:
    """What a function's answer means for its invocation."""
    if answer.error is not None:
        return Crashed(error=answer.error)
    try:
        return Returned(output=decode_output(load(answer.payload)))
    except NotJsonError:
        return Returned(output=None)


class Dispatcher:
    """Performs effects as tasks of the running loop, each as often as it takes.

    A function that calls another one and goes to sleep may be overtaken: the other one ends first. Its news would be
    told before the end of the invocation that asked for it, which no history of AWS Lambda shows. So news of called
    functions lets a running caller go to sleep first, but a caller that runs on is kept waiting only for
    `patience.caller_seconds`.

    `only_own` leaves executions alone that a former process began. `on_rest` is told when nothing is owed any more
    (True), and when something is again (False).
    """

    def __init__(
        self,
        service: Service,
        invoker: Invoker,
        ids: Ids,
        *,
        patience: Patience = PATIENCE,
        only_own: bool = False,
        on_rest: Callable[[bool], None] | None = None,
    ) -> None:
        self._service = service
        self._invoker = invoker
        self._ids = ids
        self._patience = patience
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._asleep: dict[Arn, asyncio.Event] = {}
        """By caller: rings when its invocation is over."""
        self._own: set[Arn] | None = set() if only_own else None
        """Executions that this process began and that may still owe something; None when all are its own."""
        self._on_rest = on_rest or (lambda _is_resting: None)
        self._is_recovering = False
        self._is_draining = False
        service.listen(self.note)

    def note(self, delta: Delta) -> None:
        """A change is durable: its effects are due."""
        if delta.arn in self._asleep and not _is_awake(delta.head):
            self._asleep.pop(delta.arn).set()
        # While recovering, effects are left to be found in the outbox in the end.
        if self._is_own(delta) and not self._is_recovering and not self._is_draining:
            self._begin(delta.effects)

    def _is_own(self, delta: Delta) -> bool:
        if self._own is None:
            return True
        if delta.origin is not None:
            self._own.add(delta.arn)
        is_own = delta.arn in self._own
        if delta.head.status.is_closed and delta.head.invocation is None:
            self._own.discard(delta.arn)
        return is_own

    async def recover(self, store: Store) -> int:
        """Take up what a former process left: invocations that nobody watches, effects that nobody performed.

        How many executions were taken up. Nothing is performed before the last invocation is given up: one that this
        process has begun itself would look like one that nobody watches.
        """
        self._is_recovering = True
        try:
            while arns := await store.live(LIVE_AT_START_MAX):
                for arn in arns:
                    await self._give_up(arn)
        finally:
            self._is_recovering = False
        effects = await store.effects(EFFECTS_AT_START_MAX)
        self._begin(effects)
        return len({effect.arn for effect in effects})

    async def _give_up(self, arn: Arn) -> None:
        summary = await self._service.get(arn)
        if summary.head.invocation is not None:
            await self._service.submit(arn, InvocationEnded(number=summary.head.invocation.number, end=Lost()))

    @property
    def backlog(self) -> int:
        """Effects that wait or are under way."""
        return len(self._tasks)

    async def drain(self, seconds: float) -> int:
        """Begin nothing new and let what is under way end, for so long; how much did not.

        What ends meanwhile may owe something again: that stays in the outbox for the next start.
        """
        self._is_draining = True
        if not self._tasks:
            return 0
        _, late = await asyncio.wait(self._tasks.values(), timeout=seconds)
        return len(late)

    async def close(self) -> None:
        """Stop waiting for what is under way; the store remembers it."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if effect.id not in self._tasks:
                if not self._tasks:
                    self._on_rest(False)
                self._tasks[effect.id] = asyncio.create_task(self._carry_out(effect))

    async def _carry_out(self, effect: Effect) -> None:
        try:
            await self._until_performed(effect)
        except Exception as error:
            logger.exception("an effect failed for good", extra={"effect": effect.id})
            await self._fail(effect, ErrorObject(type=type(error).__name__, message=str(error)))
        finally:
            del self._tasks[effect.id]
            if not self._tasks:
                self._on_rest(True)

    async def _until_performed(self, effect: Effect) -> None:
        while True:
            try:
                await self._let_sleep(_caller(effect))
                await perform(self._service, self._invoker, self._ids, effect, submit=self._submit)
            except StoreError as error:
                facts = {"event": "store_trouble", "effect": effect.id}
                logger.error("the store refuses, trying again: %s", error, extra=facts)
            except Refused as refused:
                logger.warning("an effect was refused: %s", refused, extra={"effect": effect.id})
                if refused.code is not Code.TOO_MANY:
                    return  # it stays in the outbox, and is tried again at the next start
            else:
                return
            await asyncio.sleep(self._patience.retry_seconds)

    async def _submit(self, arn: Arn, command: Command) -> tuple[Delta, Execution]:
        """As often as it takes: a function that answered cannot be asked what it said because the disk was full."""
        while True:
            try:
                return await self._service.submit(arn, command)
            except StoreError as error:
                facts = {"event": "store_trouble", "arn": arn}
                logger.error("the store refuses, trying again: %s", error, extra=facts)
            except Refused as refused:
                if refused.code is not Code.TOO_MANY:
                    raise
                logger.warning("%s", refused, extra={"arn": arn})
            await asyncio.sleep(self._patience.retry_seconds)

    async def _fail(self, effect: Effect, error: ErrorObject) -> None:
        """A mistake of ours, or of an invoker, must not leave an execution waiting for what will never come."""
        with suppress(Exception):
            match effect:
                case Invoke():
                    ended = InvocationEnded(number=effect.number, end=Crashed(error=error))
                    await self._submit(effect.arn, ended)
                case CallFunction():
                    await self._submit(effect.arn, plain_end(effect, FunctionAnswer(error=error)))
                case StartChild() | NotifyParent():
                    return  # it stays in the outbox
                case _:
                    assert_never(effect)

    async def _let_sleep(self, caller: Arn | None) -> None:
        """Wait until the caller's running invocation is over, or patience is."""
        if caller is None or not await self._is_awake(caller):
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience.caller_seconds):
                await self._asleep.setdefault(caller, asyncio.Event()).wait()

    async def _is_awake(self, arn: Arn) -> bool:
        try:
            return _is_awake((await self._service.get(arn)).head)
        except Refused:
            return False  # whoever performs the effect finds out as well, and says what follows


def _caller(effect: Effect) -> Arn | None:
    """Whom the effect brings the end of a called function."""
    match effect:
        case NotifyParent(parent=parent):
            return parent.arn
        case CallFunction(arn=arn):
            return arn
        case Invoke() | StartChild():
            return None
        case _:
            assert_never(effect)


def _is_awake(head: Head) -> bool:
    return head.invocation is not None and head.invocation.phase is InvocationPhase.LIVE
