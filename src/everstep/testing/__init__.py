"""Testing durable functions: in one process, in no time, without a network."""

from everstep.testing.cloud import DurableFunctionCloudTestRunner
from everstep.testing.crashes import Survived, crash_everywhere
from everstep.testing.errors import (
    CrashError,
    DurableFunctionsTestError,
    HistoryError,
    NoSuchOperationError,
    StuckError,
)
from everstep.testing.histories import RecordedHistory, replay_histories, replay_history
from everstep.testing.ledger import Ledger
from everstep.testing.operations import TestedOperation
from everstep.testing.plan import NO_ANSWER, in_turn
from everstep.testing.result import DurableFunctionTestResult
from everstep.testing.runner import DurableChildContextTestRunner, DurableFunctionTestRunner

__all__ = [
    "NO_ANSWER",
    "CrashError",
    "DurableChildContextTestRunner",
    "DurableFunctionCloudTestRunner",
    "DurableFunctionTestResult",
    "DurableFunctionTestRunner",
    "DurableFunctionsTestError",
    "HistoryError",
    "Ledger",
    "NoSuchOperationError",
    "RecordedHistory",
    "StuckError",
    "Survived",
    "TestedOperation",
    "crash_everywhere",
    "in_turn",
    "replay_histories",
    "replay_history",
]
