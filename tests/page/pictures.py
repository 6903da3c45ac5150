"""Takes the pictures of the page in docs/pictures, of real executions: python -m tests.page.pictures"""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from demo.programs import until
from tests.page.stage import FUNCTIONS, asked, begin, chromium, context_of, place_of, service, watched

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1200, "height": 680}, {"width": 380, "height": 760}
QUIET_MS = 1_500
"""After which nothing moves any more: a picture has no condition to wait for."""


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        shutil.copy(FUNCTIONS, Path(name) / "shop.py")  # whose path is shown
        take(Path(name))


def take(folder: Path) -> None:
    with service(folder, "shop.py") as endpoint, chromium() as browser:
        places = furnish(endpoint)
        for view, place in places.items():
            for scheme in ("light", "dark"):
                picture(browser, f"{endpoint}/{place}", f"{view}-{scheme}.png", {"viewport": DESKTOP}, scheme)
        for view in ("executions", "execution"):
            picture(browser, f"{endpoint}/{places[view]}", f"{view}-phone.png", {"viewport": PHONE}, "light")


def furnish(endpoint: str) -> dict[str, str]:
    """Executions of every kind; where each view is."""
    for number in range(24):
        begin(endpoint, "parcels", {"count": 3 + number % 5}, f"parcels-{100 + number}")
    parcels = begin(endpoint, "parcels", {"count": 12}, "parcels-200")
    until(
        lambda: None if running(endpoint) else True, "the vans"
    )  # their drivers' naps would else stand above all others
    for number, customer in enumerate(("edsger", "grace", "barbara", "alan")):
        begin(endpoint, "order", {"customer": customer}, f"order-{14 + number}")
    begin(endpoint, "nap", {"seconds": 5400}, "night-shift")
    failed = begin(endpoint, "flaky", {"failures": 9}, "carrier-7")
    items = [{"sku": "mug", "quantity": 2}, {"sku": "lid", "quantity": 2}]
    order = begin(endpoint, "order", {"customer": "ada", "items": items, "gift": True}, "order-18")
    until(lambda: None if running(endpoint) > 6 else True, "the carrier's last attempt")
    step = next(one for one in operations(endpoint, parcels) if one["name"] == "pack")
    return {
        "executions": "#/executions",
        "execution": place_of(order),
        "timeline": place_of(parcels, f"op={step['id']}"),
        "failure": place_of(failed),
        "history": place_of(order, "tab=history"),
        "functions": "#/functions",
    }


def running(endpoint: str) -> int:
    return int(asked(endpoint, "GET", "counts?status=RUNNING")["total"])


def operations(endpoint: str, arn: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = asked(
        endpoint, "GET", f"{place_of(arn)[2:].replace('execution', 'executions', 1)}/operations"
    )["operations"]
    return found


def picture(browser: Browser, url: str, name: str, wishes: dict[str, object], scheme: str) -> None:
    with context_of(browser, {**wishes, "color_scheme": scheme}) as context:
        page: Page = watched(context, url).page
        page.goto(url)
        page.wait_for_timeout(QUIET_MS)
        page.screenshot(path=FOLDER / name)


if __name__ == "__main__":
    main()
