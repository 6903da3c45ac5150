"""One browser and one service for each file of tests: sync Playwright keeps an event loop while it lives."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.page.stage import AXE, CHROMIUM, HERE, PATIENCE_MS, Watched, chromium, context_of, service, watched


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = "a Chromium" if CHROMIUM is None else "axe-core" if not AXE.exists() else None
    if missing is not None:
        skip = pytest.mark.skip(reason=f"tests of the page need {missing}, which `make browser` sets up")
        for item in items:
            if item.path.is_relative_to(HERE):
                item.add_marker(skip)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with service(tmp_path_factory.mktemp("page")) as found:
        yield found


@pytest.fixture
def watch(browser: Browser, endpoint: str) -> Iterator[Watched]:
    """A page that is watched; what it did wrong fails the test at its end."""
    with context_of(browser, {"permissions": ["clipboard-read", "clipboard-write"]}) as context:
        found = watched(context, endpoint)
        yield found
        assert found.complaints == []
        assert found.strangers() == []
