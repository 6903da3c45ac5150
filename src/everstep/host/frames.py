"""What a worker process and its pool say to each other over their loopback connection.

    worker --Hello--> pool       once: what I can run, or why I cannot
    pool   --Job-->   worker     then, one at a time
    worker --Done-->  pool

A frame is two lengths (big-endian, 4 bytes each), a JSON head and a raw body; the body is the payload, which may be
megabytes and is therefore never wrapped in JSON again.
"""

import json
import struct
from asyncio import IncompleteReadError, StreamReader
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

from everstep.host.lifetime import Lifetime

_LENGTHS = struct.Struct("!II")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    secret: str
    """Proves that it is the process which the pool has started."""
    functions: Mapping[str, Lifetime] = field(default_factory=dict)
    """By name, with what their authors declare."""
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """JSON Schema of what they take, by name, where their authors say it."""
    problem: str | None = None
    """The AppError that keeps this worker from running anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One invocation."""

    function: str
    version: str
    request_id: str
    timeout_seconds: float
    tenant_id: str | None = None
    trace_header: str | None = None
    payload: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a handler failed."""

    type: str
    message: str
    stack: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a job: a payload, or a failure."""

    payload: bytes = b""
    failure: Failure | None = None


def encode_hello(hello: Hello) -> bytes:
    return _frame(asdict(hello), b"")


def encode_job(job: Job) -> bytes:
    head = asdict(job)
    return _frame(head, head.pop("payload"))


def encode_done(done: Done) -> bytes:
    return _frame({"failure": asdict(done.failure) if done.failure else None}, done.payload)


async def read_hello(reader: StreamReader) -> Hello:
    """Raises EOFError at the end of the stream, ValueError for what is no hello."""
    head, _ = await _read(reader)
    try:
        functions = {name: Lifetime(**declared) for name, declared in head["functions"].items()}
        return Hello(secret=head["secret"], functions=functions, inputs=head["inputs"], problem=head["problem"])
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not a hello: {head}") from error


async def read_done(reader: StreamReader) -> Done:
    """Raises EOFError when the worker is gone."""
    head, body = await _read(reader)
    failure = head["failure"]
    if failure is None:
        return Done(payload=body)
    return Done(failure=Failure(type=failure["type"], message=failure["message"], stack=tuple(failure["stack"])))


def read_job(stream: BinaryIO) -> Job:
    """Blocks for the next job. Raises EOFError when the pool is gone."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        raise EOFError
    head_size, body_size = _LENGTHS.unpack(lengths)
    rest = stream.read(head_size + body_size)
    if len(rest) < head_size + body_size:
        raise EOFError
    return Job(**json.loads(rest[:head_size]), payload=rest[head_size:])


def _frame(head: object, body: bytes) -> bytes:
    text = json.dumps(head).encode()
    return b"".join((_LENGTHS.pack(len(text), len(body)), text, body))


async def _read(reader: StreamReader) -> tuple[dict[str, Any], bytes]:
    try:
        head_size, body_size = _LENGTHS.unpack(await reader.readexactly(_LENGTHS.size))
        head = json.loads(await reader.readexactly(head_size))
        return head, await reader.readexactly(body_size)
    except (IncompleteReadError, ConnectionError) as error:
        raise EOFError from error
