"""Names of the protocol: parse, make, compare.

| name | shape | made by |
| --- | --- | --- |
| execution ARN | `<function ARN>:<version>/durable-execution/<name>/<id>` | service |
| operation id | hash of the position in the code | SDK |
| checkpoint token | base64 of `<execution id>/<invocation>/<number>` | service |
| callback id | base64 of `<execution ARN>|<operation id>` | service |

Tokens and callback ids are opaque to everybody but the service that made them.
"""

import base64
import binascii
import hashlib
import re
from functools import lru_cache

from everstep.core.limits import CHECKPOINT_TOKEN_CHARS_MAX, EXECUTION_NAME_CHARS_MAX, FUNCTION_NAME_CHARS_MAX
from everstep.core.model import Arn, CallbackId, CheckpointToken, OperationId
from everstep.core.records import dataclass

EXECUTION_NAME_PATTERN = "[a-zA-Z0-9-_]+"
ARN_PATTERN = (
    r"arn:([a-zA-Z0-9-]+):lambda:([a-zA-Z0-9-]+):([0-9]{12}):function:([a-zA-Z0-9_-]+):"
    r"(\$LATEST(?:\.PUBLISHED)?|[0-9]+)/durable-execution/([a-zA-Z0-9_-]+)/([a-zA-Z0-9_-]+)"
)
_ARN = re.compile(ARN_PATTERN)
_EXECUTION_NAME = re.compile(EXECUTION_NAME_PATTERN)
LATEST = "$LATEST"
QUALIFIER_PATTERN = r"\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9_-]+"
FUNCTION_PATTERN = (
    r"(?:(?:arn:([a-zA-Z0-9-]+):lambda:([a-zA-Z0-9-]+):)?([0-9]{12}):function:)?"
    r"([a-zA-Z0-9_-]+)(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9_-]+))?"
)
_FUNCTION = re.compile(FUNCTION_PATTERN)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionName:
    """The parts of an execution's ARN."""

    function: str
    name: str
    execution_id: str
    version: str = "$LATEST"
    partition: str = "aws"
    region: str = "us-east-1"
    account: str = "000000000000"

    @property
    def arn(self) -> Arn:
        return Arn(f"{self.function_arn}/durable-execution/{self.name}/{self.execution_id}")

    @property
    def function_arn(self) -> str:
        """The qualified ARN of the function, as responses show it."""
        return f"arn:{self.partition}:lambda:{self.region}:{self.account}:function:{self.function}:{self.version}"


@lru_cache(256)
def parse_arn(text: str) -> ExecutionName | None:
    """The parts of an ARN of the documented shape, or None."""
    match = _ARN.fullmatch(text)
    if match is None:
        return None
    partition, region, account, function, version, name, execution_id = match.groups()
    return ExecutionName(
        partition=partition,
        region=region,
        account=account,
        function=function,
        version=version,
        name=name,
        execution_id=execution_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionName:
    """The parts of what callers write for a function: its name, `name:qualifier`, a partial or a full ARN."""

    name: str
    qualifier: str | None = None
    """A version or an alias; None when the caller named none."""
    partition: str = "aws"
    region: str = "us-east-1"
    account: str = "000000000000"

    @property
    def version(self) -> str:
        """The version that the qualifier means. Aliases are not known: whatever is no number is the newest."""
        return self.qualifier if self.qualifier is not None and self.qualifier.isdigit() else LATEST

    @property
    def arn(self) -> str:
        """The function's ARN, qualified only where the caller qualified it."""
        arn = f"arn:{self.partition}:lambda:{self.region}:{self.account}:function:{self.name}"
        return f"{arn}:{self.qualifier}" if self.qualifier else arn


def parse_function(text: str, home: FunctionName | ExecutionName | None = None) -> FunctionName | None:
    """The parts of a function's name in any of its four forms, or None.

    What the form leaves out is taken from `home`: an unqualified name means a function beside it.
    """
    match = _FUNCTION.fullmatch(text)
    if match is None or len(text) > FUNCTION_NAME_CHARS_MAX:
        return None
    partition, region, account, name, qualifier = match.groups()
    home = home or FunctionName(name=name)
    return FunctionName(
        name=name,
        qualifier=qualifier,
        partition=partition or home.partition,
        region=region or home.region,
        account=account or home.account,
    )


def is_execution_name(text: str) -> bool:
    """Whether the text may name an execution: 1 to 64 letters, digits, hyphens and underscores."""
    return len(text) <= EXECUTION_NAME_CHARS_MAX and _EXECUTION_NAME.fullmatch(text) is not None


def operation_id(prefix: str | None, position: int) -> OperationId:
    """The id of the operation at this position (from 1) of the context whose operations start with `prefix`.

    The same derivation as the official Python SDK's, so that a function may change its import while executions
    are in flight.
    """
    text = f"{prefix}-{position}" if prefix else str(position)
    return OperationId(hashlib.blake2b(text.encode()).hexdigest()[:64])


@dataclass(frozen=True, slots=True)
class TokenParts:
    execution_id: str
    invocation: str
    """The id of the invocation that may use the token."""
    number: int
    """How many checkpoints that invocation made before."""


def make_token(parts: TokenParts) -> CheckpointToken:
    return CheckpointToken(_encode(f"{parts.execution_id}/{parts.invocation}/{parts.number}"))


def parse_token(token: str) -> TokenParts | None:
    """The parts of a token that this service may have made, or None."""
    if len(token) > CHECKPOINT_TOKEN_CHARS_MAX:
        return None
    pieces = (_decode(token) or "").split("/")
    if len(pieces) != 3 or not pieces[2].isascii() or not pieces[2].isdigit():
        return None
    return TokenParts(pieces[0], pieces[1], int(pieces[2]))


def make_callback_id(arn: Arn, operation: OperationId) -> CallbackId:
    return CallbackId(_encode(f"{arn}|{operation}"))


def parse_callback_id(callback_id: str) -> tuple[Arn, OperationId] | None:
    """The execution and the operation that a callback id names, or None."""
    arn, bar, operation = (_decode(callback_id) or "").partition("|")
    if not (arn and bar and operation):
        return None
    return Arn(arn), OperationId(operation)


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _decode(text: str) -> str | None:
    if _BASE64.fullmatch(text) is None:
        return None
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
