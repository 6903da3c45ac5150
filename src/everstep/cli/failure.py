"""How a command ends when it cannot be carried out: one sentence on stderr, exit code 2, no traceback.

Only exceptions that tell the caller what to do end here. Anything else is a defect of ours, and its traceback is the
most useful thing that we can show.
"""

import click


class Failure(click.ClickException):
    """The command cannot be carried out; the message says what, where, and what to do."""

    exit_code = 2


def sentence_for(error: BaseException) -> str | None:
    """The sentence for an exception that is not a defect; None for one that is."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, click.ClickException):
        return error.format_message()
    from everstep.core.refusal import Refused

    if isinstance(error, Refused):
        return error.message
    return str(error) if isinstance(error, _messages_for_people()) else None


def _messages_for_people() -> tuple[type[BaseException], ...]:
    """The exceptions of other wings whose message is written for whoever sits at the terminal."""
    from everstep.cli.api import ApiError
    from everstep.host.app import AppError
    from everstep.service.http.serve import CannotListenError
    from everstep.service.ports import StoreError

    return ApiError, AppError, CannotListenError, StoreError
