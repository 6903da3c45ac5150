"""everstep: durable execution for Python."""

from everstep.errors import (
    CallbackError,
    CallbackExternalError,
    CallbackSubmitterError,
    CallbackTimeoutError,
    ChildContextError,
    DurableExecutionsError,
    DurableOperationError,
    ExecutionError,
    InvocationError,
    InvokeError,
    RetryableSerDesError,
    SerDesError,
    StepError,
    ValidationError,
    WaitForConditionError,
)
from everstep.sdk.config import Duration, JitterStrategy, StepConfig, StepSemantics
from everstep.sdk.context import AsyncDurableContext, DurableContext
from everstep.sdk.decorators import durable_step
from everstep.sdk.handler import DurableFunction, durable_execution
from everstep.sdk.retries import (
    LinearRetryStrategyConfig,
    RetryDecision,
    RetryPresets,
    RetryStrategyConfig,
    create_linear_retry_strategy,
    create_retry_strategy,
)
from everstep.sdk.serdes import ExtendedTypeSerDes, JsonSerDes, PassThroughSerDes, SerDes, SerDesContext
from everstep.sdk.types import StepContext
from everstep.version import __version__

__all__ = [
    "AsyncDurableContext",
    "CallbackError",
    "CallbackExternalError",
    "CallbackSubmitterError",
    "CallbackTimeoutError",
    "ChildContextError",
    "DurableContext",
    "DurableExecutionsError",
    "DurableFunction",
    "DurableOperationError",
    "Duration",
    "ExecutionError",
    "ExtendedTypeSerDes",
    "InvocationError",
    "InvokeError",
    "JitterStrategy",
    "JsonSerDes",
    "LinearRetryStrategyConfig",
    "PassThroughSerDes",
    "RetryDecision",
    "RetryPresets",
    "RetryStrategyConfig",
    "RetryableSerDesError",
    "SerDes",
    "SerDesContext",
    "SerDesError",
    "StepConfig",
    "StepContext",
    "StepError",
    "StepSemantics",
    "ValidationError",
    "WaitForConditionError",
    "__version__",
    "create_linear_retry_strategy",
    "create_retry_strategy",
    "durable_execution",
    "durable_step",
]
