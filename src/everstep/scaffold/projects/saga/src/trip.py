"""Books a trip, all of it or nothing: what was booked before something fails is cancelled again."""

from datetime import timedelta
from typing import TypedDict

from everstep import DurableContext, StepContext, durable_execution, durable_step


class Trip(TypedDict):
    id: str
    to: str
    nights: int


class Booking(TypedDict):
    flight: str
    hotel: str
    car: str


@durable_execution(execution_timeout=timedelta(hours=6), retention_days=30)
def book_trip(event: Trip, context: DurableContext) -> Booking:
    with context.saga(retry=10) as saga:
        flight = context.step(book_flight(event))
        saga.compensate(cancel_flight, flight)
        hotel = context.step(book_hotel(event))
        saga.compensate(cancel_hotel, hotel)
        car = context.step(book_car(event), retry=3)
        return {"flight": flight, "hotel": hotel, "car": car}


# Here stand the calls of the services that do it. The trip's id is the key that keeps them from booking twice.
@durable_step
def book_flight(step: StepContext, trip: Trip) -> str:
    step.logger.info("flight to %s for %s", trip["to"], trip["id"])
    return f"flight-{trip['id']}"


@durable_step
def book_hotel(step: StepContext, trip: Trip) -> str:
    step.logger.info("%d nights in %s for %s", trip["nights"], trip["to"], trip["id"])
    return f"hotel-{trip['id']}"


@durable_step
def book_car(step: StepContext, trip: Trip) -> str:
    step.logger.info("car in %s for %s", trip["to"], trip["id"])
    return f"car-{trip['id']}"


# Cancelling must go well also when there is nothing to cancel any more.
def cancel_flight(step: StepContext, flight: str) -> None:
    step.logger.info("cancelling %s", flight)


def cancel_hotel(step: StepContext, hotel: str) -> None:
    step.logger.info("cancelling %s", hotel)
