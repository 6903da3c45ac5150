"""The outside: those who start executions, answer callbacks, give orders and read along."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from everstep.core.machine.commands import CallbackFailure, CallbackHeartbeat, CallbackSuccess, Delete, Pause, Resume
from everstep.core.machine.delta import Delta
from everstep.core.model import Arn, ErrorObject, ExecutionStatus, Kind, Operation, OperationId, Status
from everstep.core.names import make_callback_id
from everstep.core.refusal import Refused
from everstep.core.wire.text import dump
from everstep.service.births import StartCommand
from everstep.service.service import Service
from tests.invariants.record import Answer, Answered, Order, Ordered, Paged, Started
from tests.simulation.network import PATIENCE_MS, Network, Said
from tests.simulation.points import Fault
from tests.simulation.server import LONG_SECONDS, Host


@dataclass(slots=True)
class Outside:
    """Owns what the outside knows: which executions there are, and which callbacks it was asked to answer."""

    host: Host
    network: Network
    started: dict[str, Arn] = field(default_factory=dict)
    """By name."""
    known: dict[Arn, None] = field(default_factory=dict)
    stopped: bool = False
    """Whether anybody was asked to stop anything."""

    def __post_init__(self) -> None:
        self.host.listeners.append(self._note)
        self.host.soothsayers.append(self._foresee)

    # ------------------------------------------------------------------ starting
    def start(self, function: str, name: str, event: object) -> None:
        """Until somebody says that it is there."""
        world = self.host.world
        self._send_start(function, name, dump(event))
        if world.goes_wrong(Fault.START_REPEATED, 0.2):
            world.later(world.fate.randint(0, 30_000), "start", lambda: self._send_start(function, name, dump(event)))
        if world.goes_wrong(Fault.START_CONFLICTING, 0.2):
            other = dump({"another": "payload"})
            world.later(
                world.fate.randint(5_000, 30_000), "start", lambda: self._conflict(function, name, dump(event), other)
            )

        def again() -> None:
            if name not in self.started:
                self.start(function, name, event)

        world.later(PATIENCE_MS, "start", again)

    def _conflict(self, function: str, name: str, payload: str, other: str) -> None:
        """Only a name that is taken can be refused; before, the other payload would be the right one."""
        self._send_start(function, name, other if name in self.started and self._is_there(name) else payload)

    def _is_there(self, name: str) -> bool:
        return self.started[name] in self.host.disk.store._kept and not self.host.world.odds.orders

    def _send_start(self, function: str, name: str, payload: str) -> None:
        sent_at = self.host.world.clock()
        command = StartCommand(function=function, name=name, input=payload, timeout_seconds=LONG_SECONDS)

        def truth(answer: Said | Refused) -> None:
            arn = answer.value.arn if isinstance(answer, Said) else None
            self._log(lambda **heard: Started(function=function, name=name, payload=payload, arn=arn, **heard))(
                sent_at, answer
            )

        def heard(answer: Said | Refused) -> None:
            if isinstance(answer, Said):
                self.started.setdefault(name, answer.value.arn)

        self.network.send("start", lambda s: s.start(command), truth=truth, heard=heard)

    # ------------------------------------------------------------------ callbacks
    def _note(self, delta: Delta) -> None:
        self.known.setdefault(delta.arn)
        for operation in delta.operations:
            if operation.kind is Kind.CALLBACK and operation.status is Status.STARTED and operation.moved_in == 0:
                self._plan_answer(operation)

    def _foresee(self, delta: Delta) -> None:
        world = self.host.world
        for operation in delta.operations:
            is_new = operation.kind is Kind.CALLBACK and operation.status is Status.STARTED
            if is_new and _wish(operation) in ("yes", "no") and world.goes_wrong(Fault.CALLBACK_EARLY, 0.1):
                self._answer(operation)

    def _plan_answer(self, callback: Operation) -> None:
        world, fate = self.host.world, self.host.world.fate
        if world.goes_wrong(Fault.CALLBACK_ASTRAY, 0.1):
            arn = next(iter(self.known))
            self._say(make_callback_id(arn, OperationId("nothing")), Answer.SUCCESS, "yes to nobody")
        match _wish(callback):
            case "yes" | "no":
                world.later(fate.choice([0, 5, 1_000, 20_000]), "answer", lambda: self._insist(callback))
            case "either":
                for beat in range(fate.randint(0, 3)):
                    world.later((beat + 1) * 10_000, "heartbeat", lambda: self._beat(callback))
                if fate.random() < 0.7:
                    world.later(fate.randint(0, 90_000), "answer", lambda: self._answer(callback))
            case _:
                pass  # silence

    def _insist(self, callback: Operation) -> None:
        """Answer until somebody says that it is answered."""
        is_settled: list[bool] = []

        def heard(answer: Said | Refused) -> None:
            is_settled.append(isinstance(answer, Said) or answer.code.http_status < 429)

        def again() -> None:
            if not any(is_settled):
                self._insist(callback)

        self._answer(callback, heard)
        if self.host.world.goes_wrong(Fault.CALLBACK_AGAIN, 0.1):
            self.host.world.later(self.host.world.fate.randint(0, 9_000), "answer", lambda: self._answer(callback))
        self.host.world.later(PATIENCE_MS, "answer", again)

    def _answer(self, callback: Operation, heard: Callable[[Said | Refused], object] = lambda answer: None) -> None:
        assert callback.callback_id is not None
        kind = Answer.FAILURE if _wish(callback) == "no" else Answer.SUCCESS
        self._say(callback.callback_id, kind, callback.name, heard)

    def _beat(self, callback: Operation) -> None:
        assert callback.callback_id is not None
        self._say(callback.callback_id, Answer.HEARTBEAT, None)

    def _say(
        self,
        callback_id: str,
        answer: Answer,
        payload: str | None,
        heard: Callable[[Said | Refused], object] = lambda answer: None,
    ) -> None:
        sent_at = self.host.world.clock()
        log = self._log(lambda **how: Answered(callback_id=callback_id, answer=answer, payload=payload, **how))
        log(sent_at, None)
        contents: dict[Answer, CallbackSuccess | CallbackFailure | CallbackHeartbeat] = {
            Answer.SUCCESS: CallbackSuccess(payload=payload),
            Answer.FAILURE: CallbackFailure(error=ErrorObject(type="No", message=payload)),
            Answer.HEARTBEAT: CallbackHeartbeat(),
        }
        content = contents[answer]
        self.network.send(
            "callback",
            lambda s: s.answer_callback(callback_id, content),
            truth=lambda said: log(sent_at, said),
            heard=heard,
        )

    # ------------------------------------------------------------------ orders
    def give_orders(self) -> None:
        """Perhaps somebody interferes, or reads along; asked at each turn."""
        world = self.host.world
        if not self.known or not world.happens(world.odds.orders):
            return
        arn = world.fate.choice(list(self.known))
        match world.fate.choice([*Order, *Order, None, None]):
            case None:
                self._read(arn)
            case order:
                self.order(arn, order)

    def order(self, arn: Arn, order: Order) -> None:
        world = self.host.world
        sent_at = world.clock()
        fault = {
            Order.STOP: Fault.STOPPED,
            Order.PAUSE: Fault.PAUSED,
            Order.RESUME: Fault.RESUMED,
            Order.DELETE: Fault.DELETED,
        }[order]
        self.stopped = self.stopped or order is Order.STOP
        log = self._log(lambda **how: Ordered(arn=arn, order=order, **how))
        log(sent_at, None)

        def truth(said: Said | Refused) -> None:
            log(sent_at, said)
            if isinstance(said, Said):
                world.coverage.faults[fault] += 1

        token = world.new_id()
        self.network.send(order, lambda s: _carry_out(s, arn, order, token), truth=truth, heard=lambda said: None)

    def resume_all(self) -> None:
        """Somebody sees to it that nothing stays paused."""
        for arn in self.host.open_arns():
            kept = self.host.disk.store._kept[arn]
            if kept.head.status is not ExecutionStatus.RUNNING:
                self.order(arn, Order.RESUME)

    def _read(self, arn: Arn) -> None:
        log = self._log(lambda **how: Paged(arn=arn, **how))
        sent_at = self.host.world.clock()
        after = self.host.world.fate.choice([0, 0, 3])

        def truth(said: Said | Refused) -> None:
            if isinstance(said, Said):
                self._log(lambda **how: Paged(arn=arn, after=after, events=said.value.events, **how))(sent_at, said)

        log(sent_at, None)
        marker = str(after) if after else None
        self.network.send("read", lambda s: s.history(arn, marker=marker), truth=truth, heard=lambda said: None)

    def _log(self, make: Callable[..., Any]) -> Callable[[int, Said | Refused | None], None]:
        world = self.host.world

        def log(sent_at: int, answer: Said | Refused | None) -> None:
            refusal = answer if isinstance(answer, Refused) else None
            world.calls.append(
                make(
                    sent_at=sent_at,
                    heard_at=None if answer is None else world.clock(),
                    refusal=refusal.message if refusal is not None else None,
                    code=refusal.code.value if refusal is not None else None,
                )
            )

        return log


def _wish(callback: Operation) -> str:
    return (callback.name or "").partition(" ")[0]


async def _carry_out(service: Service, arn: Arn, order: Order, client_token: str) -> object:
    match order:
        case Order.STOP:
            return await service.stop(arn)
        case Order.PAUSE:
            return await service.submit(arn, Pause(client_token=client_token))
        case Order.RESUME:
            return await service.submit(arn, Resume(client_token=client_token))
        case Order.DELETE:
            return await service.submit(arn, Delete())
