"""`async def` workflows made by chance, whose result is the order in which everything happened in them.

The same seed always makes the same one. Steps take some turns of the loop, so that what was asked for last often ends
first; losers of races are cancelled or go on; tasks ask for more as soon as they are told something.
"""

import asyncio
from random import Random
from typing import Any

from everstep import AsyncDurableContext, DurableFunction, StepContext, durable_execution

ANSWERS = {"call": "answered", "late": (3, "answered late")}


def race_of(seed: int) -> DurableFunction[list[str]]:
    @durable_execution
    async def race(event: Any, context: AsyncDurableContext) -> list[str]:
        told: list[str] = []
        await _play(context, Random(seed), "", told)
        return told

    return race


async def _play(context: AsyncDurableContext, chance: Random, place: str, told: list[str]) -> None:
    for number in range(chance.randint(1, 2)):
        here = f"{place}.{number}"
        lanes = [Random(chance.random()) for _ in range(chance.randint(2, 3))]
        names = [f"{here}.{lane}" for lane in range(len(lanes))]
        tasks = [
            asyncio.create_task(_lane(context, lane, name, told), name=name)
            for lane, name in zip(lanes, names, strict=True)
        ]
        await _end(context, chance, tasks, here, told)


async def _lane(context: AsyncDurableContext, chance: Random, name: str, told: list[str]) -> None:
    for number in range(chance.randint(1, 3)):
        here = f"{name}.{number}"
        for _ in range(chance.choice([0, 0, 1, 3])):
            await asyncio.sleep(0)
        match chance.choice(["step", "step", "step", "step", "wait", "call", "late", "room"]):
            case "step":
                await context.step(_body(chance.randint(0, 6), chance.random() < 0.15), here)
            case "wait":
                await context.wait(chance.randint(1, 3), here)
            case "room":
                await context.run_in_child_context(_room(Random(chance.random()), here), here)
            case callback:
                await context.wait_for_callback(lambda id_, _: None, callback)
        told.append(here)


def _room(chance: Random, place: str) -> Any:
    async def room(context: AsyncDurableContext) -> list[str]:
        told: list[str] = []
        seeds = [Random(chance.random()) for _ in range(2)]
        await asyncio.gather(*(_lane(context, seed, f"{place}.{n}", told) for n, seed in enumerate(seeds)))
        return told

    return room


def _body(turns: int, fails_once: bool) -> Any:
    async def body(step: StepContext) -> int:
        for _ in range(turns):
            await asyncio.sleep(0)
        if fails_once and step.attempt == 1:
            raise ConnectionError("again")
        return turns

    return body


async def _end(
    context: AsyncDurableContext, chance: Random, tasks: list[asyncio.Task[None]], here: str, told: list[str]
) -> None:
    match chance.choice(["gather", "each", "first", "cancel", "timeout"]):
        case "gather":
            await asyncio.gather(*tasks)
        case "each":
            while tasks:
                done, tasks = await _first(tasks)
                told += [f"{name} is first" for name in done]
        case "first":
            done, others = await _first(tasks)
            told += [f"{name} wins" for name in done]
            await context.step(_body(1, fails_once=False), here)
            await asyncio.gather(*others)
        case "cancel":
            done, losers = await _first(tasks)
            for loser in losers:
                loser.cancel()
            await asyncio.gather(*losers, return_exceptions=True)
            told += [f"{name} wins alone" for name in done]
        case _:
            try:
                async with asyncio.timeout(chance.randint(1, 2)):
                    await asyncio.gather(*tasks)
            except TimeoutError:
                told.append(f"{here} is too slow")


async def _first(tasks: list[asyncio.Task[None]]) -> tuple[list[str], list[asyncio.Task[None]]]:
    """The names of those that are done, and the others; in the order of asking, which sets do not keep."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    return [task.get_name() for task in tasks if task in done], [task for task in tasks if task not in done]
