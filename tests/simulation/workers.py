"""Where functions run: processes that may die, be taken for dead, or be given the same invocation twice."""

import asyncio
from collections.abc import Callable
from typing import Any

from everstep.core.messages import CheckpointReply, CheckpointRequest, Envelope, StatePage
from everstep.core.model import Arn, CheckpointToken, ErrorObject
from everstep.core.refusal import Refused
from everstep.core.wire.envelope import decode_envelope, encode_output
from everstep.core.wire.text import dump, load
from everstep.errors import CheckpointError, GetExecutionStateError, InvocationError, ServiceError
from everstep.sdk.clients.verdict import refused, unreachable
from everstep.service.ports import FunctionAnswer, FunctionCall
from tests.invariants.record import Deed, Delivered, PlainCalled, Saved
from tests.simulation.network import PATIENCE_MS, Ask, Heard, Network, Said
from tests.simulation.play import function_of
from tests.simulation.points import Fault, Place
from tests.simulation.server import Host
from tests.simulation.world import World

TRIES = 4
DIED = ErrorObject(type="Runtime.ExitError", message="the process died")
GONE = ErrorObject(type="ConnectionError", message="nothing was heard of the function")
SILENCE_MS = 30_000


class ProcessDiedError(RuntimeError):
    """The process in which this runs is dead: nothing that it does counts any more."""


