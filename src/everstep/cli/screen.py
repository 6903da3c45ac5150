"""Where progress is told: in colour with a live last line on a terminal, as plain lines anywhere else.

Progress goes to stderr, so that stdout holds nothing but the result.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from everstep.cli.progress import MARKS, Line, Tone, plain, since
from everstep.core.model import Millis

if TYPE_CHECKING:  # drawing takes a tenth of a second to import, and most commands do not draw
    from rich.console import Console
    from rich.status import Status

_COLOURS = {Tone.BEGIN: "cyan", Tone.GOOD: "green", Tone.WAITING: "yellow", Tone.BAD: "red"}


class Screen(Protocol):
    def tell(self, told: Line, started_at: Millis) -> None: ...


@contextmanager
def screen() -> Iterator[Screen]:
    """The screen of this process, for as long as something is in progress."""
    if not sys.stderr.isatty():
        yield PlainScreen()
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    with console.status("starting") as status:
        yield TerminalScreen(console, status)


class PlainScreen:
    def tell(self, told: Line, started_at: Millis) -> None:
        click.echo(plain(told, started_at), err=True)


class TerminalScreen:
    """Finished lines scroll by; below them a spinner says what is going on."""

    def __init__(self, console: "Console", status: "Status") -> None:
        self._console = console
        self._status = status

    def tell(self, told: Line, started_at: Millis) -> None:
        from rich.text import Text

        text = Text.assemble(
            (since(told, started_at), "dim"),
            (f" {MARKS[told.tone]} ", _COLOURS[told.tone]),
            told.text,
            (f"  {told.detail}" if told.detail else "", "dim"),
        )
        self._console.print(text, soft_wrap=True)
        self._status.update(Text(told.text, style="dim"))
