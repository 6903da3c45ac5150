"""Every limit of the protocol, with its reason.

Sizes are UTF-8 bytes of the text. A `Limits` value is handed to `decide`, so that a program may run with other
quotas; the defaults are the documented ones of AWS Lambda.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from everstep.core.records import dataclass

KIB = 1024
MIB = 1024 * KIB

# --------------------------------------------------------------------------- shapes (Lambda API model)
SECONDS_MAX = 31_622_400
"""366 days: the longest execution, wait or retry delay."""
CALLBACK_SECONDS_MAX = 99_999_999
ARN_CHARS_MAX = 1024
CHECKPOINT_TOKEN_CHARS_MAX = 2048
CALLBACK_ID_CHARS_MAX = 1024
CLIENT_TOKEN_CHARS_MAX = 64
OPERATION_ID_CHARS_MAX = 64
OPERATION_NAME_CHARS_MAX = 256
SUB_TYPE_CHARS_MAX = 32
EXECUTION_NAME_CHARS_MAX = 64
FUNCTION_NAME_CHARS_MAX = 256
TENANT_ID_CHARS_MAX = 256
TRACE_ID_CHARS_MAX = 8192
OPERATION_PAYLOAD_CHARS_MAX = 6 * MIB
PAGE_ITEMS_MAX = 1000
PAGE_ITEMS_DEFAULT = 100
RETENTION_DAYS_MAX = 90
PAUSE_REASON_CHARS_MAX = 1024
LIST_STATUSES_MAX = 10
QUALIFIER_CHARS_MAX = 128

# --------------------------------------------------------------------------- what SDKs keep to
BATCH_UPDATES_MAX = 250
"""Updates in one checkpoint call; what the official SDKs send at most, so every service accepts it."""
BATCH_BYTES_MAX = 750 * KIB
"""Bytes of one checkpoint call; leaves room below the 1 MB that gateways on the way may impose."""
CONTEXT_RESULT_BYTES_MAX = 256 * KIB
"""Larger context results are not kept: the context is marked to run its body again on replay."""
ERROR_BYTES_MAX = 256 * KIB
"""What is recorded of an error, all of its texts together; longer ones are cut, because services refuse them."""
OUTPUT_BYTES_MAX = 6 * MIB - 50
"""Larger handler results are checkpointed instead of returned; 50 bytes for the object around them."""

# --------------------------------------------------------------------------- what the service keeps to
ENVELOPE_BYTES_MAX = 5 * MIB
"""First page of the state: the envelope must fit a 6 MB Lambda request."""
DAY_MS = 24 * 60 * 60 * 1000
IDEMPOTENCY_WINDOW_MS = 15 * 60 * 1000
"""How long the same ClientToken gets the same answer."""
PAUSE_REQUESTS_KEPT_MAX = 20
"""Pauses and resumes within that window that are known again; the head that keeps them is written with every delta."""
REQUEST_BODY_BYTES_MAX = 6 * MIB
"""Body of a synchronous Invoke and of every other call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The quotas that a service enforces on an execution, and its patience with functions that fail."""

    operations_max: int = 3_000
    """Operations per execution (hard quota of AWS Lambda)."""
    written_bytes_max: int = 100 * 1000 * 1000
    """Bytes that an execution may write in its life (hard quota of AWS Lambda)."""
    step_payload_bytes_max: int = 256 * KIB
    error_bytes_max: int = 256 * KIB
    invoke_payload_bytes_max: int = 1 * MIB
    callback_payload_bytes_max: int = 1 * MIB
    stop_error_bytes_max: int = 1 * MIB
    async_input_bytes_max: int = 1 * MIB
    """Payload of an Invoke of type Event."""
    sync_invoke_seconds_max: int = 15 * 60
    """How long a synchronous Invoke waits for the end of an execution."""
    sync_output_bytes_max: int = 6 * MIB
    async_output_bytes_max: int = 1 * MIB
    """Result of an execution that was started by an Event invocation or by another execution."""
    crash_retries_max: int = 3
    """Immediate retries in a row after a crash of the function (`Runtime.`, `Sandbox.`, `Extension.` errors)."""
    failure_retries_max: int = 10
    """Retries in a row, with back-off, after any other failed invocation."""
    failure_backoff_ms: int = 1_000
    """First back-off; doubles with each failure."""
    failure_backoff_ms_max: int = 5 * 60 * 1000
    page_bytes_max: int = ENVELOPE_BYTES_MAX
    """Of the state, in an envelope and in each page that a function reads after it."""
    empty_pendings_max: int = 3
    """Answers PENDING in a row with nothing to wait for, before the execution fails."""


LIMITS = Limits()


class Quotas(StrEnum):
    """Which quotas a program enforces."""

    AWS = "aws"
    """Those that AWS Lambda documents."""
    OFF = "off"
    """None: only the shapes of the wire and the patience with failures remain."""


_ENDLESS = 2**62

LIMITS_OF: Mapping[Quotas, Limits] = MappingProxyType(
    {
        Quotas.AWS: LIMITS,
        Quotas.OFF: Limits(
            operations_max=_ENDLESS,
            written_bytes_max=_ENDLESS,
            step_payload_bytes_max=_ENDLESS,
            error_bytes_max=_ENDLESS,
            invoke_payload_bytes_max=_ENDLESS,
            callback_payload_bytes_max=_ENDLESS,
            stop_error_bytes_max=_ENDLESS,
            async_input_bytes_max=_ENDLESS,
            sync_invoke_seconds_max=SECONDS_MAX,
            sync_output_bytes_max=_ENDLESS,
            async_output_bytes_max=_ENDLESS,
        ),
    }
)
