"""Functions to look at: an order that waits for its approval, and others that do the rest of what there is."""

import time

from everstep import DurableContext, StepContext, durable_execution


@durable_execution
def order(event: dict[str, object], context: DurableContext) -> dict[str, object]:
    """Reserves, asks somebody, charges."""
    customer = str(event.get("customer", "ada"))
    context.set_attributes({"customer": customer, "total": 59.9})

    def reserve(step: StepContext) -> str:
        step.logger.info("two mugs of shelf 12 for %s", customer)
        return "shelf 12"

    shelf = context.step(reserve, name="reserve")
    answer = context.wait_for_callback(lambda _id, _context: None, name="approval", timeout=86_400)
    payment = context.step(lambda _: {"paid": 5990, "by": answer}, name="charge")
    context.wait(1, name="packing")
    return {"from": shelf, "payment": payment, "gift": event.get("gift", False)}


@durable_execution
def nap(event: dict[str, int], context: DurableContext) -> str:
    """Sleeps for as long as it is told."""
    context.wait(event.get("seconds", 3600), name="nap")
    return "rested"


@durable_execution
def flaky(event: dict[str, int], context: DurableContext) -> str:
    """Fails a few times, and for good where there are more failures than attempts."""

    def call(step: StepContext) -> str:
        if step.attempt <= event.get("failures", 1):
            raise ConnectionError(f"attempt {step.attempt}: <b>the carrier</b> does not answer")
        return "delivered"

    return context.step(call, name="call the carrier", retry=3)


@durable_execution
def parcels(event: dict[str, int], context: DurableContext) -> int:
    """Maps over parcels, in a context, beside a call of another function."""

    def ship(child: DurableContext, item: int, _index: int, _items: object) -> int:
        return child.step(lambda _: _weighed(item, bool(event.get("is_quick"))), name=f"weigh {item}")

    def pack(child: DurableContext) -> int:
        weights = child.map(list(range(event.get("count", 6))), ship, name="parcels")
        return sum(weights.get_results())

    total = context.run_in_child_context(pack, name="pack")
    context.wait(1, name="let the van come")
    context.invoke("nap", {"seconds": 1}, name="rest of the driver")
    return int(total)


def _weighed(item: int, is_quick: bool) -> int:
    time.sleep(0 if is_quick else 0.01 + item % 4 * 0.02)
    return 100 + item
