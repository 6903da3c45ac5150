"""Where the threads of a `def` function come from: the platform, or a world that decides who runs next.

A function's outcome must not depend on which of its threads comes first. To show that, somebody has to be able to say
which one does, and to say so again.
"""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Protocol


class Condition(Protocol):
    """What the driver uses of `threading.Condition`."""

    def __enter__(self) -> bool: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def acquire(self) -> bool: ...

    def release(self) -> None: ...

    def wait(self) -> bool: ...

    def notify_all(self) -> None: ...


class Threads(Protocol):
    """A place where code runs side by side."""

    def condition(self) -> Condition:
        """A lock with a bell."""
        ...

    def start(self, work: Callable[[], object], name: str) -> None:
        """Run it beside everything else."""
        ...


class PlatformThreads:
    """The threads of the operating system."""

    def condition(self) -> Condition:
        return threading.Condition()

    def start(self, work: Callable[[], object], name: str) -> None:
        threading.Thread(target=work, name=name, daemon=True).start()
