"""What `import everstep` loads: it is paid at every cold start of an author's function."""

import json
import subprocess
import sys

import pytest

COSTLY = frozenset(
    {
        "asyncio",
        "boto3",
        "click",
        "concurrent.futures",
        "email",
        "http",
        "logging.config",
        "multiprocessing",
        "rich",
        "socket",
        "sqlite3",
        "ssl",
        "urllib.request",
        "uvicorn",
    }
)
OURS = ("everstep.core.machine", "everstep.service", "everstep.host", "everstep.cli", "everstep.testing")


def loaded_by(program: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after the program; site packages may load some before it."""
    listing = f"import sys, json; before = set(sys.modules); {program}; print(json.dumps([*set(sys.modules) - before]))"
    done = subprocess.run([sys.executable, "-c", listing], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    return loaded_by("import everstep")


def test_importing_the_sdk_loads_nothing_that_a_plain_function_does_not_need(loaded: set[str]) -> None:
    assert "everstep" in loaded
    assert loaded & COSTLY == set()


def test_importing_the_sdk_loads_none_of_the_services_mind(loaded: set[str]) -> None:
    assert [module for module in loaded if module.startswith(OURS)] == []


def test_defining_a_blocking_function_does_not_load_the_event_loop() -> None:
    program = "import everstep; everstep.durable_execution(lambda event, context: context.step(lambda step: 1))"
    assert loaded_by(program) & COSTLY == set()


def test_the_list_is_alive() -> None:
    assert loaded_by("import asyncio, urllib.request") >= {"asyncio", "http", "urllib.request", "ssl", "email"}
