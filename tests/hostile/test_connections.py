"""A small crowd, in every run of the tests; the large one is `python -m tests.hostile.connections`."""

import asyncio

from tests.hostile.connections import Crowd, measure, open_files


def test_a_checkpoint_does_not_notice_hundreds_of_slow_connections() -> None:
    crowd = Crowd(open=min(500, open_files()), slow=200, checkpoints=30)
    outcome = asyncio.run(measure(crowd))
    assert outcome.open == crowd.open
    # The median, because a busy machine may be slow itself now and then.
    assert sorted(outcome.seconds)[len(outcome.seconds) // 2] < 0.1, outcome