class Workers:
    """An `Invoker`: it begins processes, and remembers how many units its functions may have under way."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.world = host.world
        self.network = Network(self.world, lambda: host.now)
        self.concurrency: dict[str, int] = {}

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        service = self._host.now
        assert service is not None
        await service.reach(Place.BEFORE_INVOKE)
        future: asyncio.Future[FunctionAnswer] = asyncio.get_running_loop().create_future()

        def answer(answer: FunctionAnswer) -> None:
            if not future.done():
                future.set_result(answer)

        if call.function == "plain":
            self._call_plain(call, answer)
        else:
            self._deliver(call, answer)
        answered = await future
        await service.reach(Place.AFTER_INVOKE)
        return answered

    def _call_plain(self, call: FunctionCall, answer: Callable[[FunctionAnswer], None]) -> None:
        event: Any = load(call.payload)
        self.world.deeds.append(PlainCalled(arn=event["arn"], place=event["place"], at=self.world.clock()))
        self.world.later(self.world.fate.randint(0, 500), "plain", lambda: answer(FunctionAnswer(payload=call.payload)))

    def _deliver(self, call: FunctionCall, answer: Callable[[FunctionAnswer], None]) -> None:
        world = self.world
        for _ in range(2 if world.goes_wrong(Fault.INVOCATION_DUPLICATED, world.odds.repeats) else 1):
            process = Process(self, call, answer)
            delay = world.fate.randint(0, 2)
            if world.goes_wrong(Fault.REQUEST_DELAYED, world.odds.network):
                delay = world.fate.choice([1_000, SILENCE_MS + 5_000])
            if not world.goes_wrong(Fault.REQUEST_DROPPED, world.odds.network):
                world.later(delay, "invoke", process.begin)
            else:
                world.later(SILENCE_MS, "silence", lambda: answer(FunctionAnswer(error=GONE)))
        if world.goes_wrong(Fault.INVOCATION_LOST_SIGHT_OF, world.odds.repeats):
            world.later(world.fate.randint(0, 200), "lost", lambda: answer(FunctionAnswer(error=DIED)))


class Process:
    """One delivery of an invocation, in a process of its own; also its way to the service."""

    is_local = True

    def __init__(self, workers: Workers, call: FunctionCall, answer: Callable[[FunctionAnswer], None]) -> None:
        self._workers = workers
        self._world: World = workers.world
        self._call = call
        self._answer = answer
        self._is_dead = False

    @property
    def arn(self) -> str:
        return self._call.execution_arn or ""

    def begin(self) -> None:
        self._world.deeds.append(Delivered(arn=self.arn, request_id=self._call.request_id, at=self._world.clock()))
        self._world.baton.start(self._run, f"{self._call.request_id}")

    def _run(self) -> None:
        envelope: Envelope = decode_envelope(load(self._call.payload))
        function = function_of(self, is_async=self._call.function.endswith("async"))
        try:
            output = function.invoke(envelope, self, threads=self._world.baton)
            answer = FunctionAnswer(payload=dump(encode_output(output)).encode())
        except InvocationError as error:
            answer = FunctionAnswer(error=ErrorObject(type=type(error).__name__, message=str(error)))
        self._reach(Place.BEFORE_ANSWER)
        if not self._is_dead:
            self._world.later(self._world.fate.randint(0, 3), "function's answer", lambda: self._answer(answer))

    # ------------------------------------------------------------------ life
    def _reach(self, point: Place) -> None:
        if not self._is_dead and self._world.dies_at(point, self._world.odds.worker_dies):
            self._is_dead = True
            self._world.coverage.faults[Fault.WORKER_KILLED] += 1
            delay = self._world.fate.choice([0, 10, 1_000])
            self._world.later(delay, "worker died", lambda: self._answer(FunctionAnswer(error=DIED)))

    def _live_through(self, point: Place) -> None:
        self._reach(point)
        if self._is_dead:
            raise ProcessDiedError("the process died")

    # ------------------------------------------------------------------ for the function
    def enter_body(self) -> None:
        self._live_through(Place.BEFORE_BODY)

    def leave_body(self) -> None:
        self._live_through(Place.AFTER_BODY)

    def write(self, deed: Deed) -> None:
        self._world.deeds.append(deed)

    def pauses(self) -> int:
        return 0 if self._world.is_calm else self._world.fate.choice((0, 0, 1, 5))

    def limit(self, place: str, units_max: int) -> None:
        self._workers.concurrency[place] = units_max

    # ------------------------------------------------------------------ for the SDK
    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        client_token = self._world.new_id()
        request = CheckpointRequest(token=request.token, updates=request.updates, client_token=client_token)

        def saved(sent_at: int, answer: Said | Refused | None) -> Saved:
            reply = answer.value if isinstance(answer, Said) else None
            return Saved(
                sent_at=sent_at,
                heard_at=None if answer is None else self._world.clock(),
                refusal=answer.message if isinstance(answer, Refused) else None,
                code=answer.code.value if isinstance(answer, Refused) else None,
                arn=arn,
                token=request.token,
                client_token=client_token,
                updates=request.updates,
                request_id=self._call.request_id,
                next_token=reply.token if reply is not None else None,
            )

        def log(sent_at: int, answer: Said | Refused | None) -> None:
            self._world.calls.append(saved(sent_at, answer))

        reply: CheckpointReply = self._ask(lambda s: s.checkpoint(arn, request), log, CheckpointError)
        return reply

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        page: StatePage = self._ask(
            lambda s: s.state(arn, token, marker, max_items), lambda at, answer: None, GetExecutionStateError
        )
        return page

    def _ask(self, ask: Ask, log: Callable[[int, Said | Refused | None], None], kind: type[ServiceError]) -> Any:
        """As the HTTP client: the same request again when nothing was heard, or when the service was unable."""
        self._reach(Place.BEFORE_CALL)
        answer: Said | Refused | None = None
        for _ in range(TRIES):
            if self._is_dead:
                break
            answer = self._ask_once(ask, log)
            if isinstance(answer, Said) or (answer is not None and answer.code.http_status < 429):
                break
        self._reach(Place.AFTER_CALL)
        if self._is_dead:
            raise unreachable(kind, "the process died")
        if answer is None:
            raise unreachable(kind, "no answer")
        if isinstance(answer, Refused):
            raise refused(kind, code=answer.code.value, status=answer.code.http_status, message=answer.message)
        return answer.value

    def _ask_once(self, ask: Ask, log: Callable[[int, Said | Refused | None], None]) -> Said | Refused | None:
        world = self._world
        answers: list[Said | Refused] = []
        sent_at, patient_until = world.clock(), world.now + PATIENCE_MS
        log(sent_at, None)
        truth: Heard = lambda answer: log(sent_at, answer)  # noqa: E731 - it is told, not called by name
        self._workers.network.send("checkpoint", ask, truth=truth, heard=answers.append)
        world.later(PATIENCE_MS, "patience", lambda: None)
        world.baton.wait_until(lambda: bool(answers) or world.now >= patient_until)
        return answers[0] if answers else None
