"""Testing durable functions: in one process, in no time, without a network."""

from everstep.testing.runner import DurableFunctionTestResult, DurableFunctionTestRunner
from everstep.testing.world import StuckError

__all__ = ["DurableFunctionTestResult", "DurableFunctionTestRunner", "StuckError"]
