"""How many histories are kept, and for how long."""

import pytest

from everstep.core.events import Event, EventType
from everstep.core.model import Millis, OperationId
from everstep.core.refusal import Code, Refused
from everstep.core.wire.exports import Exported
from everstep.service.page.imports import IMPORTS_MAX, Imports
from everstep.service.world import RandomIds, RealClock


def a_history(events: int) -> Exported:
    began = Event(event_id=1, type=EventType.EXECUTION_STARTED, at=Millis(5), id=OperationId("e"))
    ends = (
        Event(event_id=number, type=EventType.INVOCATION_COMPLETED, at=Millis(5 + number))
        for number in range(2, events + 1)
    )
    return Exported(arn=None, events=(began, *ends))


def test_the_oldest_make_room_for_new_ones() -> None:
    imports = Imports(RealClock(), RandomIds())
    handles = [imports.add(a_history(1)) for _ in range(IMPORTS_MAX + 1)]
    assert imports.handles() == handles[:0:-1]


def test_all_of_them_together_stay_within_a_number_of_events() -> None:
    imports = Imports(RealClock(), RandomIds(), events_max=10)
    first, second = imports.add(a_history(5)), imports.add(a_history(5))
    imports.extend(second, a_history(6).events)
    assert imports.handles() == [second]
    with pytest.raises(Refused, match="no such import"):
        imports.view(first)


def test_a_history_beyond_that_number_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        Imports(RealClock(), RandomIds(), events_max=10).add(a_history(11))
    assert refused.value.code is Code.TOO_LARGE
