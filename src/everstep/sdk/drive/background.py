"""The thread that calls the service when nobody else does: for updates that nobody waits for, and for news of parked
operations while something else still runs.
"""

import threading
from collections.abc import Callable


class Background:
    """Owns the thread. `plan` says in how many seconds `act` is due, or None while nothing is."""

    def __init__(self, plan: Callable[[], float | None], act: Callable[[], None]) -> None:
        self._plan = plan
        self._act = act
        self._changed = threading.Event()
        self._is_stopped = False
        self._thread = threading.Thread(target=self._work, name="everstep-checkpoints", daemon=True)
        self._thread.start()

    def note(self) -> None:
        """The plan may have changed."""
        if not self._changed.is_set():
            self._changed.set()

    def stop(self) -> None:
        self._is_stopped = True
        self._changed.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._is_stopped:
            seconds = self._plan()
            if seconds is None:
                self._changed.wait()
            elif seconds > 0:
                self._changed.wait(seconds)
            else:
                self._act()
                continue
            self._changed.clear()
