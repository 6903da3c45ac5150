"""What people do about executions: start, answer, fork, repeat, hold, hurry, end, and many at once."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.page.stage import Watched, asked, begin, place_of


def status(page: Page, name: str) -> None:
    """The execution's headline comes to say so, without being loaded again."""
    expect(page.locator(".headline .status").first).to_have_text(name)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def answered(watch: Watched, arn: str) -> None:
    """The order's approval is given, from outside."""
    page = watch.open(place_of(arn))
    expect(page.get_by_test_id("why")).to_contain_text("the callback approval")
    waits = asked(watch.endpoint, "GET", f"executions/{page.url.split('/execution/')[1]}")["waits"]
    callback_id = waits["first"][0]["callback_id"].replace("/", "%2F").replace("+", "%2B")
    asked(watch.endpoint, "POST", f"callbacks/{callback_id}/succeed", {"result": "Ada"})
    status(page, "Succeeded")


def test_a_workflow_is_started_watched_answered_and_seen_to_finish(watch: Watched) -> None:
    page = watch.open()
    press(page, "Start…")
    form = page.get_by_role("dialog")
    form.get_by_label("Function").select_option("order")
    form.get_by_label("Input").fill('{"customer": "grace"')
    expect(form.get_by_role("button", name="Start")).to_be_disabled()
    form.get_by_label("Input").fill('{"customer": "grace", "gift": true}')
    form.get_by_label("Name").fill("order-1")
    form.get_by_role("button", name="Start").click()

    expect(page.get_by_role("heading", name="order-1")).to_be_visible()
    why = page.get_by_test_id("why")
    expect(why).to_contain_text(re.compile(r"Waits for the callback approval until .* in 23 h 59 min"))
    expect(page.locator(".headline")).to_contain_text("customer grace")
    why.get_by_role("button", name="Heartbeat").click()
    why.get_by_role("button", name="Complete…").click()
    page.get_by_role("dialog").get_by_label("Result").fill('{"by": "Grace"}')
    press(page, "Complete")

    status(page, "Succeeded")
    expect(why).to_have_count(0)
    expect(page.get_by_role("region", name="Result").first).to_contain_text("Grace")
    assert page.evaluate("localStorage['everstep.input.order']") is not None
    press(page, "Start…")
    expect(page.get_by_role("dialog").get_by_label("Input")).to_have_value("{}")  # the first function has its own


def test_a_fork_knows_what_came_before_its_step(watch: Watched) -> None:
    arn = begin(watch.endpoint, "order", {"customer": "ada"}, "order-to-fork")
    answered(watch, arn)
    page = watch.page
    page.get_by_role("button", name="charge", exact=True).click()
    press(page, "Fork from here…")
    page.get_by_role("dialog").get_by_label("Name").fill("the-fork")
    press(page, "Fork")

    expect(page.get_by_role("heading", name="the-fork")).to_be_visible()
    status(page, "Succeeded")
    expect(page.get_by_role("row").filter(has_text="reserve")).to_contain_text("copied")
    expect(page.get_by_role("row").filter(has_text="charge")).not_to_contain_text("copied")
    page.get_by_role("region", name="Related executions").get_by_role("link", name="order-to-fork").click()
    expect(page.get_by_role("region", name="Related executions")).to_contain_text("the-fork")


def test_an_execution_is_repeated_with_another_input(watch: Watched) -> None:
    page = watch.open(place_of(begin(watch.endpoint, "order", {"customer": "ada"}, "order-to-repeat")))
    press(page, "Run again…")
    form = page.get_by_role("dialog")
    expect(form.get_by_label("Input")).to_have_value('{\n  "customer": "ada"\n}')
    form.get_by_label("Input").fill('{"customer": "edsger"}')
    form.get_by_label("Name").fill("order-repeated")
    form.get_by_role("button", name="Run again").click()
    expect(page.get_by_role("heading", name="order-repeated")).to_be_visible()
    expect(page.locator(".headline")).to_contain_text("customer edsger")


def test_a_callback_fails_with_the_words_that_were_given(watch: Watched) -> None:
    page = watch.open(place_of(begin(watch.endpoint, "order", {}, "order-refused")))
    page.get_by_test_id("why").get_by_role("button", name="Fail…").click()
    page.get_by_label("Message").fill("no <i>money</i>")
    press(page, "Fail it")
    status(page, "Failed")
    expect(page.locator(".headline .failure")).to_contain_text("no <i>money</i>")


def test_an_execution_is_held_back_goes_on_and_its_wait_is_skipped(watch: Watched) -> None:
    page = watch.open(place_of(begin(watch.endpoint, "nap", {"seconds": 3600}, "nap-held")))
    status(page, "Waiting")
    press(page, "Pause")
    status(page, "Paused")
    press(page, "Resume")
    status(page, "Waiting")
    press(page, "Skip the wait")
    status(page, "Succeeded")


def test_a_pause_between_attempts_is_skipped_and_what_failed_is_shown_as_text(watch: Watched) -> None:
    page = watch.open(place_of(begin(watch.endpoint, "flaky", {"failures": 1}, "flaky-hurried")))
    press(page, "Retry now")
    status(page, "Succeeded")
    page.get_by_role("button", name="call the carrier").click()
    attempts = page.get_by_role("region", name="Attempts")
    expect(attempts).to_contain_text("attempt 1: <b>the carrier</b> does not answer")
    expect(attempts.get_by_role("listitem")).to_have_count(2)


def test_an_execution_is_stopped_and_deleted_after_one_question_each(watch: Watched) -> None:
    page = watch.open(place_of(begin(watch.endpoint, "nap", {"seconds": 3600}, "nap-ended")))
    press(page, "Stop")
    press(page, "Cancel")
    status(page, "Waiting")
    press(page, "Stop")
    press(page, "Stop it")
    status(page, "Stopped")
    press(page, "Delete")
    press(page, "Delete it")
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    expect(page.get_by_role("link", name="nap-ended")).to_have_count(0)


@pytest.mark.parametrize("is_every", [False, True])
def test_many_executions_are_stopped_at_once(watch: Watched, is_every: bool) -> None:
    prefix = f"many-{is_every}"
    for number in range(4):
        begin(watch.endpoint, "nap", {"seconds": 3600}, f"{prefix}-{number}")
    page = watch.open(f"#/executions?name={prefix}")
    expect(page.get_by_role("link", name=prefix)).to_have_count(4)
    page.get_by_label(f"Select {prefix}-1").check()
    page.get_by_label(f"Select {prefix}-2").check()
    bar = page.get_by_role("region", name="Act on what is selected")
    if is_every:
        bar.get_by_role("checkbox").check()
    bar.get_by_role("button", name="Stop").click()
    count = 4 if is_every else 2
    expect(page.get_by_role("dialog")).to_contain_text(f"Stop {count} executions?")
    page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    expect(page.get_by_role("row").filter(has_text="Stopped")).to_have_count(count)
    expect(bar).to_have_count(0)
