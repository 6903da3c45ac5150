"""What pytest loads of everstep: options, markers, fixtures, and timelines in the reports of failed tests.

Nothing happens to a test that does not ask for it, and nothing of the test tools is imported before one does.
"""

import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from everstep.testing.histories import RecordedHistory
    from everstep.testing.ledger import Ledger
    from everstep.testing.marked import MarkedRunner, Session

MARKERS = (
    "durable_execution(handler=…, callbacks=None, steps=None, functions=None, …): the durable function that "
    "durable_runner runs, and the runner's options; all by keyword, because pytest takes a lone function for the test",
    "crash_everywhere(setup=None, check=None): let every run of durable_runner be disturbed wherever it can be, first",
    "durable_histories(folder): run the test once for each history in the folder, as the fixture durable_history",
)
_SECTIONS_MAX = 5
"""Timelines in the report of one test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("everstep", "durable functions (everstep)")
    group.addoption(
        "--durable-record", metavar="DIR", help="write the history of every execution of durable_runner into DIR"
    )
    group.addoption(
        "--durable-replay", metavar="DIR", help="replay the histories recorded in DIR against the tests' functions"
    )
    group.addoption("--durable-seed", type=int, default=0, metavar="N", help="seed of ids and jitter (default: 0)")


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.fixture
def durable_session(request: pytest.FixtureRequest) -> "Session":
    """What this test asks of its runners."""
    from everstep.testing.marked import Session

    crash = request.node.get_closest_marker("crash_everywhere")
    record, replay = request.config.getoption("--durable-record"), request.config.getoption("--durable-replay")
    return Session(
        test=request.node.nodeid,
        seed=request.config.getoption("--durable-seed"),
        record_to=None if record is None else Path(record),
        replay_from=None if replay is None else Path(replay),
        disturbance=None if crash is None else crash.kwargs,
    )


@pytest.fixture
def make_durable_runner(durable_session: "Session") -> "Callable[..., MarkedRunner]":
    """Makes runners: `make_durable_runner(handler, callbacks=…, steps=…, functions=…)`."""
    return durable_session.runner


@pytest.fixture
def durable_runner(request: pytest.FixtureRequest, durable_session: "Session") -> "Iterator[MarkedRunner]":
    """The runner of the function that `@pytest.mark.durable_execution(handler=…)` names."""
    mark = request.node.get_closest_marker("durable_execution")
    if mark is None or not (mark.args or "handler" in mark.kwargs):
        pytest.fail("durable_runner needs @pytest.mark.durable_execution(handler=…) on the test", pytrace=False)
    options = {name: value for name, value in mark.kwargs.items() if name != "lambda_function_name"}
    with durable_session.runner(*mark.args, **options) as runner:
        yield runner


@pytest.fixture
def durable_ledger(durable_session: "Session") -> "Ledger":
    """The ledger that `crash_everywhere` looks at."""
    return durable_session.ledger


# --------------------------------------------------------------------------- histories
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    mark = metafunc.definition.get_closest_marker("durable_histories")
    if mark is None or "durable_history" not in metafunc.fixturenames:
        return
    from everstep.testing.histories import histories_in

    folder = Path(mark.args[0])
    if not folder.is_absolute():
        folder = metafunc.config.rootpath / folder
    files = histories_in(folder)
    if not files:
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: there is no history in {folder}")
    metafunc.parametrize("durable_history", files, ids=[file.stem for file in files], indirect=True)


@pytest.fixture
def durable_history(request: pytest.FixtureRequest) -> "RecordedHistory":
    """One history of the folder that `@pytest.mark.durable_histories(folder)` names; `.replay(handler)` replays it."""
    from everstep.testing.histories import RecordedHistory

    return RecordedHistory(request.param)


# --------------------------------------------------------------------------- reports
@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and call.excinfo is not None and "everstep.testing" in sys.modules:
        from everstep.testing.reporting import timelines

        things: list[Any] = list(getattr(item, "funcargs", {}).values())
        for entry in call.excinfo.traceback:
            if Path(entry.path) == item.path:
                things += entry.frame.f_locals.values()
        report.sections += timelines(things)[:_SECTIONS_MAX]
    return report
