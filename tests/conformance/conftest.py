"""Says loudly that the requirements were not looked at, where their files are not there."""

import pytest

from tests.conformance.requirements import FOLDER_VARIABLE, requirements_folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if requirements_folder() is None:
        terminalreporter.section("SKIPPED: the public requirements", yellow=True)
        terminalreporter.line(f"Their files are not here; {FOLDER_VARIABLE}=FOLDER says where they are.")
