"""A real service with real workers, and a browser that looks at it.

What leaves this machine, and what a browser complains of, is noted for every page, and none of both is fine.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from demo.programs import Program, start

HERE = Path(__file__).parent
FUNCTIONS = HERE / "functions.py"
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE_MS = 20_000
"""How long a browser waits on a busy machine before something is taken for missing."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window. It can be shared; each page gets a context of its own."""
    assert CHROMIUM is not None
    with sync_playwright() as playwright:
        # Without the sandbox, because containers run tests as root; it sees nothing but our own page.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def service(folder: Path, app: str = str(FUNCTIONS)) -> Iterator[str]:
    """`everstep dev` with the functions beside this file, or those of another app; its endpoint."""
    program: Program = start(*("dev", app, "--port", "0", "--store", f"sqlite:///{folder / 'page.db'}"), folder=folder)
    try:
        yield program.endpoint
    finally:
        program.end()


def begin(endpoint: str, function: str, input: object = None, name: str | None = None) -> str:  # noqa: A002
    """Start an execution; its ARN."""
    body = {"function": function, "input": input} | ({"name": name} if name else {})
    return str(asked(endpoint, "POST", "executions", body)["arn"])


def asked(endpoint: str, method: str, path: str, body: object = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    request = Request(f"{endpoint}/everstep/v1/{path}", content, {"content-type": "application/json"}, method=method)
    with urlopen(request, timeout=30) as response:
        return json.load(response)


def place_of(arn: str, query: str = "") -> str:
    """Where the page shows an execution."""
    return f"#/execution/{quote(arn, safe='')}{'?' + query if query else ''}"


@dataclass(kw_only=True)
class Watched:
    """A page, and what it did that it must not."""

    page: Page
    endpoint: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, place: str = "") -> Page:
        self.page.goto(f"{self.endpoint}/{place}")
        return self.page

    def strangers(self) -> list[str]:
        """Requests to somebody else than the service."""
        ours = (f"{self.endpoint}/", "blob:", "data:")
        return [url for url in self.requests if not url.startswith(ours)]


def watched(context: BrowserContext, endpoint: str) -> Watched:
    """A new page that is watched."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    found = Watched(page=page, endpoint=endpoint)

    def told(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            found.complaints.append(f"{message.text} ({message.location})")

    page.on("console", told)
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    context.on("request", lambda request: found.requests.append(request.url))
    return found


def context_of(browser: Browser, wishes: Mapping[str, Any] | None = None) -> BrowserContext:
    viewport = {"width": 1280, "height": 800}
    return browser.new_context(**{"viewport": viewport, "reduced_motion": "reduce", **(wishes or {})})
