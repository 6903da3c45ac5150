"""The bench asks real programs: here the one that needs nothing but the standard library."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.contestant import Contestant, ContestantError
from bench.environments import Environments
from bench.machine import this_machine
from bench.plan import FULL, QUICK, Case, Scale, cases
from bench.results import Results, as_json
from bench.rows import Better, Figure, Row
from bench.running import Bench

COMMITS = Case(
    workload="limit",
    title="commits",
    task="commits",
    arguments={"n": 3, "synchronous": "OFF", "rows": 1},
    contestants=("bare-sqlite",),
    figures=(Figure(key="per_second", unit="/s", better=Better.HIGHER),),
)


def a_program(folder: Path) -> Contestant:
    program = Environments(lambda _: None).program("bare-sqlite")
    return Contestant(program.python, program.arguments, folder / "log")


def measured(case: Case, folder: Path, rounds: int = 2) -> list[Row]:
    return Bench(Environments(lambda _: None), folder, lambda _: None).measure([case], rounds)


def test_every_round_gives_a_value(tmp_path: Path) -> None:
    (row,) = measured(COMMITS, tmp_path)
    assert len(row.values) == 2
    assert min(row.values) > 0


def test_what_a_program_cannot_do_is_a_row_that_says_so(tmp_path: Path) -> None:
    (row,) = measured(replace(COMMITS, task="fly"), tmp_path)
    assert (row.value, row.absent) == (None, "it has nothing of the kind")


def test_a_failure_is_told_and_the_program_goes_on(tmp_path: Path) -> None:
    with a_program(tmp_path) as program:
        with pytest.raises(ContestantError, match="unexpected keyword"):
            program.ask("commits", {"m": 3}, 20)
        assert program.ask("warm", {}, 20).figures == {}


def test_a_program_that_does_not_answer_in_time_is_ended(tmp_path: Path) -> None:
    with a_program(tmp_path) as program:
        with pytest.raises(ContestantError, match="no answer within"):
            program.ask("commits", {"n": 10**9, "synchronous": "OFF", "rows": 1}, 0.1)
        assert not program.is_alive


@pytest.mark.parametrize("scale", [QUICK, FULL])
def test_every_contestant_of_the_plan_is_known_and_every_target_has_its_row(scale: Scale) -> None:
    for case in cases(scale):
        for figure in case.figures:
            assert set(figure.targets) <= set(case.contestants), case.title
            for target in figure.targets.values():
                assert set(target.times) <= set(case.contestants), case.title


def test_results_are_json_with_verdicts(tmp_path: Path) -> None:
    rows = measured(COMMITS, tmp_path, rounds=1)
    found = as_json(Results(machine=this_machine(), rounds=1, seconds=1.0, rows=rows))
    assert found["schema"] == 1
    assert found["rows"][0]["median"] == pytest.approx(rows[0].value, rel=0.01)
