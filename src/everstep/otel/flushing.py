"""Hands over what was collected before an invocation's answer, because after it the process may be frozen or ended."""

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Flush:
    """Owns the thread that flushes.

    A collector that does not answer delays an invocation by `seconds_max` at most, and none while it still does not
    answer.
    """

    def __init__(self, seconds_max: float, *flushes: Callable[[], object]) -> None:
        self._seconds_max = seconds_max
        self._flushes = flushes
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """Flush, and wait for it as long as is allowed; while an earlier flush goes on, do nothing."""
        if self._seconds_max <= 0:
            return
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            thread = self._thread = threading.Thread(target=self._run, name="everstep-otel-flush", daemon=True)
            thread.start()
        thread.join(self._seconds_max)

    def _run(self) -> None:
        for flush in self._flushes:
            try:
                flush()
            except Exception:
                logger.exception("telemetry could not be handed over; ignored")
