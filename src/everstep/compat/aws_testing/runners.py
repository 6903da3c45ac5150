"""everstep's test runners with the signatures of the official ones: input is JSON text, times come second.

A time limit counts in real seconds there, even where waits are skipped. So it means nothing here in virtual time, in
which a test that would wait for ever is told so at once (StuckError, a TimeoutError as there).
"""

from typing import Any, Unpack

from everstep.core.model import Arn
from everstep.core.wire.text import NotJsonError, load
from everstep.sdk.delays import DurationLike
from everstep.sdk.handler import DurableFunction
from everstep.testing import cloud, runner
from everstep.testing.result import DurableFunctionTestResult

REGION = "us-west-2"
"""Where the official runners take themselves to be."""


class DurableFunctionTestRunner(runner.DurableFunctionTestRunner):
    """`everstep.testing.DurableFunctionTestRunner` for tests of the official package."""

    def __init__(self, handler: DurableFunction[Any], **options: Unpack[runner.RunnerOptions]) -> None:
        if options.get("skip_time", True):
            options.pop("execution_timeout", None)
        options.setdefault("region", REGION)
        options.setdefault("account_id", "123456789012")
        super().__init__(handler, **options)

    def run(  # type: ignore[override]  # the official signature
        self,
        input: str | None = None,  # noqa: A002 - official
        execution_timeout: DurationLike | None = None,
        **wishes: Any,
    ) -> DurableFunctionTestResult:
        """Run an execution with this JSON text as its input."""
        return self.wait_for_result(self.run_async(input, execution_timeout, **wishes))

    def run_async(  # type: ignore[override]  # the official signature
        self,
        input: str | None = None,  # noqa: A002 - official
        execution_timeout: DurationLike | None = None,
        **wishes: Any,
    ) -> Arn:
        """Begin an execution with this JSON text as its input."""
        timeout = wishes.pop("timeout", None) if execution_timeout is None else execution_timeout
        if timeout is not None and self.plan.is_real_time:
            wishes["execution_timeout"] = timeout
        return super().run_async(_value(input), **wishes)


class DurableFunctionCloudTestRunner(cloud.DurableFunctionCloudTestRunner):
    """`everstep.testing.DurableFunctionCloudTestRunner` for tests of the official package."""

    def __init__(
        self,
        function_name: str,
        region: str = REGION,
        lambda_endpoint: str | None = None,
        poll_interval: float = 1.0,
        **options: Unpack[cloud.CloudOptions],
    ) -> None:
        super().__init__(function_name, region, lambda_endpoint, poll_interval, **options)

    def run(  # type: ignore[override]  # the official signature
        self,
        input: Any = None,  # noqa: A002 - official; here it is a value there too
        timeout: DurationLike = cloud.WAIT_SECONDS,
        **wishes: Any,
    ) -> DurableFunctionTestResult:
        """Run an execution and wait for its end, for `timeout` seconds."""
        wishes["timeout"] = timeout
        return super().run(input, **wishes)


def _value(text: str | None) -> object:
    """What the text stands for; one that is no JSON is taken for a text, as by the official runner."""
    if text is None:
        return None
    try:
        return load(text)
    except NotJsonError:
        return text
