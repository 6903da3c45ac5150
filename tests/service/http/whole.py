"""A whole service behind a socket for a boto3 client, with everything that a test of the API needs at hand.

Every answer that the client receives is measured against botocore's model on its way.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Queue
from typing import Any

from botocore.exceptions import ClientError  # type: ignore[import-untyped]  # it has no types

from everstep.core.machine.delta import Delta
from everstep.core.machine.state import Execution
from everstep.core.messages import Envelope
from everstep.core.model import Arn, Update
from everstep.core.refusal import Code, Refused
from everstep.service.dispatch import Dispatcher
from everstep.service.http.api import application
from everstep.service.http.serve import Server, bind
from everstep.service.ports import FunctionAnswer, FunctionCall, ListQuery, StoreError, Summary, SummaryPage
from everstep.service.service import Service, World
from everstep.service.stores.memory import MemoryStore
from everstep.service.timers import Timers
from everstep.service.world import RandomIds, RealClock
from tests.service.http.functions import Invoker, Known
from tests.service.http.shapes import check_answer, check_error
from tests.service.http.sockets import a_client

SECONDS_MAX = 20


class MoodyStore(MemoryStore):
    """A store that refuses everything while it has a reason: its keys are gone, it is too busy, its disk is full."""

    reason: Code | None = None

    async def load(self, arn: Arn) -> Execution | None:
        self._sulk()
        return await super().load(arn)

    async def summary(self, arn: Arn) -> Summary | None:
        self._sulk()
        return await super().summary(arn)

    async def commit(self, delta: Delta) -> None:
        self._sulk()
        await super().commit(delta)

    async def list(self, query: ListQuery) -> SummaryPage:
        self._sulk()
        return await super().list(query)

    def _sulk(self) -> None:
        if self.reason is Code.SERVICE:
            raise StoreError("the disk is full")
        if self.reason is not None:
            raise Refused(self.reason, "the store refuses")


class LoudInvoker(Invoker):
    """Tells other threads whom it calls, and who has reported."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: Queue[FunctionCall] = Queue()
        self.noted: Queue[Arn] = Queue()

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        self.heard.put(call)
        return await super().invoke(call)

    async def _report(self, envelope: Envelope, updates: Sequence[Update]) -> None:
        await super()._report(envelope, updates)
        self.noted.put(envelope.arn)


class Stage:
    """What a case of the API's test acts on: a client, and executions in every condition."""

    def __init__(self, client: Any, store: MoodyStore, invoker: LoudInvoker) -> None:
        self.client = client
        self._store = store
        self._invoker = invoker
        self.measured: Counter[str] = Counter()
        """How many answers were held against the model, by operation."""
        client.meta.events.register("after-call.lambda", self._measure)

    def closed(self) -> str:
        """An execution that has succeeded."""
        arn: str = self.client.invoke(FunctionName="echo", Payload=b"7")["DurableExecutionArn"]
        return arn

    def open(self, function: str = "sleeper") -> str:
        """An execution that sleeps."""
        arn = self._begin(function)
        while self._invoker.noted.get(timeout=SECONDS_MAX) != arn:
            pass
        return arn

    def running(self) -> tuple[str, str]:
        """An execution whose function runs, and the token that it holds."""
        arn = self._begin("silent")
        while (call := self._invoker.heard.get(timeout=SECONDS_MAX)).execution_arn != arn:
            pass
        return arn, json.loads(call.payload)["CheckpointToken"]

    def question(self) -> str:
        """The id of a callback that waits for an answer."""
        arn, token = self.running()
        ask = {"Id": "c", "Type": "CALLBACK", "Action": "START", "Name": "approval"}
        reply = self.client.checkpoint_durable_execution(DurableExecutionArn=arn, CheckpointToken=token, Updates=[ask])
        (callback,) = reply["NewExecutionState"]["Operations"]
        callback_id: str = callback["CallbackDetails"]["CallbackId"]
        return callback_id

    def refusal_by_store(self, reason: Code, act: Callable[[], Any]) -> tuple[str, int]:
        """How the call is refused while the store has this reason."""
        self._store.reason = reason
        try:
            return refusal_of(act)
        finally:
            self._store.reason = None

    def _begin(self, function: str) -> str:
        arn: str = self.client.invoke(FunctionName=function, InvocationType="Event")["DurableExecutionArn"]
        return arn

    def _measure(self, http_response: Any, model: Any, **_: object) -> None:
        self.measured[model.name] += 1
        if http_response.status_code < 300:
            check_answer(model, http_response)
            return
        errors = {shape.name: shape for shape in model.error_shapes}
        shape = errors.get(http_response.headers["x-amzn-errortype"])
        if shape is not None:
            check_error(shape, http_response.status_code, http_response.headers, http_response.content)


def on_stage(talk: Callable[[Stage], None]) -> None:
    """Run a blocking conversation with a whole service."""

    async def run() -> None:
        store, clock, ids, invoker = MoodyStore(), RealClock(), RandomIds(), LoudInvoker()
        service = Service(World(store=store, clock=clock, ids=ids, invoker=invoker, functions=Known()))
        invoker.service = service
        dispatcher = Dispatcher(service, invoker, ids)
        watching = asyncio.create_task(Timers(service, store, clock).run())
        sock = bind("127.0.0.1", 0)
        server, is_up = Server(application(service), sock), asyncio.Event()
        serving = asyncio.create_task(server.run(is_up.set))
        try:
            await is_up.wait()
            await asyncio.to_thread(talk, Stage(a_client(f"http://127.0.0.1:{server.port}"), store, invoker))
        finally:
            server.stop()
            await serving
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await dispatcher.close()

    asyncio.run(run())


def refusal_of(act: Callable[[], Any]) -> tuple[str, int]:
    """The code and the status with which the call was refused, as boto3 tells them; no code where it was not."""
    try:
        answer = act()
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return "", answer["ResponseMetadata"]["HTTPStatusCode"]
