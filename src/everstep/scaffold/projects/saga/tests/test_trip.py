from collections.abc import Callable

from everstep.testing import DurableFunctionTestRunner, Ledger, crash_everywhere

from trip import Trip, book_trip

TRIP: Trip = {"id": "t-17", "to": "Lisbon", "nights": 3}


class NoCarError(Exception):
    """There is none to be had."""


def recorded(ledger: Ledger, *steps: str) -> dict[str, Callable[[object], str]]:
    """Stand-ins for these steps that write down what they do to the world."""

    def stand_in(name: str) -> Callable[[object], str]:
        def body(step: object) -> str:
            ledger.record(name, key=TRIP["id"])
            return f"{name}: done"

        return body

    return {name: stand_in(name) for name in steps}


def test_a_trip_is_booked() -> None:
    with DurableFunctionTestRunner(book_trip) as runner:
        result = runner.run(TRIP)
    assert result.value == {"flight": "flight-t-17", "hotel": "hotel-t-17", "car": "car-t-17"}


def test_without_a_car_everything_is_cancelled_the_last_booking_first() -> None:
    with DurableFunctionTestRunner(book_trip, steps={"book_car": NoCarError()}) as runner:
        result = runner.run(TRIP)
    names = [operation.name for operation in result.operations]
    assert names == ["book_flight", "book_hotel", "book_car", "cancel_hotel", "cancel_flight"]
    assert result.error is not None
    assert result.get_step("book_car").attempt == 3


def test_no_crash_leaves_half_a_trip() -> None:
    ledger = Ledger()
    steps = recorded(ledger, "book_flight", "book_hotel", "cancel_hotel", "cancel_flight")
    crash_everywhere(book_trip, TRIP, ledger=ledger, steps={**steps, "book_car": NoCarError()})
    assert [entry.what for entry in ledger][-2:] == ["cancel_hotel", "cancel_flight"]


def test_no_crash_books_twice() -> None:
    ledger = Ledger()
    crash_everywhere(book_trip, TRIP, ledger=ledger, steps=recorded(ledger, "book_flight", "book_hotel", "book_car"))
