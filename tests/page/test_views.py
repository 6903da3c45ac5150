"""What people see of executions and functions, and how they find it."""

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.page.stage import Watched, begin, place_of


def test_the_list_is_narrowed_by_what_its_address_says(watch: Watched) -> None:
    begin(watch.endpoint, "order", {"customer": "ada"}, "found-1")
    begin(watch.endpoint, "order", {"customer": "grace"}, "found-2")
    begin(watch.endpoint, "flaky", {"failures": 0}, "found-3")
    page = watch.open("#/executions?name=found")
    expect(page.get_by_role("link", name="found-")).to_have_count(3)
    page.get_by_label("Function").select_option("order")
    expect(page.get_by_role("link", name="found-")).to_have_count(2)
    page.get_by_label("Attribute").fill("customer=grace")
    expect(page.get_by_role("link", name="found-")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("link", name="found-2")).to_be_visible()
    expect(page.get_by_role("link", name="found-")).to_have_count(1)
    assert "customer%3Dgrace" in page.url
    page.get_by_role("button", name=re.compile("Succeeded")).click()
    expect(page.get_by_role("heading", name="Nothing fits these filters")).to_be_visible()
    page.get_by_role("button", name="Take the filters away").click()
    expect(page.get_by_role("link", name="found-3")).to_be_visible()
    page.get_by_role("combobox", name="Started").select_option("1h")
    expect(page.get_by_role("link", name="found-3")).to_be_visible()
    expect(page.get_by_role("figure", name="Executions by the time they were started")).to_be_visible()


def test_the_list_shows_what_begins_and_what_becomes_of_it_by_itself(watch: Watched) -> None:
    page = watch.open("#/executions?name=live")
    expect(page.get_by_role("heading", name="Nothing fits these filters")).to_be_visible()
    begin(watch.endpoint, "nap", {"seconds": 1}, "live-1")
    row = page.get_by_role("row").filter(has_text="live-1")
    expect(row).to_contain_text("Succeeded")
    begin(watch.endpoint, "nap", {"seconds": 7200}, "live-2")
    expect(page.get_by_role("row").filter(has_text="live-2")).to_contain_text(
        re.compile(r"the wait nap until .* in 1 h 59 min")
    )


def test_contexts_open_where_there_are_few_operations_in_them_and_maps_when_asked(watch: Watched) -> None:
    page = watch.open(place_of(begin(watch.endpoint, "parcels", {"count": 30}, "parcels-30")))
    expect(page.locator(".headline .status").first).to_have_text("Succeeded")
    parcels = page.get_by_role("row").filter(has_text="parcels")
    expect(parcels).to_have_attribute("aria-expanded", "false")
    expect(parcels).to_have_attribute("aria-level", "2")
    page.get_by_role("button", name="Open parcels").click()
    expect(parcels).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-rowcount", "34")
    expect(page.get_by_role("row").filter(has_text="rest of the driver")).to_have_count(0)  # further down, not made yet
    calls = page.get_by_role("region", name="Related executions")
    calls.get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Related executions")).to_contain_text("parcels-30")


def test_history_logs_and_invocations_say_what_happened(watch: Watched) -> None:
    page = watch.open(place_of(begin(watch.endpoint, "order", {"customer": "ada"}, "order-told")))
    expect(page.get_by_test_id("why")).to_be_visible()
    page.get_by_role("tab", name="History").click()
    types = page.locator(".event-type")
    expect(types.first).to_have_text("ExecutionStarted")
    page.get_by_role("button", name="Oldest first").click()
    expect(types.last).to_have_text("ExecutionStarted")
    page.locator(".events li").last.click()
    expect(page.locator(".events .json")).to_contain_text('"ExecutionStarted"')
    page.get_by_role("tab", name="Logs").click()
    line = page.locator(".log").filter(has_text="two mugs of shelf 12 for ada")
    line.get_by_role("button", name="reserve").click()
    expect(page.get_by_role("region", name="Logs of the operation")).to_contain_text("two mugs")
    page.get_by_role("tab", name="Invocations").click()
    expect(page.get_by_role("row").filter(has_text="Completed")).to_have_count(1)


def test_a_payload_is_folded_searched_copied_and_saved(watch: Watched, tmp_path: Path) -> None:
    parcels = [{"sku": f"mug-{number}", "note": "x" * 20} for number in range(120)]
    page = watch.open(place_of(begin(watch.endpoint, "nap", {"seconds": 7200, "parcels": parcels}, "nap-large")))
    field = page.get_by_role("region", name="Input", exact=True)
    expect(field.get_by_text("120 items")).to_be_visible()
    field.get_by_placeholder("Search").fill("MUG-117")
    expect(field.locator("mark")).to_have_text("mug-117")
    expect(field.get_by_role("status")).to_have_text("1 found")
    field.get_by_role("button", name="Copy").click()
    assert json.loads(page.evaluate("navigator.clipboard.readText()"))["parcels"] == parcels
    with page.expect_download() as saving:
        field.get_by_role("button", name="Download").click()
    saving.value.save_as(tmp_path / "input.json")
    assert json.loads((tmp_path / "input.json").read_text())["seconds"] == 7200


def test_an_exported_history_can_be_looked_at_again(watch: Watched, tmp_path: Path) -> None:
    page = watch.open(place_of(begin(watch.endpoint, "flaky", {"failures": 0}, "flaky-exported")))
    expect(page.locator(".headline .status").first).to_have_text("Succeeded")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Export").click()
    saving.value.save_as(tmp_path / "history.json")
    page.get_by_label("Open file").set_input_files(tmp_path / "history.json")
    expect(page.get_by_text("a file that was brought along")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="call the carrier")).to_be_visible()
    expect(page.get_by_role("button", name="Run again…")).to_have_count(0)


def test_functions_are_shown_with_their_workers_and_how_they_fare(watch: Watched) -> None:
    begin(watch.endpoint, "flaky", {"failures": 0}, "flaky-counted")
    page = watch.open("#/functions")
    card = page.get_by_role("article", name="flaky")
    expect(card).to_contain_text("functions.py")
    expect(card).to_contain_text(re.compile(r"workers: \d+ busy, \d+ idle, \d+ at most"))
    expect(card).to_contain_text("succeeded")
    card.get_by_role("link", name="succeeded").click()
    expect(page.get_by_role("link", name="flaky-counted")).to_be_visible()
