"""The names that the handlers in `sync` are written with: ours and the official SDK's are the same.

CONFORMANCE_SDK=official in the environment of a worker gives them the official meaning; nothing else changes.
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or os.environ.get("CONFORMANCE_SDK") != "official":
    from everstep import (
        BatchItem,
        BatchItemStatus,
        BatchResult,
        CallbackConfig,
        CallbackError,
        ChildContextError,
        CompletionConfig,
        CompletionReason,
        DurableContext,
        Duration,
        InvokeConfig,
        JitterStrategy,
        JsonSerDes,
        MapConfig,
        ParallelBranch,
        ParallelConfig,
        RetryDecision,
        RetryPresets,
        RetryStrategyConfig,
        SerDes,
        SerDesContext,
        StepConfig,
        StepContext,
        StepSemantics,
        WaitForCallbackConfig,
        WaitForCallbackContext,
        WaitForConditionCheckContext,
        WaitForConditionConfig,
        WaitForConditionDecision,
        create_retry_strategy,
        durable_execution,
        durable_step,
        durable_with_child_context,
    )
else:
    from aws_durable_execution_sdk_python import (
        BatchItemStatus,
        BatchResult,
        CallbackError,
        ChildContextError,
        DurableContext,
        ParallelBranch,
        StepContext,
        durable_execution,
        durable_step,
        durable_with_child_context,
    )
    from aws_durable_execution_sdk_python.concurrency.models import BatchItem, CompletionReason
    from aws_durable_execution_sdk_python.config import (
        CallbackConfig,
        CompletionConfig,
        Duration,
        InvokeConfig,
        JitterStrategy,
        MapConfig,
        ParallelConfig,
        StepConfig,
        StepSemantics,
        WaitForCallbackConfig,
    )
    from aws_durable_execution_sdk_python.retries import (
        RetryDecision,
        RetryPresets,
        RetryStrategyConfig,
        create_retry_strategy,
    )
    from aws_durable_execution_sdk_python.serdes import JsonSerDes, SerDes, SerDesContext
    from aws_durable_execution_sdk_python.types import WaitForCallbackContext, WaitForConditionCheckContext
    from aws_durable_execution_sdk_python.waits import WaitForConditionConfig, WaitForConditionDecision

__all__ = [
    "BatchItem",
    "BatchItemStatus",
    "BatchResult",
    "CallbackConfig",
    "CallbackError",
    "ChildContextError",
    "CompletionConfig",
    "CompletionReason",
    "DurableContext",
    "Duration",
    "InvokeConfig",
    "JitterStrategy",
    "JsonSerDes",
    "MapConfig",
    "ParallelBranch",
    "ParallelConfig",
    "RetryDecision",
    "RetryPresets",
    "RetryStrategyConfig",
    "SerDes",
    "SerDesContext",
    "StepConfig",
    "StepContext",
    "StepSemantics",
    "WaitForCallbackConfig",
    "WaitForCallbackContext",
    "WaitForConditionCheckContext",
    "WaitForConditionConfig",
    "WaitForConditionDecision",
    "create_retry_strategy",
    "durable_execution",
    "durable_step",
    "durable_with_child_context",
]
