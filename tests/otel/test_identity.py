"""Ids are computed: the same in every invocation, and different for everything that is different."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everstep.otel.exported import Exported
from everstep.otel.identity import (
    Ancestor,
    execution_span_id,
    header_of,
    nanoseconds,
    operation_span_id,
    parse_header,
    trace_id_of,
)

HEADER = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
ancestors = st.builds(
    Ancestor,
    trace_id=st.integers(1, 2**128 - 1),
    span_id=st.none() | st.integers(1, 2**64 - 1),
    is_sampled=st.none() | st.booleans(),
)


def test_a_header_is_read_as_x_ray_writes_it() -> None:
    assert parse_header(f"{HEADER};Lineage=1:a:2") == Ancestor(
        trace_id=0x5759E988BD862E3FE1BE46A994272793, span_id=0x53995C3F42CD8AD8, is_sampled=True
    )


@given(ancestors)
def test_what_is_written_is_read_again(ancestor: Ancestor) -> None:
    assert parse_header(header_of(ancestor)) == ancestor


@pytest.mark.parametrize(
    "text",
    [None, "", "Parent=53995c3f42cd8ad8", "Root=2-5759e988-bd862e3fe1be46a994272793", "Root=1-0-0", ";;=", "Root=1"],
)
def test_a_header_without_a_usable_root_says_nothing(text: str | None) -> None:
    assert parse_header(text) is None


@given(st.text())
def test_no_text_is_too_strange_to_be_read(text: str) -> None:
    parse_header(text)
    parse_header(f"Root={text};Parent={text};Sampled={text}")


def test_everything_has_an_id_of_its_own() -> None:
    ids = [execution_span_id("arn:1"), execution_span_id("arn:2"), operation_span_id("arn:1", "a")]
    ids += [operation_span_id("arn:1", "b"), operation_span_id("arn:2", "a")]
    assert len(set(ids)) == len(ids)
    assert all(0 < id_ < 2**64 for id_ in ids)


def test_a_trace_id_begins_with_the_time_in_seconds_as_x_ray_wants_it() -> None:
    started_at = datetime(2026, 1, 1, tzinfo=UTC)
    trace_id = trace_id_of("arn:1", started_at)
    assert trace_id >> 96 == int(started_at.timestamp())
    assert trace_id == trace_id_of("arn:1", started_at) != trace_id_of("arn:2", started_at)


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 - given a zone below
def test_times_are_exact_to_the_microsecond(moment: datetime) -> None:
    exact = nanoseconds(moment.replace(tzinfo=UTC))
    assert exact % 1000 == 0
    assert exact // 10**9 == int(moment.replace(tzinfo=UTC, microsecond=0).timestamp())
    assert exact // 1000 % 10**6 == moment.microsecond


def test_a_span_is_claimed_once_as_long_as_it_is_remembered() -> None:
    exported = Exported(remembered_max=2)
    assert [exported.claim(1, span) for span in (1, 1, 2, 3, 1)] == [True, False, True, True, True]
    assert exported.claim(2, 3)
