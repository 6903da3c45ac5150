"""How quick the page is with much in the store: 100,000 executions, and one of 10,000 operations.

    python -m bench.looking --store FILE          # makes the store, once
    python -m tests.page.measure FILE

Prints milliseconds as the browser sees them, each the median of a few rounds.
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

from demo.programs import start
from tests.page.stage import FUNCTIONS, asked, begin, chromium, context_of, place_of, watched

ROUNDS = 5
PARCELS = 5_000
FRAMES = """async () => {
  const took = [];
  let last = performance.now();
  for (let step = 0; step < 90; step += 1) {
    scrollBy(0, 240);
    await new Promise(requestAnimationFrame);
    took.push(performance.now() - last);
    last = performance.now();
  }
  took.sort((a, b) => a - b);
  return [took[45], took[85], document.querySelectorAll("[role=row]").length];
}"""


def main(store: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="everstep-page-") as name, chromium() as browser:
        folder = Path(name)
        many(browser, folder, store)
        large(browser, folder)


def many(browser: Browser, folder: Path, store: Path) -> None:
    copy = shutil.copy(store, folder / "many.db")
    # In the emulator's dialect the old executions can be read, and are not taken up.
    program = start("serve", "--port", "0", "--dialect", "emulator", "--store", f"sqlite:///{copy}", folder=folder)
    try:
        with context_of(browser) as context:
            page = watched(context, program.endpoint).page
            rows = page.locator(".rows .line")
            status = page.get_by_role("status")

            def first_paint() -> None:
                page.goto("about:blank")
                page.goto(f"{program.endpoint}/#/executions")
                rows.first.wait_for()

            def narrowed(place: str, count: str) -> Callable[[], None]:
                def act() -> None:
                    page.evaluate("() => { location.hash = '#/executions'; }")
                    status.get_by_text("100\u202f000 executions", exact=True).wait_for()
                    page.evaluate("place => { location.hash = place; }", place)
                    status.get_by_text(count, exact=True).wait_for()

                return act

            told("first paint of the list", first_paint)
            told(
                "back to all, then filter by status",
                narrowed("#/executions?status=FAILED", "5\u202f000 executions"),
            )
            told("back to all, then filter by name", narrowed("#/executions?name=customer-7777", "11 executions"))
            told(
                "back to all, then filter by function",
                narrowed("#/executions?function=order-3", "10\u202f000 executions"),
            )
            page.goto(f"{program.endpoint}/#/executions")
            rows.first.wait_for()
            scrolled("scroll through the list", page)
    finally:
        program.end()


def large(browser: Browser, folder: Path) -> None:
    store = f"sqlite:///{folder / 'large.db'}"
    program = start("dev", str(FUNCTIONS), "--port", "0", "--quotas", "off", "--store", store, folder=folder)
    try:
        arn = begin(program.endpoint, "parcels", {"count": PARCELS, "is_quick": True}, "large")
        while not asked(program.endpoint, "GET", "counts?name=large")["by_status"].get("SUCCEEDED"):
            time.sleep(1)
        with context_of(browser) as context:
            page = watched(context, program.endpoint).page
            page.set_default_timeout(60_000)

            def opened() -> None:
                page.goto("about:blank")
                page.goto(f"{program.endpoint}/{place_of(arn)}")
                page.locator(".rows .operation").first.wait_for()

            told(f"open an execution of {2 * PARCELS} operations", opened)
            page.get_by_role("button", name="Open pack").click()
            began = time.perf_counter()
            page.get_by_role("button", name="Open parcels").click()
            page.get_by_role("button", name="map-item-0", exact=True).wait_for()
            print(f"{'open its map of 5,000':<45} {(time.perf_counter() - began) * 1000:7.0f} ms")  # noqa: T201
            scrolled("scroll through it", page)
    finally:
        program.end()


def told(what: str, act: Callable[[], None]) -> None:
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    print(f"{what:<45} {statistics.median(took):7.0f} ms   (first {took[0]:.0f})")  # noqa: T201


def scrolled(what: str, page: Page) -> None:
    median, slow, rows = page.evaluate(FRAMES)
    print(f"{what:<45} {median:7.1f} ms a frame, {slow:.1f} at the 95th of 100; {rows} rows in the document")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
