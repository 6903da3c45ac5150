"""The runs of a failed test, drawn for its report."""

from collections.abc import Iterable, Iterator

from everstep.testing.cloud import DurableFunctionCloudTestRunner
from everstep.testing.result import DurableFunctionTestResult
from everstep.testing.runner import DurableFunctionTestRunner


def timelines(things: Iterable[object]) -> list[tuple[str, str]]:
    """(heading, timeline) for every execution among what a test had in its hands, each once, oldest first."""
    found = {result.arn: result for thing in things for result in _results(thing)}
    return [(f"durable execution {arn}", result.timeline()) for arn, result in found.items()]


def _results(thing: object) -> Iterator[DurableFunctionTestResult]:
    if isinstance(thing, DurableFunctionTestResult):
        yield thing
    elif isinstance(thing, DurableFunctionTestRunner | DurableFunctionCloudTestRunner):
        yield from thing.results
