"""Whom the page reaches: people with a keyboard, a screen reader, a phone, a proxy, a token, or a restart."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from demo.programs import Program, free_port, launch, start
from tests.page.stage import AXE, FUNCTIONS, Watched, begin, context_of, place_of, watched

VIEWS = ["list", "order", "operation", "history", "logs", "invocations", "functions", "dialog"]


@pytest.fixture(scope="module")
def order(endpoint: str) -> str:
    begin(endpoint, "flaky", {"failures": 0}, "done")
    return begin(endpoint, "order", {"customer": "ada"}, "order-1")


def show(watch: Watched, view: str, order: str) -> Page:
    match view:
        case "list" | "dialog":
            page = watch.open()
            expect(page.get_by_role("link", name="order-1")).to_be_visible()
            if view == "dialog":
                page.keyboard.press("n")
                expect(page.get_by_role("dialog")).to_be_visible()
        case "functions":
            page = watch.open("#/functions")
            expect(page.get_by_role("article", name="order")).to_be_visible()
        case _:
            page = watch.open(place_of(order, "" if view in ("order", "operation") else f"tab={view}"))
            expect(page.get_by_test_id("why")).to_contain_text("approval")
            if view == "operation":
                page.get_by_role("button", name="reserve", exact=True).click()
                expect(page.get_by_role("button", name="Fork from here…")).to_be_visible()
    return page


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious_and_a_phone_need_not_scroll_sideways(watch: Watched, order: str, view: str) -> None:
    page = show(watch, view, order)
    page.evaluate(AXE.read_text() + "; null")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        assert serious(page) == [], scheme
    page.set_viewport_size({"width": 380, "height": 760})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def serious(page: Page) -> list[str]:
    """What axe finds that keeps people out."""
    found: dict[str, Any] = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0].get('failureSummary', '')}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def test_everything_in_sight_is_reached_by_keys(watch: Watched, order: str) -> None:
    page = watch.open("#/executions")
    rows = page.locator(".rows .line")
    expect(rows).not_to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".line.at")).to_have_attribute("aria-rowindex", "2")
    page.keyboard.press("x")
    expect(page.get_by_role("region", name="Act on what is selected")).to_contain_text("1 execution")
    page.keyboard.press("/")
    page.keyboard.type("order-1")
    expect(rows).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="order-1")).to_be_visible()
    expect(page.locator(".rows .operation")).not_to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="reserve")).to_be_visible()
    page.keyboard.press("2")
    expect(page.get_by_role("tab", name="History")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next, previous row")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_colours_and_time_zone_are_chosen_and_remembered(watch: Watched, order: str) -> None:
    page = watch.open()
    page.get_by_role("button", name="Auto colours").click()
    page.get_by_role("button", name="Light colours").click()
    page.get_by_role("button", name="Local time").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="UTC")).to_be_visible()


def test_it_works_below_a_path_of_a_proxy(browser: Browser, endpoint: str, order: str) -> None:
    below = f"{endpoint}/tools/everstep"

    def forward(route: Route) -> None:
        route.continue_(url=route.request.url.replace(below, endpoint))

    with context_of(browser) as context:
        context.route(f"{below}/**", forward)
        watch = watched(context, below)
        page = watch.open()
        page.get_by_role("link", name="order-1").click()
        expect(page.get_by_test_id("why")).to_contain_text("approval")
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        assert watch.complaints == []
        assert watch.strangers() == []


@contextmanager
def careful_service(folder: Path) -> Iterator[str]:
    """One that asks for a token and lets nobody change anything."""
    command = [sys.executable, "-m", "everstep", "dev", str(FUNCTIONS), "--port", "0", "--read-only", "--json"]
    command += ["--store", f"sqlite:///{folder / 'careful.db'}"]
    environment = {"EVERSTEP_TOKEN": "a-token-of-some-length", "PYTHONUNBUFFERED": "1"}
    program = launch(command, "careful", folder, environment)
    try:
        yield program.endpoint
    finally:
        program.end()


def test_a_service_with_a_token_is_looked_at_and_one_that_is_read_only_offers_no_act(
    browser: Browser, tmp_path: Path
) -> None:
    with careful_service(tmp_path) as endpoint, context_of(browser) as context:
        page = watched(context, endpoint).open()
        page.get_by_label("Token").fill("a-token-of-some-length")
        page.get_by_role("button", name="Look").click()
        expect(page.get_by_text("read-only")).to_be_visible()
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        page.get_by_role("link", name="Functions").click()
        expect(page.get_by_role("article", name="order")).to_be_visible()
        expect(page.get_by_role("button", name="Start…")).to_have_count(0)


def test_a_service_that_restarts_is_found_again(browser: Browser, tmp_path: Path) -> None:
    port = free_port()

    def run() -> Program:
        store = f"sqlite:///{tmp_path / 'again.db'}"
        return start("dev", str(FUNCTIONS), "--port", str(port), "--store", store, folder=tmp_path)

    program = run()
    try:
        with context_of(browser) as context:
            page = watched(context, program.endpoint).open()
            expect(page.get_by_text("Live", exact=True)).to_be_visible()
            program.kill()
            expect(page.get_by_text("Not connected")).to_be_visible()
            program = run()
            expect(page.get_by_text("Live", exact=True)).to_be_visible()
            begin(program.endpoint, "flaky", {"failures": 0}, "after-the-restart")
            expect(page.get_by_role("row").filter(has_text="after-the-restart")).to_contain_text("Succeeded")
    finally:
        program.end()
