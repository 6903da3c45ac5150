"""A program: the official OpenTelemetry plugin, unedited, watches a function of ours. Prints each span as JSON.

python -m tests.otel.official ExecutionOtelPluginFactory
"""

import importlib
import json
import sys
from typing import Any

from everstep import durable_execution
from everstep.compat import aws_sdk
from everstep.testing import DurableFunctionTestRunner
from tests.otel.seen import Seen
from tests.otel.shop import CALLBACKS, order, ship
from tests.sdk.drive.plots import as_async_def, as_def


def main(factory_name: str) -> None:
    aws_sdk.install()  # the plugin imports the official SDK, and gets everstep
    official: Any = importlib.import_module("aws_durable_execution_sdk_python_otel")
    for told in (as_def, as_async_def):
        seen = Seen()
        plugin = getattr(official, factory_name)(official.OtelPluginConfig(tracer_provider=seen.tracers))
        function = durable_execution(plugins=[plugin])(told(order).handler)
        with DurableFunctionTestRunner(function, callbacks=CALLBACKS) as runner:
            runner.register_durable_function("ship", told(ship))
            result = runner.run({"order": 17})
        spans = [
            {
                "name": span.name,
                "trace": span.context.trace_id,
                "operation": (span.attributes or {}).get("durable.operation.id"),
                "status": (span.attributes or {}).get("durable.operation.status"),
            }
            for span in seen.spans
        ]
        print(json.dumps({"value": result.value, "spans": spans}))  # noqa: T201 - what a program prints


if __name__ == "__main__":
    main(sys.argv[1])
