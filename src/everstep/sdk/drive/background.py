"""The thread that calls the service when nobody else does: for updates that nobody waits for, and for news of parked
operations while something else still runs.

Most of what it might have to do is done by others before its time comes. So it is woken only where it would otherwise
come too late: a quick step costs it nothing.
"""

import threading
import time
from collections.abc import Callable


class Background:
    """Owns the thread. `plan` says in how many seconds `act` is due, or None while nothing is."""

    def __init__(self, plan: Callable[[], float | None], act: Callable[[], None]) -> None:
        self._plan = plan
        self._act = act
        self._changed = threading.Event()
        self._is_stopped = False
        self._rings_at: float | None = None
        """When the thread looks at the plan again, on the monotonic clock; None while it is looking."""
        self._thread = threading.Thread(target=self._work, name="everstep-checkpoints", daemon=True)
        self._thread.start()

    def note(self, due_at: float) -> bool:
        """Something is now due then, on the monotonic clock. Whether the thread had to be woken for it."""
        rings_at = self._rings_at
        if rings_at is not None and rings_at <= due_at:
            return False  # it will have looked before then
        self._changed.set()
        return True

    def stop(self) -> None:
        self._is_stopped = True
        self._changed.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._is_stopped:
            # While it looks, every note counts: the plan may have been made without it.
            self._rings_at = None
            seconds = self._plan()
            if seconds is not None and seconds <= 0:
                self._act()
                continue
            self._rings_at = float("inf") if seconds is None else time.monotonic() + seconds
            self._changed.wait(seconds)
            self._changed.clear()
