"""Runners for tests that pytest knows of: what they ran is kept for the report, recorded, replayed, and disturbed."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict, Unpack

from everstep.core.model import Arn
from everstep.sdk.handler import DurableFunction
from everstep.testing.crashes import Trial, survive
from everstep.testing.functions import Target
from everstep.testing.histories import export_history, replay_history
from everstep.testing.ledger import Ledger
from everstep.testing.result import DurableFunctionTestResult
from everstep.testing.runner import WAIT_SECONDS, DurableFunctionTestRunner, RunnerOptions, Wishes


class Disturbance(TypedDict, total=False):
    """What `@pytest.mark.crash_everywhere(…)` takes."""

    setup: Callable[[], object]
    """Called before each run, to bring the world outside back to its beginning."""
    check: Callable[[DurableFunctionTestResult], object]
    """Called after each run; an AssertionError is a finding."""


@dataclass(slots=True, kw_only=True)
class Session:
    """What one test asks of its runners; owns the runners."""

    test: str
    """The test's own name, as pytest has it."""
    seed: int = 0
    record_to: Path | None = None
    replay_from: Path | None = None
    disturbance: Disturbance | None = None
    """None: nothing is disturbed."""
    ledger: Ledger = field(default_factory=Ledger)
    runners: list[DurableFunctionTestRunner] = field(default_factory=list)
    _executions: int = 0

    def runner(
        self,
        handler: DurableFunction[Any],
        *,
        functions: Mapping[str, Target] | None = None,
        **options: Unpack[RunnerOptions],
    ) -> "MarkedRunner":
        """A runner for this handler and the functions that it invokes, durable or plain."""
        options.setdefault("seed", self.seed)
        runner = MarkedRunner(self, handler, **options)
        for name, target in (functions or {}).items():
            if isinstance(target, DurableFunction):
                runner.register_durable_function(name, target)
            else:
                runner.register_function(name, target)
        self.runners.append(runner)
        return runner

    def next_file(self) -> str:
        """The name of the file for the test's next execution."""
        self._executions += 1
        slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", self.test).strip("-")
        return f"{slug}-{self._executions}.json"


class MarkedRunner(DurableFunctionTestRunner):
    """A runner that does what the test's marks and pytest's options say."""

    def __init__(self, session: Session, handler: DurableFunction[Any], **options: Unpack[RunnerOptions]) -> None:
        super().__init__(handler, **options)
        self._session = session
        self._handler = handler

    @property
    def ledger(self) -> Ledger:
        """Where the workflow's effects are written down, if the test does so."""
        return self._session.ledger

    def run(
        self,
        input: Any = None,  # noqa: A002 - official
        name: str | None = None,
        **wishes: Unpack[Wishes],
    ) -> DurableFunctionTestResult:
        """`DurableFunctionTestRunner.run`; a test marked `crash_everywhere` disturbs the execution first."""
        if self._session.disturbance is not None:
            survive(
                Trial(
                    function=self._handler,
                    functions=self.functions,
                    plan=self.plan,
                    input=input,
                    ledger=self.ledger,
                    **self._session.disturbance,
                )
            )
            self.ledger.clear()
        return super().run(input, name, **wishes)

    def wait_for_result(self, execution_arn: str, timeout: float = WAIT_SECONDS) -> DurableFunctionTestResult:
        result = super().wait_for_result(execution_arn, timeout)
        file = self._session.next_file()
        if self._session.replay_from is not None and (self._session.replay_from / file).exists():
            replay_history(self._handler, self._session.replay_from / file)
        if self._session.record_to is not None:
            self._session.record_to.mkdir(parents=True, exist_ok=True)
            content = json.dumps(export_history(self.world, Arn(execution_arn)), indent=1)
            (self._session.record_to / file).write_text(content + "\n", encoding="utf-8")
        return result
