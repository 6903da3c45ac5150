"""The store in memory: the contract, and what only it promises."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from everstep.core.model import Millis
from everstep.service.ports import ListQuery, Store
from everstep.service.stores.memory import MemoryStore
from tests.service.stores.deltas import a_birth
from tests.service.stores.store_contract import StoreContract


class TestMemoryStore(StoreContract):
    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Store]:
        store = MemoryStore()
        yield store
        await store.close()


def test_a_caller_without_an_event_loop_may_drive_it_by_hand() -> None:
    store = MemoryStore()
    birth = a_birth()
    asked: list[Coroutine[Any, Any, object]] = [
        store.commit(birth),
        store.load(birth.arn),
        store.summary(birth.arn),
        store.events(birth.arn, limit=1),
        store.list(ListQuery()),
        store.due(Millis(0), 1),
        store.next_due(),
        store.effects(1),
        store.live(1),
        store.close(),
    ]
    for coroutine in asked:
        with pytest.raises(StopIteration):
            coroutine.send(None)
