"""A workflow with a bit of everything: a retry, a wait, a callback, a map and a chained call."""

from collections.abc import Sequence
from typing import Any

from opentelemetry import trace

from everstep import DurableFunction, RetryStrategyConfig, StepConfig, create_retry_strategy, durable_execution
from everstep.sdk.plugins import DurableInstrumentationPluginFactory
from tests.sdk.drive.plots import Plot, Telling, like

TWICE = StepConfig(retry_strategy=create_retry_strategy(RetryStrategyConfig(max_attempts=2)))
CALLBACKS = {"approval": {"approved": True}}


def order(event: Any, context: Any) -> Any:
    yield context.step(fails_at_first, "charge", TWICE)
    yield context.wait(60, "cooldown")
    yield context.wait_for_callback(hand_out, "approval")
    sizes = yield context.map(["a", "bb"], like(context, pack), "parcels")
    shipped = yield context.invoke("ship", {"parcels": len(sizes.get_results())}, "ship")
    return shipped


def fails_at_first(step: Any) -> str:
    if step.attempt == 1:
        raise ValueError("card declined")
    return "charged"


def hand_out(callback_id: str, context: Any) -> None:
    """Nobody needs to be told: the test answers by name."""


def pack(room: Any, item: str, index: int, items: Sequence[str]) -> Any:
    size = yield room.step(lambda step: len(item), "pack")
    return size


def ship(event: Any, context: Any) -> Any:
    number = yield context.step(lambda step: "parcel-1", "label")
    return number


def traced(told: Telling, plot: Plot, plugin: DurableInstrumentationPluginFactory) -> DurableFunction[Any]:
    handler = told(plot).handler
    handler.__name__ = plot.__name__
    return durable_execution(plugins=[plugin])(handler)


def current_span() -> str:
    """The id of the span in which the caller runs."""
    return f"{trace.get_current_span().get_span_context().span_id:016x}"
