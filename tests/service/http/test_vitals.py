"""What probes are told: alive, ready or why not, and what was done and is owed."""

import asyncio
import re

from everstep.service.app import App, Settings
from everstep.service.http.readiness import Readiness
from everstep.service.ports import StoreError
from everstep.service.service import Service, World
from everstep.service.stores.memory import MemoryStore
from everstep.service.world import RandomIds, RealClock
from tests.hostile.served import ECHO, EXECUTIONS, ask, served
from tests.service.http.functions import Invoker, Known

LINE = re.compile(r'(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"\})? [0-9.e+-]+)')


class FullStore(MemoryStore):
    async def drop(self, effect_id: str) -> None:
        raise StoreError("the disk is full")


def a_readiness(store: MemoryStore) -> Readiness:
    world = World(store=store, clock=RealClock(), ids=RandomIds(), invoker=Invoker(), functions=Known())
    return Readiness(Service(world), store)


async def samples(app: App) -> dict[str, float]:
    text = (await ask(app.server.port, "GET", "/metrics")).body.decode()
    assert [line for line in text.splitlines() if not LINE.fullmatch(line)] == []
    pairs = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_a_service_that_can_write_is_ready() -> None:
    assert asyncio.run(a_readiness(MemoryStore()).trouble()) is None


def test_a_service_that_cannot_write_says_why() -> None:
    assert asyncio.run(a_readiness(FullStore()).trouble()) == "the store refuses: the disk is full"


def test_a_service_that_stops_wants_no_work() -> None:
    readiness = a_readiness(MemoryStore())
    readiness.is_draining = True
    assert asyncio.run(readiness.trouble()) == "the service is stopping"


def test_metrics_tell_what_was_done_and_what_is_owed() -> None:
    async def talk() -> None:
        async with served(Settings(port=0)) as (app, invoker):
            port = app.server.port
            await ask(port, "POST", ECHO, b"7")
            await ask(port, "POST", ECHO.replace("echo", "broken"), b"7")
            invoker.called.clear()
            await ask(port, "POST", ECHO.replace("echo", "silent"), b"7", {"X-Amz-Invocation-Type": "Event"})
            await invoker.called.wait()
            await ask(port, "POST", f"{EXECUTIONS}/none/checkpoint", b"{}")
            found = await samples(app)
            assert found["everstep_executions_started_total"] == 3
            assert found['everstep_executions_ended_total{status="SUCCEEDED"}'] == 1
            assert found['everstep_executions_ended_total{status="FAILED"}'] == 1
            assert found["everstep_invocations_begun_total"] == 3
            assert found["everstep_invocations_ended_total"] == 2
            assert found["everstep_queue_effects"] == 1
            assert found["everstep_checkpoint_seconds_count"] == 1
            assert found["everstep_timers_due"] == found["everstep_timers_late_seconds"] == 0
            assert found['everstep_http_answers_total{status="200"}'] == 2

    asyncio.run(talk())
