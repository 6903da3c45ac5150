from everstep.testing import DurableFunctionTestRunner, Ledger, crash_everywhere

from reminder import Reminder, remind

IN_A_MONTH: Reminder = {"to": "ada@example.com", "text": "Water the plants", "seconds": 30 * 86_400}


def test_somebody_is_reminded_after_a_month() -> None:
    with DurableFunctionTestRunner(remind) as runner:
        result = runner.run(IN_A_MONTH)
    assert result.value == "ada@example.com was reminded"
    assert result.duration_seconds >= IN_A_MONTH["seconds"]  # in the time of the test, which took none


def test_a_mail_service_that_is_down_is_asked_again() -> None:
    def send(step: object) -> str:
        if getattr(step, "attempt", 0) < 3:
            raise ConnectionError("the mail service is down")
        return "sent"

    with DurableFunctionTestRunner(remind, steps={"send": send}) as runner:
        result = runner.run(IN_A_MONTH)
    assert result.get_step("send").attempt == 3
    assert result.value == "sent"


def test_no_crash_sends_a_second_mail() -> None:
    ledger = Ledger()

    def send(step: object) -> str:
        ledger.record("mail", key=IN_A_MONTH["to"])
        return "sent"

    crash_everywhere(remind, IN_A_MONTH, ledger=ledger, steps={"send": send})
