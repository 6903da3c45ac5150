"""A ledger of what a workflow did to the world outside.

    ledger = Ledger()

    @durable_step
    def charge(step, order):
        ledger.record("charge", key=order["id"])       # here stands what your payment service would be told
        return …

`crash_everywhere` compares the ledgers of many runs. An effect that happens twice is a mistake, unless

- it has a `key`, the idempotency key that was sent with it: the world outside notices the second one by itself;
- it says `may_repeat`: doing it twice does no harm.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from everstep.testing.incarnation import HERE, Place, Where
from everstep.testing.onlooker import label_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One effect on the world."""

    what: str
    key: str | None = None
    may_repeat: bool = False
    operation_id: str | None = None
    """None: it was done by the handler's own code, which runs again with every replay."""
    operation: str = ""
    """The operation, for people."""
    attempt: int = 0

    def __str__(self) -> str:
        key = f" with key {self.key!r}" if self.key is not None else ""
        place = f" by {self.operation}, attempt {self.attempt}" if self.operation_id is not None else " outside a step"
        return f"{self.what!r}{key}{place}"


class Ledger:
    """Owns the effects in the order in which they happened."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def record(self, what: str, *, key: object = None, may_repeat: bool = False) -> None:
        """An effect happens, now. `key` is the idempotency key that goes with it."""
        here = HERE.get()
        if here is not None:
            here.who.check_alive()
        identity = here.identity if here is not None else None
        entry = Entry(
            what=what,
            key=None if key is None else str(key),
            may_repeat=may_repeat,
            operation_id=identity.id if identity is not None else None,
            operation=label_of(identity) if identity is not None else "",
            attempt=here.attempt if here is not None else 0,
        )
        with self._lock:
            self._entries.append(entry)
        if here is not None and identity is not None:
            here.who.at(Place(Where.EFFECT, identity.id, what, f"{what!r} in {entry.operation}"))

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def counts(self) -> Counter[str]:
        """How often each effect happened, as the world outside sees it: the same key is the same effect."""
        return Counter(entry.what for entry in once_per_key(self))


def once_per_key(entries: "Ledger | list[Entry]") -> list[Entry]:
    """The entries without those whose key was seen before."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for entry in entries:
        if entry.key is not None:
            if (entry.what, entry.key) in seen:
                continue
            seen.add((entry.what, entry.key))
        kept.append(entry)
    return kept
