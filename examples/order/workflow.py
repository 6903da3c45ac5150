"""An order: reserve the stock, charge the customer, wait for the warehouse, ship.

Each step does something to the world that must not be done twice for one order. So that a reader can check that it
was not, every step writes a line into a ledger, a file that the input names, when its body begins and when it ends:

    begin reserve-stock 1
    end reserve-stock 1

The number is the attempt. `python -m demo` kills programs in the middle of this workflow and then reads the ledger.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

from everstep import (
    DurableContext,
    RetryStrategyConfig,
    StepConfig,
    StepContext,
    create_retry_strategy,
    durable_execution,
    durable_step,
)


class Order(TypedDict):
    id: str
    item: str
    quantity: int
    cents: int
    ledger: str
    """File that the side effects are written to."""
    payment_seconds: float
    """How long the payment service takes to answer."""
    packing_seconds: int
    """How long the warehouse takes to pack."""


class CarrierBusyError(Exception):
    """The carrier takes no parcel at the moment."""


@durable_execution
def order(event: Order, context: DurableContext) -> dict[str, str]:
    reservation = context.step(reserve_stock(event), name="reserve-stock")
    payment = context.step(charge(event), name="charge")
    context.wait(event["packing_seconds"], name="packing")
    parcel = context.step(ship(event, reservation), name="ship", config=StepConfig(retry_strategy=EVERY_SECOND))
    context.logger.info("order %s is on its way", event["id"])
    return {"order": event["id"], "payment": payment, "parcel": parcel}


EVERY_SECOND = create_retry_strategy(RetryStrategyConfig(max_attempts=5, initial_delay=1, backoff_rate=1))


@durable_step
def reserve_stock(step: StepContext, order: Order) -> str:
    with entry(order, "reserve-stock", step.attempt):
        return f"{order['quantity']} x {order['item']}, shelf 12"


@durable_step
def charge(step: StepContext, order: Order) -> str:
    """An interrupted attempt runs again, so a real one would send the order's id as its idempotency key."""
    with entry(order, "charge", step.attempt):
        time.sleep(order["payment_seconds"])
        return f"{order['cents']} cents for {order['id']}"


@durable_step
def ship(step: StepContext, order: Order, reservation: str) -> str:
    """The first attempt meets a busy carrier; the step's retry strategy deals with it."""
    with entry(order, "ship", step.attempt):
        if step.attempt == 1:
            raise CarrierBusyError("no van before noon")
        return f"parcel of {reservation}"


@contextmanager
def entry(order: Order, step: str, attempt: int) -> Iterator[None]:
    """Write into the ledger that a body begins and, if it gets there, that it ended, well or not."""
    write(order["ledger"], f"begin {step} {attempt}")
    try:
        yield
    except Exception:
        write(order["ledger"], f"fail {step} {attempt}")
        raise
    write(order["ledger"], f"end {step} {attempt}")


def write(path: str, line: str) -> None:
    """One line, in one write at the end of the file, so that lines of several processes never mix."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(file, f"{line}\n".encode())
    finally:
        os.close(file)
