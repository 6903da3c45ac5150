"""The thread in the background is woken only where it would otherwise come too late."""

import queue
import threading
import time

from everstep.sdk.drive.background import Background

HOUR = 3600.0


def asleep(background: Background, due_at: float) -> bool:
    """Whether the thread comes to rest until no later than then; each look at the plan takes it a moment."""
    deadline = time.monotonic() + 30
    while background.note(due_at):
        if time.monotonic() > deadline:
            return False
    return True


def test_what_is_due_after_the_next_look_wakes_nobody() -> None:
    background = Background(lambda: HOUR, lambda: None)
    try:
        assert asleep(background, time.monotonic() + 2 * HOUR)
        assert not background.note(time.monotonic() + 2 * HOUR)
        assert background.note(time.monotonic() + 1)
    finally:
        background.stop()


def test_what_is_due_before_the_next_look_is_done_in_time() -> None:
    plan: list[float | None] = [None]
    acted = threading.Event()

    def act() -> None:
        plan[0] = None
        acted.set()

    background = Background(lambda: plan[0], act)
    try:
        plan[0] = 0.0
        background.note(time.monotonic())
        assert acted.wait(30)
    finally:
        background.stop()


def test_a_note_that_comes_while_the_thread_looks_is_not_lost() -> None:
    looks: queue.SimpleQueue[int] = queue.SimpleQueue()
    go_on = threading.Semaphore(0)

    def plan() -> float | None:
        looks.put(1)
        go_on.acquire()
        return None  # made before the note

    background = Background(plan, lambda: None)
    try:
        looks.get(timeout=30)
        assert background.note(time.monotonic() + HOUR)
        go_on.release()
        looks.get(timeout=30)  # it looked again
    finally:
        go_on.release(2)
        background.stop()
