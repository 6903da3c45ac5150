"""How executions are born: what a caller wishes, and what becomes of it."""

from dataclasses import dataclass

from everstep.core.machine.commands import Past
from everstep.core.machine.state import Origin, Source
from everstep.core.model import Arn, Millis
from everstep.core.names import EXECUTION_NAME_PATTERN, ExecutionName, FunctionName, is_execution_name
from everstep.core.refusal import Code, Refused, invalid
from everstep.service.ports import FunctionConfig, Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCommand:
    """A wish for a new execution."""

    function: str
    qualifier: str | None = None
    name: str | None = None
    """None: a name is made."""
    input: str | None = None
    """JSON text."""
    is_async: bool = False
    """Nobody waits for the result."""
    tenant_id: str | None = None
    trace_header: str | None = None
    timeout_seconds: int | None = None
    """None: as the function is configured."""
    retention_days: int | None = None
    """None: as the function is configured."""
    endpoint: str | None = None
    """Where the function is invoked, when not where the service would."""
    unique: bool = True
    """The name belongs to one execution of the function: the same name again finds it."""
    must_be_known: bool = True
    """Whether a function that the service has no configuration of is refused."""
    source: Source | None = None
    past: Past | None = None
    """What it knows from the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    arn: Arn
    existing: bool
    """The name had started this execution before."""
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the service claims to be; part of every ARN."""

    partition: str = "aws"
    region: str = "us-east-1"
    account: str = "000000000000"


def origin_of(command: StartCommand, config: FunctionConfig, place: Place, execution_id: str, now: Millis) -> Origin:
    """The beginning of an execution. Raises Refused for a bad name."""
    if command.name is not None and not is_execution_name(command.name):
        raise invalid(
            f"Value '{command.name}' at 'durableExecutionName' must have 1 to 64 characters and satisfy the "
            f"regular expression pattern: {EXECUTION_NAME_PATTERN}"
        )
    name = ExecutionName(
        function=command.function,
        name=command.name or execution_id,
        execution_id=execution_id,
        version=FunctionName(name=command.function, qualifier=command.qualifier).version,
        partition=place.partition,
        region=place.region,
        account=place.account,
    )
    return Origin(
        arn=name.arn,
        execution_id=execution_id,
        name=name.name,
        function=name.function,
        version=name.version,
        function_arn=name.function_arn,
        input=command.input,
        started_at=now,
        timeout_seconds=command.timeout_seconds or config.execution_timeout_seconds,
        retention_days=command.retention_days or config.retention_days,
        is_async=command.is_async,
        unique_name=command.name if command.unique else None,
        tenant_id=command.tenant_id,
        trace_header=command.trace_header,
        endpoint=command.endpoint,
        source=command.source,
    )


def found_for(wanted: Origin, existing: Summary) -> Started:
    """The execution that has the name already. Raises Refused ALREADY_STARTED when it is not the one that is meant."""
    origin = existing.origin
    if (origin.input, origin.version) != (wanted.input, wanted.version):
        raise Refused(
            Code.ALREADY_STARTED,
            f"A durable execution with the name {wanted.name} already exists within the function, with another "
            f"payload or version: {origin.arn}",
            arn=origin.arn,
        )
    return Started(arn=origin.arn, existing=True, version=origin.version)
