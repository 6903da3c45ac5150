"""Plugins: code that watches durable functions run, for traces, metrics and audits.

    class Audit(DurableInstrumentationPlugin):
        def on_operation_end(self, info: OperationEndInfo) -> None: ...

    class AuditFactory:
        def create_plugin(self, info: InvocationStartInfo) -> Audit:
            return Audit()

    @durable_execution(plugins=[AuditFactory()])
    def order(event, context): ...

The interface is the official Python SDK's, so that plugins written for it work here.
"""

from everstep.sdk.plugins.infos import (
    InvocationEndInfo,
    InvocationInfo,
    InvocationStartInfo,
    InvocationStatus,
    OperationChangeInfo,
    OperationEndInfo,
    OperationInfo,
    OperationStartInfo,
    OperationType,
    PropagationInput,
    PropagationMetadata,
    UserFunctionEndInfo,
    UserFunctionOutcome,
    UserFunctionStartInfo,
)
from everstep.sdk.plugins.loading import load_configured_plugins
from everstep.sdk.plugins.plugin import DurableInstrumentationPlugin, DurableInstrumentationPluginFactory

__all__ = [
    "DurableInstrumentationPlugin",
    "DurableInstrumentationPluginFactory",
    "InvocationEndInfo",
    "InvocationInfo",
    "InvocationStartInfo",
    "InvocationStatus",
    "OperationChangeInfo",
    "OperationEndInfo",
    "OperationInfo",
    "OperationStartInfo",
    "OperationType",
    "PropagationInput",
    "PropagationMetadata",
    "UserFunctionEndInfo",
    "UserFunctionOutcome",
    "UserFunctionStartInfo",
    "load_configured_plugins",
]
