from typing import Any

import pytest
from everstep import Duration
from everstep.testing import NO_ANSWER, DurableFunctionTestRunner, Ledger, crash_everywhere

from expenses import Expense, expense

LAPTOP: Expense = {"id": "e-17", "what": "a laptop", "cents": 129_900}
YES, NO = {"approved": True, "by": "Grace"}, {"approved": False, "by": "Edsger"}


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"manager": YES}, "paid"),
        ({"manager": NO}, "refused"),
        ({"manager": (Duration.from_days(2), YES)}, "paid"),
        ({"manager": NO_ANSWER, "director": YES}, "paid"),
        ({"manager": NO_ANSWER, "director": NO_ANSWER}, "nobody answered"),
    ],
)
def test_people_decide(answers: dict[str, Any], outcome: str) -> None:
    with DurableFunctionTestRunner(expense, callbacks=answers) as runner:
        assert runner.run(LAPTOP).value == outcome


def test_nobody_is_asked_about_a_coffee() -> None:
    with DurableFunctionTestRunner(expense) as runner:
        result = runner.run({"id": "e-18", "what": "a coffee", "cents": 350})
    assert [operation.name for operation in result.operations] == ["pay"]


@pytest.mark.parametrize("answers", [{"manager": YES}, {"manager": NO_ANSWER, "director": YES}])
def test_no_crash_pays_twice(answers: dict[str, Any]) -> None:
    ledger = Ledger()

    def pay(step: object) -> None:
        ledger.record("payment", key=LAPTOP["id"])

    crash_everywhere(expense, LAPTOP, ledger=ledger, callbacks=answers, steps={"pay": pay})
