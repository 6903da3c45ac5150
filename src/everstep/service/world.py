"""Clock and ids of the real world."""

import time
import uuid

from everstep.core.model import Millis


class RealClock:
    def now(self) -> Millis:
        return Millis(time.time_ns() // 1_000_000)


class RandomIds:
    def new(self) -> str:
        return str(uuid.uuid4())
