"""What a person at a terminal is shown of whatever takes longer than two seconds; nobody else is shown anything."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress

AFTER_SECONDS = 2.0


class Tell(Protocol):
    def __call__(self, done: int, total: int | None, /) -> None:
        """So much is done, of so much; None: nobody knows of how much."""
        ...


@contextmanager
def patience(doing: str, *, after_seconds: float = AFTER_SECONDS) -> Iterator[Tell]:
    """Inside, something may take its time; a last line on stderr says what, and how far it is."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    late = _LateBar(doing)
    timer = threading.Timer(after_seconds, late.begin)
    timer.daemon = True
    timer.start()
    try:
        yield late.tell
    finally:
        timer.cancel()
        late.end()


class _LateBar:
    """A bar that may never be drawn. The lock keeps a bar from beginning while the work ends."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._at: tuple[int, int | None] = 0, None
        self._bar: Progress | None = None
        self._is_over = False
        self._lock = threading.Lock()

    def begin(self) -> None:
        from rich.console import Console  # it takes a tenth of a second, and most work is over before this
        from rich.progress import Progress

        with self._lock:
            if not self._is_over:
                self._bar = Progress(console=Console(stderr=True), transient=True)
                self._bar.add_task(self._doing, completed=self._at[0], total=self._at[1])
                self._bar.start()

    def tell(self, done: int, total: int | None, /) -> None:
        with self._lock:
            self._at = done, total
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], completed=done, total=total)

    def end(self) -> None:
        with self._lock:
            self._is_over = True
            if self._bar is not None:
                self._bar.stop()
