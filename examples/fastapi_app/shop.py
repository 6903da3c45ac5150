"""An order in a web application: durable functions in the process that serves the requests.

    pip install 'everstep[server]' fastapi
    uvicorn shop:app --app-dir examples/fastapi_app

    curl -X PUT  localhost:8000/orders/17 -H 'content-type: application/json' -d '{"item": "lamp", "cents": 4900}'
    curl         localhost:8000/orders/17
    curl -X POST localhost:8000/orders/17/approval -H 'content-type: application/json' -d '{"approved": true}'

Kill the process at any moment and start it again: every order goes on where it was. They are shown at
http://localhost:8000/everstep/. SHOP_STORE names the store, by default a file in the working folder.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

from everstep import DurableContext, durable_execution
from everstep.engine import (
    AlreadyStartedError,
    CallbackClosedError,
    Engine,
    ExecutionHandle,
    ExecutionStatus,
    NotFoundError,
)


class Order(BaseModel):
    item: str
    cents: int


class Approval(BaseModel):
    approved: bool


@durable_execution
def order(event: dict[str, Any], context: DurableContext) -> dict[str, str]:
    payment = context.step(lambda _: charge(event), name="charge")
    approved = context.create_callback(name="approval").result() == "yes"
    if not approved:
        return {"state": "refunded", "payment": context.step(lambda _: refund(payment), name="refund")}
    context.wait(1, name="packing")
    return {"state": "shipped", "parcel": context.step(lambda _: ship(event), name="ship")}


def charge(event: dict[str, Any]) -> str:
    return f"{event['cents']} cents charged"


def refund(payment: str) -> str:
    return f"{payment} and given back"


def ship(event: dict[str, Any]) -> str:
    return f"a parcel with one {event['item']}"


engine = Engine(os.environ.get("SHOP_STORE", "sqlite:///shop.db"), functions=[order])


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine:
        yield


app = FastAPI(lifespan=lifespan)
app.mount("/everstep", engine.asgi())


@app.put("/orders/{number}", status_code=202)
async def place(number: int, wanted: Order) -> dict[str, str]:
    """Answered as soon as the order cannot be lost; the same order again is the same order."""
    try:
        handle = await engine.start(order, wanted.model_dump(), name=f"order-{number}")
    except AlreadyStartedError as error:
        raise HTTPException(409, "there is another order with this number") from error
    return {"execution": handle.arn}


@app.get("/orders/{number}")
async def show(number: int) -> dict[str, Any]:
    handle = await found(number)
    status = await handle.status()
    return {"status": status, "result": await handle.result() if status is ExecutionStatus.SUCCEEDED else None}


@app.post("/orders/{number}/approval", status_code=204)
async def approve(number: int, approval: Approval) -> None:
    handle = await found(number)
    try:
        callback = await handle.callback("approval")
        await callback.succeed("yes" if approval.approved else "no")
    except (NotFoundError, CallbackClosedError) as error:
        raise HTTPException(409, "the order does not wait for an approval") from error


async def found(number: int) -> ExecutionHandle[dict[str, str]]:
    try:
        return await engine.execution(f"order-{number}", order)
    except NotFoundError as error:
        raise HTTPException(404, "there is no such order") from error
