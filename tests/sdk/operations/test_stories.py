"""The comparison itself: it must fail where two tellings differ, and only there."""

from typing import Any

import pytest

from everstep import AsyncDurableContext
from tests.sdk.operations.stories import Story, seven, told_by_both


def test_a_story_that_depends_on_who_tells_it_is_found_out() -> None:
    def plot(event: Any, context: Any) -> Story:
        return (yield context.step(seven, "await" if isinstance(context, AsyncDurableContext) else "def"))

    with pytest.raises(AssertionError, match="await"):
        told_by_both(plot)


def test_a_story_that_ends_differently_is_found_out() -> None:
    def plot(event: Any, context: Any) -> Story:
        yield context.step(seven, "same")
        return type(context).__name__

    with pytest.raises(AssertionError, match="AsyncDurableContext"):
        told_by_both(plot)
