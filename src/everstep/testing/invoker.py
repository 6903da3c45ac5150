"""Calls functions in this very thread. What they are told and what they answer still travels as JSON."""

import copy
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from everstep.core.machine.commands import Crashed, InvocationEnded
from everstep.core.messages import CheckpointReply, CheckpointRequest, Envelope, StatePage
from everstep.core.model import Arn, CheckpointToken, ErrorObject
from everstep.core.names import LATEST
from everstep.core.refusal import Refused
from everstep.core.wire.envelope import decode_envelope, encode_output
from everstep.core.wire.text import dump, load
from everstep.errors import CheckpointError, GetExecutionStateError, InvocationError, ServiceError, type_name
from everstep.sdk.clients.verdict import refused, unreachable
from everstep.sdk.drive.bodies import is_awaitable
from everstep.sdk.handler import DurableFunction
from everstep.service.ports import FunctionAnswer, FunctionCall
from everstep.service.service import Service
from everstep.testing.functions import InvocationContext, TestFunctions
from everstep.testing.incarnation import HERE, Bystander, Died, Here, Incarnation, Place, Where, Witness
from everstep.testing.onlooker import Onlooker
from everstep.testing.plan import Plan
from everstep.testing.stand_ins import StandIns
from everstep.testing.virtual import Hand

E = TypeVar("E", bound=ServiceError)

DIED = ErrorObject(type="Runtime.ExitError", message="the test ended the function's process here")


class DirectInvoker:
    """The service's way to the functions."""

    def __init__(self, hand: Hand, functions: TestFunctions, plan: Plan, witness: Witness) -> None:
        self._hand = hand
        self._functions = functions
        self._plan = plan
        self._witness = witness
        self._stand_ins = StandIns(plan)
        self._service: Service
        self._drain: Callable[[], None]

    def serve(self, service: Service, drain: Callable[[], None]) -> None:
        """Say whose functions these are, and what performs everything that is owed."""
        self._service = service
        self._drain = drain

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        target = self._functions.target(call.function)
        if target is None:
            return FunctionAnswer(error=ErrorObject(type="ResourceNotFoundException", message=call.function))
        with self._hand.lent():
            if isinstance(target, DurableFunction):
                return self._run(target, call)
            return self._run_plain(target, call)

    def _run_plain(self, function: Callable[[Any, Any], Any], call: FunctionCall) -> FunctionAnswer:
        try:
            value = function(load(call.payload or b"null"), self._context(call))
            return FunctionAnswer(payload=dump(value).encode())
        except Exception as error:
            return FunctionAnswer(error=ErrorObject(type=type(error).__name__, message=str(error)))

    def _run(self, function: DurableFunction[Any], call: FunctionCall) -> FunctionAnswer:
        envelope = decode_envelope(load(call.payload))
        who = Incarnation(
            arn=envelope.arn,
            request_id=call.request_id,
            witness=self._witness,
            give_up=partial(self._give_up, envelope.arn),
        )

        def repeat() -> None:
            twin = Incarnation(arn=who.arn, request_id=who.request_id, witness=Bystander())
            self._answer(function, envelope, call, twin)

        who.repeat = repeat
        return self._answer(function, envelope, call, who)

    def _answer(
        self, function: DurableFunction[Any], envelope: Envelope, call: FunctionCall, who: Incarnation
    ) -> FunctionAnswer:
        outside = HERE.set(Here(who))
        try:
            who.at(Place(Where.BEGIN))
            client = LocalClient(self._hand, self._service, who)
            output = _seen_to_return(function, who).invoke(
                envelope, client, self._context(call), around=partial(Onlooker, who, self._stand_ins)
            )
            who.output = output
            who.at(Place(Where.END))
        except Died:
            return FunctionAnswer(error=DIED)
        except InvocationError as error:
            return FunctionAnswer(
                error=DIED if who.is_dead else ErrorObject(type=type_name(type(error)), message=str(error))
            )
        finally:
            HERE.reset(outside)
        return FunctionAnswer(payload=dump(encode_output(output)).encode())

    def _give_up(self, arn: Arn) -> None:
        live = self._hand.run(self._service.get(arn)).head.invocation
        if live is not None:
            ended = InvocationEnded(number=live.number, end=Crashed(error=DIED))
            self._hand.run(self._service.submit(arn, ended))
            self._drain()

    def _context(self, call: FunctionCall) -> InvocationContext:
        return InvocationContext(
            aws_request_id=call.request_id,
            function_name=call.function,
            function_version=call.version or LATEST,
            invoked_function_arn=f"arn:aws:lambda:{self._plan.region}:{self._plan.account}:function:{call.function}",
            remaining_ms=self._plan.invocation_timeout_seconds * 1000,
            tenant_id=call.tenant_id,
            trace_header=call.trace_header,
        )


def _seen_to_return(function: DurableFunction[Any], who: Incarnation) -> DurableFunction[Any]:
    """The same function, whose handler says when it comes to its end."""

    def handler(event: Any, context: Any) -> Any:
        value = function.handler(event, context)
        if is_awaitable(value):
            return settle(value)
        who.has_returned = True
        return value

    async def settle(awaitable: Any) -> Any:
        value = await awaitable
        who.has_returned = True
        return value

    seen = copy.copy(function)
    seen.handler = handler
    return seen


class LocalClient:
    """The SDK's way to a service in the same process."""

    is_local = True

    def __init__(self, hand: Hand, service: Service, who: Incarnation) -> None:
        self._hand = hand
        self._service = service
        self._who = who

    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        done = 0
        try:
            places = [_place(request, index) for index in range(len(request.updates))]
            if places:
                self._who.at(places[-1](Where.BEFORE_SAVE))
            for place in places[:-1]:
                done += 1
                self._who.at(place(Where.IN_SAVE))
            done = 0
            reply = self._send(arn, request)
            if places:
                self._who.at(places[-1](Where.AFTER_SAVE))
        except Died:
            if done:
                self._send(arn, CheckpointRequest(token=request.token, updates=request.updates[:done]))
            raise unreachable(CheckpointError, "the process ended here") from None
        return reply

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        try:
            return self._hand.run(self._service.state(arn, token, marker, max_items))
        except Refused as refusal:
            raise _as_error(GetExecutionStateError, refusal) from refusal

    def _send(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        try:
            return self._hand.run(self._service.checkpoint(arn, request))
        except Refused as refusal:
            raise _as_error(CheckpointError, refusal) from refusal


def _place(request: CheckpointRequest, index: int) -> Callable[[Where], Place]:
    update = request.updates[index]
    kind = update.kind.value.lower().replace("chained_", "")
    label = f"{update.action.value} of {kind}" + (f" {update.name!r}" if update.name else "")
    return lambda where: Place(where, update.id, update.action.value, label)


def _as_error(kind: type[E], refusal: Refused) -> E:
    code = refusal.code
    return refused(kind, code=code.value, status=code.http_status, message=refusal.message)
