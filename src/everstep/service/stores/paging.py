"""Where a list of executions goes on.

Lists are ordered by (moment of the start, number of the birth), and a page ends at the place of its last line. The
next page begins beyond that place, wherever it is by then, so that no birth in between shifts, repeats or hides a
line. All stores share this rule, and only this file knows how a place is written.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from everstep.core.model import Millis
from everstep.core.refusal import invalid
from everstep.service.ports import Summary, SummaryPage


class Place(NamedTuple):
    """The place of one execution in every list."""

    started_at: Millis
    number: int
    """How many births the store saw up to this one; tells apart what started in the same millisecond."""


_PLACE = re.compile(r"([0-9]{1,16})\.([0-9]{1,16})", re.ASCII)


def write_place(place: Place) -> str:
    return f"{place.started_at}.{place.number}"


def read_place(text: str) -> Place:
    """The inverse of `write_place`; raises Refused for a text that no page ever ended with."""
    match = _PLACE.fullmatch(text)
    if match is None:
        raise invalid("Invalid Marker")
    return Place(Millis(int(match[1])), int(match[2]))


def page_of(found: Sequence[tuple[Place, Summary]], limit: int) -> SummaryPage:
    """The page that shows what was found; a line more than the limit proves that another page follows."""
    assert limit > 0, limit
    shown = found[:limit]
    return SummaryPage(
        items=tuple(summary for _, summary in shown),
        next=write_place(shown[-1][0]) if len(found) > limit else None,
    )
