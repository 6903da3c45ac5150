"""Asks every contestant every question, in turn and in rounds, so that a disturbance of the machine meets all alike."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from bench.contestant import Contestant, ContestantError
from bench.environments import AbsentError, Environments
from bench.plan import Case
from bench.rows import Row

CASE_SECONDS = 8.0
"""What a contestant may spend on one case, over all rounds; the first answer is taken whatever it takes."""
WARM_SECONDS_MAX = 60.0


@dataclass
class _Found:
    """What one contestant has answered in one case."""

    figures: dict[str, list[float]] = field(default_factory=dict)
    seconds: float = 0.0
    note: str = ""
    absent: str = ""


class Bench:
    """Owns the contestants that run."""

    def __init__(self, environments: Environments, folder: Path, tell: Callable[[str], None]) -> None:
        self._environments = environments
        self._folder = folder
        self._tell = tell
        self._running: dict[str, Contestant] = {}
        self._broken: dict[str, str] = {}
        """Why a contestant that did not start did not."""

    def measure(self, cases: Sequence[Case], rounds: int) -> list[Row]:
        """All rows. Contestants live as long as their world, so that no workload pays for another's leftovers."""
        rows: list[Row] = []
        for _, world in groupby(cases, key=lambda case: case.world or case.workload):
            try:
                for case in world:
                    rows += self._case(case, min(rounds, case.rounds_max))
            finally:
                self._close_all()
        return rows

    def _case(self, case: Case, rounds: int) -> list[Row]:
        found = {name: _Found() for name in case.contestants}
        for number in range(rounds):
            for name, answers in found.items():
                if answers.absent or (answers.seconds and answers.seconds * (number + 1) / number > CASE_SECONDS):
                    continue
                self._tell(f"{case.workload}: {case.title}: {name}, round {number + 1} of {rounds}")
                self._ask(case, name, answers)
        return [row for name, answers in found.items() for row in _rows(case, name, answers)]

    def _ask(self, case: Case, name: str, found: _Found) -> None:
        try:
            contestant = self._contestant(name)
            began = time.perf_counter()
            answer = contestant.ask(case.task, case.arguments, case.seconds_max)
        except (AbsentError, ContestantError) as error:
            if not found.figures:  # what it has answered before stays true
                found.absent = str(error)
            found.seconds = float("inf")
            return
        found.seconds += time.perf_counter() - began
        found.note = answer.note
        for key, value in answer.figures.items():
            found.figures.setdefault(key, []).append(value)

    def _contestant(self, name: str) -> Contestant:
        if name in self._broken:
            raise AbsentError(self._broken[name])
        running = self._running.get(name)
        if running is not None and running.is_alive:
            return running
        try:
            program = self._environments.program(name)
            contestant = Contestant(program.python, program.arguments, self._folder / f"{name}.log")
        except (AbsentError, ContestantError) as error:
            self._broken[name] = str(error)
            raise
        self._running[name] = contestant
        contestant.ask("warm", {}, WARM_SECONDS_MAX)
        return contestant

    def _close_all(self) -> None:
        for contestant in self._running.values():
            with suppress(ContestantError):
                contestant.close()
        self._running.clear()


def _rows(case: Case, name: str, found: _Found) -> list[Row]:
    rows = []
    for figure in case.figures:
        values = tuple(found.figures.get(figure.key, ()))
        rows.append(
            Row(
                workload=case.workload,
                case=case.title,
                contestant=name,
                figure=figure.key,
                unit=figure.unit,
                better=figure.better,
                values=values,
                absent="" if values else found.absent or "it did not say",
                note=found.note,
                target=figure.targets.get(name),
            )
        )
    return rows
