"""Search attributes as an author sets them: recorded once, in nobody's way."""

from typing import Any

import pytest

from everstep import ValidationError
from tests.sdk.extras.stories import Story, Telling, both_drivers, live, nothing, value_of
from tests.sdk.extras.test_patches import changing

DAY = 86_400


@both_drivers
def test_attributes_are_recorded_once_however_often_the_code_is_replayed(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Story:
        context.set_attributes({"customer": "ada", "total": 1})
        yield context.wait(DAY, "pause")
        context.set_attributes({"total": 2.5, "customer": None})
        yield context.wait(DAY, "again")
        return "done"

    result = live(told, plot)
    assert result.value == "done"
    assert [operation.name for operation in result.operations] == [
        "SetAttributes-1", "pause", "SetAttributes-2", "again"
    ]  # fmt: skip


@both_drivers
def test_setting_some_disturbs_no_execution_that_is_in_flight(told: Telling) -> None:
    def before(event: Any, context: Any) -> Story:
        yield context.step(nothing, "first")
        yield context.wait(DAY, "pause")
        return "before"

    def after(event: Any, context: Any) -> Story:
        context.set_attributes({"a": 1})
        yield context.step(nothing, "first")
        yield context.wait(DAY, "pause")
        return "after"

    assert value_of(told, changing([before, after])) == "after"


@both_drivers
def test_what_cannot_be_an_attribute_is_refused_before_anything_is_saved(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Story:
        with pytest.raises(ValidationError, match="must be a text"):
            context.set_attributes({"a": object()})
        yield context.step(nothing, "first")
        return "done"

    assert [operation.name for operation in live(told, plot).operations] == ["first"]
