"""Where in the code an operation is asked for: the part of a context that sync and async share.

It counts. The n-th operation of a context has the n-th id, on every replay, and the id is taken when the method is
called, not when its result is awaited.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from everstep.core.limits import OPERATION_NAME_CHARS_MAX
from everstep.core.model import Arn, Kind, OperationId, SubType
from everstep.core.names import operation_id
from everstep.errors import ValidationError
from everstep.sdk.config import DurationLike, StepConfig, StepSemantics, to_seconds
from everstep.sdk.decorators import is_async, name_of
from everstep.sdk.logger import Logger, LogInfo
from everstep.sdk.replay.journal import Identity, Journal
from everstep.sdk.replay.step import StepCall
from everstep.sdk.replay.wait import WaitCall
from everstep.sdk.retries import RetryPresets, RetryStrategy
from everstep.sdk.serdes import SerDes, deserialize, serialize
from everstep.sdk.types import LoggerInterface, StepContext

T = TypeVar("T")
_DEFAULT_STEP = StepConfig()


@dataclass(frozen=True, slots=True)
class ExecutionContext:
    """Facts about the execution."""

    durable_execution_arn: str


class Scope:
    """Owns the position in one context and makes its operations' calls."""

    def __init__(self, arn: Arn, journal: Journal, prefix: str | None = None, parent_id: OperationId | None = None):
        self.arn = arn
        self.journal = journal
        self._prefix = prefix
        self._parent_id = parent_id
        self._position = 0
        self.logger = self._logger(logging.getLogger())

    def is_replaying(self) -> bool:
        """Whether the next operation of this context is already recorded."""
        return operation_id(self._prefix, self._position + 1) in self.journal

    def set_logger(self, logger: LoggerInterface) -> None:
        self.logger = self._logger(logger)

    def _logger(self, logger: LoggerInterface) -> Logger:
        info = LogInfo(self.arn, parent_id=self._parent_id)
        return Logger.from_log_info(logger, info, self.is_replaying)

    def identify(self, kind: Kind, sub_type: str, name: str | None) -> Identity:
        """Take the next place. Raises ValidationError for a name that the service would refuse."""
        _check_name(name)
        self._position += 1
        return Identity(
            id=operation_id(self._prefix, self._position),
            kind=kind,
            sub_type=sub_type,
            place=str(self._position),
            name=name or None,
            parent_id=self._parent_id,
        )

    # ------------------------------------------------------------------ calls
    def step(self, func: Callable[[StepContext], Any], name: str | None, config: StepConfig | None) -> StepCall[Any]:
        if not callable(func):
            raise ValidationError(
                f"context.step takes a function, got {type(func).__name__}: write context.step(f), not step(f())"
            )
        config = config or _DEFAULT_STEP
        identity = self.identify(Kind.STEP, config.sub_type or SubType.STEP.value, name or name_of(func))
        encode, decode = self._codec(config.serdes, identity.id)

        def body(attempt: int) -> object:
            return func(StepContext(logger=self._step_logger(identity, attempt), attempt=attempt))

        return StepCall(
            identity=identity,
            body=body,
            encode=encode,
            decode=decode,
            retry_delay=_retry_delay(config.retry_strategy),
            at_most_once=config.step_semantics is StepSemantics.AT_MOST_ONCE_PER_RETRY,
            is_async=is_async(func),
        )

    def wait(self, duration: DurationLike, name: str | None) -> WaitCall:
        seconds = to_seconds(duration, "duration")
        if seconds < 1:
            raise ValidationError("duration must be at least 1 second: the service keeps time in whole seconds")
        return WaitCall(identity=self.identify(Kind.WAIT, SubType.WAIT.value, name), seconds=seconds)

    def _codec(
        self, serdes: SerDes[Any] | None, id_: OperationId
    ) -> tuple[Callable[[object], str | None], Callable[[str | None], Any]]:
        def encode(value: object) -> str | None:
            return serialize(serdes, value, id_, self.arn)

        def decode(text: str | None) -> Any:
            return None if text is None else deserialize(serdes, text, id_, self.arn)

        return encode, decode

    def _step_logger(self, identity: Identity, attempt: int) -> Logger:
        """A body's lines are never silenced: while it runs, nothing is replayed."""
        info = LogInfo(self.arn, self._parent_id, identity.id, identity.name, attempt)
        return Logger.from_log_info(self.logger.get_logger(), info)


def _retry_delay(strategy: RetryStrategy | None) -> Callable[[Exception, int], int | None]:
    def delay(error: Exception, attempts: int) -> int | None:
        decision = (strategy or RetryPresets.default())(error, attempts)
        return decision.delay_seconds if decision.should_retry else None

    return delay


def _check_name(name: str | None) -> None:
    if name is None:
        return
    if len(name) > OPERATION_NAME_CHARS_MAX or not (name.isascii() and name.isprintable()):
        raise ValidationError(
            f"An operation's name is at most {OPERATION_NAME_CHARS_MAX} printable ASCII characters, got {name!r}"
        )
