"""The service's stream of changes, for commands that follow something. It reads in a thread of its own.

    service --server-sent events--> thread --queue--> `next`, which waits as long as its caller likes

A connection that breaks is made again where it left off; a service that is gone for longer ends the stream with the
ApiError that says so.
"""

import json
import queue
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from everstep.cli.api import Api, ApiError
from everstep.core.wire.text import JsonObject

RECONNECTS_MAX = 10
RECONNECT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the stream."""

    kind: str
    """hello, change, log, or reset: what is shown must be loaded again."""
    data: JsonObject
    id: str | None = None


class Stream:
    """The changes of one execution, or of all, from now on."""

    def __init__(self, api: Api, arn: str | None = None) -> None:
        self._api = api
        self._arn = arn
        self._told: queue.SimpleQueue[Told | ApiError] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def next(self, seconds: float | None = None) -> Told | None:
        """The next event; None when none came within that time. Raises ApiError when the service is gone."""
        try:
            told = self._told.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(told, ApiError):
            raise told
        return told

    def drain(self) -> None:
        """What has come already needs no second look."""
        while self.next(0) is not None:
            pass

    def _read(self) -> None:
        last_id: str | None = None
        failures = 0
        while True:
            try:
                for told in events_in(self._api.lines("/events", execution=self._arn, last_event_id=last_id)):
                    failures, last_id = 0, told.id or last_id
                    self._told.put(told)
                failures += 1  # the service has ended it, to stop or to start again
                if failures > RECONNECTS_MAX:
                    self._told.put(ApiError("the service ends its stream of changes again and again"))
                    return
            except ApiError as error:
                failures += 1
                if failures > RECONNECTS_MAX or last_id is None:
                    self._told.put(error)
                    return
            time.sleep(RECONNECT_SECONDS)


def events_in(lines: Iterable[str]) -> Iterator[Told]:
    """The events in the lines of a text/event-stream."""
    kind, id_, data = "message", None, ""
    for line in lines:
        name, _, value = line.partition(":")
        match name:
            case "event":
                kind = value.strip()
            case "id":
                id_ = value.strip()
            case "data":
                data += value.strip()
            case _ if not line and data:
                yield Told(kind, json.loads(data), id_)
                kind, id_, data = "message", None, ""
            case _:
                pass
