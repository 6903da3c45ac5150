"""How a service lets people look: the options of commands that start one, gathered into one value."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from everstep.service.page.page import PageSettings

F = TypeVar("F", bound=Callable[..., Any])

LOG_LINES = 2_000


def looking_options(function: F) -> Callable[..., Any]:
    """Hands the function `page`, a function that makes the settings: they need the service, which loads slowly."""

    @click.option("--read-only", is_flag=True, help="Let people look at executions, but change nothing.")
    @click.option(
        "--log-lines",
        type=click.IntRange(0, 1_000_000),
        default=LOG_LINES,
        show_default=True,
        help="How many lines of logs are kept of each execution; 0 keeps none.",
    )
    @wraps(function)
    def gathered(*, read_only: bool, log_lines: int, **wished: Any) -> Any:
        def settings() -> "PageSettings":
            from everstep.service.page.page import PageSettings

            return PageSettings(read_only=read_only, log_lines=log_lines)

        return function(page=settings, **wished)

    return gathered
