"""OpenTelemetry: one trace for each execution, however often it is suspended, and metrics beside it.

    from everstep.otel import opentelemetry

    @durable_execution(plugins=[opentelemetry()])
    def order(event, context): ...

Or without a change of code, with `DURABLE_EXECUTION_PLUGINS=everstep-otel` in the environment. Needs
`pip install everstep[otel]`, or an OpenTelemetry SDK that comes from elsewhere, such as a Lambda layer.

    execution                     one span, from its start to its end
    |-- invocation                one per call of the function; what the handler's own code does stands below it
    |-- charge                    one span per operation, from its start to its end
    |   `-- charge attempt 1      one per attempt; what the author's code does stands below it
    |-- approval                  wait, callback …: begun in one invocation, ended in another one
    `-- ship                      a chained invoke
        `-- execution …           of the other function

How it stays one trace: ids are computed, not drawn (`identity`), and a span of something that outlives an invocation is
made when it ends, with the times that the service recorded (`spans`).
"""

try:
    from everstep.otel.factory import OpenTelemetry, Telemetry, opentelemetry
except ModuleNotFoundError as error:
    if error.name is None or not error.name.startswith("opentelemetry"):
        raise
    message = f"everstep.otel needs OpenTelemetry ({error.name} is missing): pip install 'everstep[otel]'"
    raise ModuleNotFoundError(message, name=error.name) from error

__all__ = ["OpenTelemetry", "Telemetry", "opentelemetry"]
