"""The process that runs an author's functions: `python -m everstep.host.worker APP`.

A pool starts it and tells it by two environment variables where to call back and with which secret. It imports the
app, says hello and then runs one job at a time, in its main thread, as Lambda does. What the author's code prints
goes to stdout and stderr, which the pool reads.

Two threads: the main one runs jobs; the other only listens. When the pool goes away the listener ends the process
at once, in the middle of whatever it does, so that no orphan goes on working on an execution that somebody else
has taken over.
"""

import json
import os
import queue
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

from everstep.compat import aws_sdk
from everstep.host import logging as lambda_logging
from everstep.host.app import AppError
from everstep.host.discovery import find_functions
from everstep.host.environment import AWS_SDK_ALIAS_VARIABLE
from everstep.host.frames import Done, Failure, Hello, Job, encode_done, encode_hello, read_job
from everstep.host.input_schema import input_schema
from everstep.host.lambda_context import LambdaContext
from everstep.host.lifetime import lifetime_of

PORT_VARIABLE = "EVERSTEP_WORKER_PORT"
SECRET_VARIABLE = "EVERSTEP_WORKER_SECRET"
TRACE_VARIABLE = "_X_AMZN_TRACE_ID"
"""Where Lambda, too, puts the trace header of the invocation that runs."""
ACCOUNT = "000000000000"

Handlers = Mapping[str, Callable[[Any, Any], Any]]


def main() -> NoReturn:
    port, secret = int(os.environ.pop(PORT_VARIABLE)), os.environ.pop(SECRET_VARIABLE)
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection.makefile("rb"), jobs), daemon=True).start()
    now = Current()
    lambda_logging.configure(
        sys.stderr,
        request_id=lambda: now.request_id,
        level=os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO"),
        as_json=os.environ.get("AWS_LAMBDA_LOG_FORMAT", "JSON").upper() != "TEXT",
    )
    if os.environ.get(AWS_SDK_ALIAS_VARIABLE) == "1":
        aws_sdk.install()
    try:
        functions = find_functions(sys.argv[1])
    except AppError as problem:
        connection.sendall(encode_hello(Hello(secret=secret, problem=str(problem))))
        _end(1)
    lifetimes = {name: lifetime_of(function) for name, function in functions.items()}
    schemas = {name: schema for name, function in functions.items() if (schema := input_schema(function)) is not None}
    connection.sendall(encode_hello(Hello(secret=secret, functions=lifetimes, inputs=schemas)))
    while True:
        job = jobs.get()
        now.request_id = job.request_id
        done = run_job(functions, job)
        _flush()
        connection.sendall(encode_done(done))


@dataclass(slots=True)
class Current:
    """Which request is being served; log lines carry it."""

    request_id: str | None = None


def run_job(functions: Handlers, job: Job) -> Done:
    """Call the handler as Lambda's Python runtime does, and say what came of it."""
    handler = functions.get(job.function)
    if handler is None:
        return _failed("Runtime.HandlerNotFound", f"the app has no function {job.function!r}")
    try:
        event = json.loads(job.payload or b"null")
    except ValueError as error:
        return _failed("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}")
    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = job.function
    os.environ["AWS_LAMBDA_FUNCTION_VERSION"] = job.version
    os.environ["AWS_LAMBDA_LOG_GROUP_NAME"] = f"/aws/lambda/{job.function}"
    if job.trace_header is None:
        os.environ.pop(TRACE_VARIABLE, None)  # that of the job before
    else:
        os.environ[TRACE_VARIABLE] = job.trace_header
    try:
        result = handler(event, _context_of(job))
    except Exception as error:
        return Done(failure=_failure_of(error))
    except BaseException as error:  # sys.exit() and its like end the process, on Lambda as here
        _end(_exit_code_of(error))
    try:
        return Done(payload=json.dumps(result, ensure_ascii=False, allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError) as error:
        return _failed("Runtime.MarshalError", f"Unable to marshal response: {error}")


def _listen(stream: BinaryIO, jobs: "queue.SimpleQueue[Job]") -> None:
    try:
        while True:
            jobs.put(read_job(stream))
    except (EOFError, OSError):
        if os.name == "posix" and os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)  # what the author's code forked goes with us
        os._exit(0)


def _context_of(job: Job) -> LambdaContext:
    region = os.environ.get("AWS_REGION", "us-east-1")
    return LambdaContext(
        aws_request_id=job.request_id,
        function_name=job.function,
        function_version=job.version,
        invoked_function_arn=f"arn:aws:lambda:{region}:{ACCOUNT}:function:{job.function}:{job.version}",
        memory_limit_in_mb=os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        log_group_name=f"/aws/lambda/{job.function}",
        log_stream_name=os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", ""),
        tenant_id=job.tenant_id,
        deadline=time.monotonic() + job.timeout_seconds,
    )


def _failure_of(error: Exception) -> Failure:
    frames = traceback.extract_tb(error.__traceback__)[1:]  # the first is this module's
    return Failure(type=type(error).__name__, message=str(error), stack=tuple(traceback.format_list(frames)))


def _failed(kind: str, message: str) -> Done:
    return Done(failure=Failure(type=kind, message=message))


def _exit_code_of(error: BaseException) -> int:
    if isinstance(error, SystemExit):
        if error.code is None or isinstance(error.code, int):
            return error.code or 0
        sys.stderr.write(f"{error.code}\n")
        return 1
    sys.stderr.write("".join(traceback.format_exception(error)))
    return 1


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # the author's code may have closed it
            stream.flush()


def _end(code: int) -> NoReturn:
    """End now: threads that the author left behind must not keep the process."""
    _flush()
    os._exit(code & 0xFF)


if __name__ == "__main__":
    main()
