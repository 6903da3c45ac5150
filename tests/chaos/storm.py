"""What goes wrong, and when: chance chooses, a seed repeats its choices (as far as the machine does)."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.stage import Stage
from tests.chaos.wire import Wire, now
from tests.invariants.record import Span

PAUSE_SECONDS = (0.2, 1.2)
"""Between two misfortunes."""
FROZEN_SECONDS = (0.2, 2.0)
HARM_SECONDS = (0.3, 2.5)
CLOCK_STEP_MS_MAX = 5_000
WIRE_TROUBLE = (0.0, 0.02, 0.08)
AFTERMATH_MS = 3_000
"""How long after a misfortune nobody may expect the service to be in time."""

KILLS = ("kill service", "kill worker", "kill host")
OTHERS = ("freeze service", "freeze worker", "step clock", "bad wire", "bad wire")


@dataclass(slots=True)
class Storm:
    """One thing after the other befalls the stage; `befallen` counts."""

    stage: Stage
    wires: tuple[Wire, ...]
    chance: random.Random
    deck: list[str] = field(default_factory=list)
    """What comes next, from its end: everything comes once before anything comes again."""
    befallen: Counter[str] = field(default_factory=Counter)
    troubles: list[Span] = field(default_factory=list)
    log: list[tuple[int, int, str]] = field(default_factory=list)
    """What befell the stage: from when to when, and what."""

    @property
    def kills(self) -> int:
        return sum(self.befallen[kill] for kill in KILLS)

    def strike(self) -> None:
        """The next misfortune, from its beginning to its end."""
        time.sleep(self.chance.uniform(*PAUSE_SECONDS))
        begin = now()
        if not self.deck:
            self.deck = [*KILLS, *KILLS, *OTHERS, *self.stage.target.faults]
            self.chance.shuffle(self.deck)
        misfortune = self.deck.pop()
        self._befall(misfortune)
        self.befallen[misfortune] += 1
        self.log.append((begin, now(), misfortune))
        self.troubles.append(Span(begin=begin - CLOCK_STEP_MS_MAX, end=now() + AFTERMATH_MS + CLOCK_STEP_MS_MAX))

    def during(self, begin: int, end: int) -> list[str]:
        """What befell the stage in a span of time."""
        return [
            f"{what} ({(until - since) / 1000:.1f} s)"
            for since, until, what in self.log
            if since < end and begin < until
        ]

    def calm(self) -> None:
        """From now on nothing goes wrong any more."""
        self.stage.target.heal()
        for wire in self.wires:
            wire.trouble = 0

    def _befall(self, misfortune: str) -> None:
        stage, chance = self.stage, self.chance
        match misfortune:
            case "kill service":
                stage.kill_service()
            case "kill host":
                stage.kill_host()
            case "kill worker":
                if workers := stage.workers():
                    stage.kill_worker(chance.choice(workers))
            case "freeze service":
                assert stage.service is not None
                stage.freeze(stage.service.process.pid, chance.uniform(*FROZEN_SECONDS))
            case "freeze worker":
                if workers := stage.workers():
                    stage.freeze(chance.choice(workers), chance.uniform(*FROZEN_SECONDS))
            case "step clock":
                stage.target.step_clock(chance.randint(-CLOCK_STEP_MS_MAX, CLOCK_STEP_MS_MAX))
            case "bad wire":
                for wire in self.wires:
                    wire.trouble = chance.choice(WIRE_TROUBLE)
            case fault:
                stage.target.harm(fault)
                time.sleep(chance.uniform(*HARM_SECONDS))
                stage.target.heal()
