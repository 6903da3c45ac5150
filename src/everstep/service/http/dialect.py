"""Two dialects of one API, and every difference between them.

AWS is what the Lambda service speaks, and the default. EMULATOR is what aws-sam-cli expects of the emulator that it
starts (the texts are those that the tests of sam-cli 1.164 compare).

Rule: where answers differ, the difference is a member of `Manners`; nobody else asks which dialect is spoken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from everstep.core.machine.commands import CallbackFailure, CallbackHeartbeat, CallbackSuccess


class Dialect(StrEnum):
    AWS = "aws"
    EMULATOR = "emulator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a dialect answers."""

    not_found_code: bool
    """Whether a 404 carries its error code. With one, sam prints another text than its tests want."""
    type_is_code: bool
    """Whether the member `Type` of an error holds its code, and not whose fault it is."""
    unknown_execution: str
    """The message about an execution that does not exist; `{arn}` stands for what the caller wrote."""
    closed_callback: Mapping[type, str]
    """The message of the 404 that an answer to a closed callback gets, by the type of the answer; `{id}` stands for
    the callback's id. Without one the answer is a CallbackTimeoutException."""
    any_arn: bool
    """Whether an ARN of another form than the documented one is merely unknown, not invalid."""
    lost_version: bool
    """Whether an ARN that lacks its version means `$LATEST`: the commands that sam prints have it unquoted, and a shell
    puts nothing in its place."""
    whole_history: bool
    """Whether a history without MaxItems comes in one page: sam never asks for a second."""
    first_attempt_delay_seconds: int | None
    """NextAttemptDelaySeconds of a step that succeeded at once; None leaves the member out."""


MANNERS: Final[Mapping[Dialect, Manners]] = MappingProxyType(
    {
        Dialect.AWS: Manners(
            not_found_code=True,
            type_is_code=False,
            unknown_execution="Durable Execution does not exist",
            closed_callback=MappingProxyType({}),
            any_arn=False,
            lost_version=False,
            whole_history=False,
            first_attempt_delay_seconds=None,
        ),
        Dialect.EMULATOR: Manners(
            not_found_code=False,
            type_is_code=True,
            unknown_execution="Execution {arn} not found",
            closed_callback=MappingProxyType(
                {
                    CallbackSuccess: "Failed to process callback success: Callback {id} is not in STARTED state",
                    CallbackFailure: "Failed to process callback failure: Callback {id} is not in STARTED state",
                    CallbackHeartbeat: "Failed to process callback heartbeat: Callback {id} is not active",
                }
            ),
            any_arn=True,
            lost_version=True,
            whole_history=True,
            first_attempt_delay_seconds=0,
        ),
    }
)
