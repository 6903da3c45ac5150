"""Which spans this process has exported, so that what is told again is not exported again."""

import threading
from collections import OrderedDict

REMEMBERED_MAX = 20_000
"""Some megabytes at most. What is forgotten could be exported twice, as the same span."""


class Exported:
    """Owns the ids; may be used from several threads."""

    def __init__(self, remembered_max: int = REMEMBERED_MAX) -> None:
        self._lock = threading.Lock()
        self._ids: OrderedDict[tuple[int, int], None] = OrderedDict()
        self._remembered_max = remembered_max

    def claim(self, trace_id: int, span_id: int) -> bool:
        """Whether nobody has claimed this span before."""
        with self._lock:
            if (trace_id, span_id) in self._ids:
                return False
            self._ids[trace_id, span_id] = None
            if len(self._ids) > self._remembered_max:
                self._ids.popitem(last=False)
            return True
