"""What the bench says of its numbers."""

import pytest

from bench.rows import Better, Row, Target, Verdict, as_good, best_peer, in_order, lead, verdict


def a_row(contestant: str, *values: float, case: str = "steps", target: Target | None = None) -> Row:
    return Row(
        workload="a",
        case=case,
        contestant=contestant,
        figure="per_second",
        unit="/s",
        better=Better.HIGHER,
        values=values,
        target=target,
    )


def test_a_row_stands_for_the_median_of_its_rounds() -> None:
    assert a_row("everstep-http", 5, 100, 7).value == 7


@pytest.mark.parametrize(("better", "ratio"), [(Better.HIGHER, 4.0), (Better.LOWER, 0.25)])
def test_good_means_more_or_less_as_the_figure_says(better: Better, ratio: float) -> None:
    assert as_good(better, 20, 5) == ratio


def test_the_lead_is_over_the_best_peer_and_never_over_the_limit_or_ourselves() -> None:
    ours = a_row("everstep-http", 300)
    rows = [ours, a_row("restate", 150), a_row("dbos", 10), a_row("bare-sqlite", 9_000), a_row("everstep-memory", 600)]
    peer = best_peer(ours, rows)
    assert peer is not None
    assert (peer.contestant, lead(ours, rows)) == ("restate", 2)


@pytest.mark.parametrize(
    ("ours", "theirs", "found"),
    [(300, 100, Verdict.MET), (299, 100, Verdict.MISSED), (100, 10, Verdict.MISSED), (900, None, Verdict.UNKNOWN)],
)
def test_a_target_holds_when_its_bound_and_every_ratio_do(ours: float, theirs: float | None, found: Verdict) -> None:
    row = a_row("everstep-http", ours, target=Target(bound=200, times={"restate": 3}))
    peer = a_row("restate", *([] if theirs is None else [theirs]))
    assert verdict(row, [row, peer]) is found


def test_a_bound_that_is_missed_is_missed_though_the_peer_is_absent() -> None:
    row = a_row("everstep-http", 100, target=Target(bound=200, times={"restate": 3}))
    assert verdict(row, [row, a_row("restate")]) is Verdict.MISSED


def test_what_peers_win_comes_first_and_then_what_misses_its_target() -> None:
    rows = [
        a_row("everstep-http", 9, case="fine"),
        a_row("everstep-http", 9, case="too slow", target=Target(bound=10)),
        a_row("everstep-http", 9, case="beaten"),
        a_row("restate", 10, case="beaten"),
    ]
    assert [row.case for row in in_order(rows)] == ["beaten", "beaten", "too slow", "fine"]
