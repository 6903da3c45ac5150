"""One run: a safety phase, in which everything goes wrong, then a liveness phase, in which everything must end."""

import traceback
from dataclasses import dataclass

from everstep.core.machine.delta import Effect, StartChild
from everstep.core.wire.text import dump
from tests.invariants.check import violations
from tests.invariants.record import Record, Story, Violation
from tests.simulation.actors import Outside
from tests.simulation.points import Coverage, Fault
from tests.simulation.programs import a_program, expected
from tests.simulation.server import UNTIRING, Host
from tests.simulation.workers import Workers
from tests.simulation.world import World

WILD_TURNS_MAX = 1_000
TURNS_MAX = 60_000
LATENESS_MS_MAX = 15_000
MOVES_MS = (-3_600_000, -5_000, -1, 1, 5_000, 3_600_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a seed."""

    seed: int
    violations: tuple[Violation, ...]
    coverage: Coverage
    trace: str
    """The same for the same seed, always."""
    turns: int


def run(seed: int) -> Outcome:
    """Play one seed."""
    play = _Run(seed)
    try:
        return play.play()
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__} at {where.filename}:{where.lineno}: {error}"
        found = Violation(invariant="nothing_breaks", arn="", message=message)
        return Outcome(
            seed=seed, violations=(found,), coverage=play.world.coverage, trace=play.world.trace, turns=play.world.turns
        )


class _Run:
    """Owns one world and everybody in it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.world = World(seed)
        self._workers: Workers
        self._host = Host(self.world, self._make_workers)
        self._outside = Outside(self._host, self._workers.network)
        self._expected: dict[str, str] = {}
        """By the name under which it was started."""

    def _make_workers(self, host: Host) -> Workers:
        self._workers = Workers(host)
        return self._workers

    def play(self) -> Outcome:
        world, fate = self.world, self.world.fate
        for number in range(fate.choice([1, 1, 2])):
            program = 1_000 * self._seed + number
            name = f"root-{number}"
            event = {"number": program, "depth": 0, "place": f"p{number}"}
            self._expected[name] = dump(expected(a_program(program)))
            self._outside.start(fate.choice(["durable", "durable_async"]), name, event)
        for turn in range(fate.randint(100, WILD_TURNS_MAX)):
            if turn % 4 == 0:
                self._interfere()
            if not world.turn():
                break
        world.is_calm = True
        found = self._calm_down()
        world.baton.close()
        self._host.close()
        record = self._record()
        for story in record.stories.values():
            world.coverage.executions[story.status] += 1
        return Outcome(
            seed=self._seed,
            violations=(*found, *violations(record)),
            coverage=world.coverage,
            trace=world.trace,
            turns=world.turns,
        )

    def _interfere(self) -> None:
        world = self.world
        self._outside.give_orders()
        if world.happens(world.odds.clock):
            by_ms = world.fate.choice(MOVES_MS)
            world.coverage.faults[Fault.CLOCK_FORWARD if by_ms > 0 else Fault.CLOCK_BACK] += 1
            world.move_clock(by_ms)
        effects, now = self._host.effects, self._host.now
        if effects and now is not None and world.happens(world.odds.repeats / 5):
            effect = world.fate.choice(effects)
            if self._may_repeat(effect):
                world.coverage.faults[Fault.EFFECT_REPEATED] += 1
                now.perform_again(effect)

    def _may_repeat(self, effect: Effect) -> bool:
        """A birth is repeated by a service that died before it knew, not after the child was deleted."""
        kept = self._host.disk.store._kept
        return not isinstance(effect, StartChild) or (
            effect.origin.arn in kept and not kept[effect.origin.arn].head.status.is_closed
        )

    def _calm_down(self) -> list[Violation]:
        """Faults have stopped: everything must come to its end."""
        world = self.world
        for turn in range(TURNS_MAX):
            if turn % 64 == 0:
                if self._is_over():
                    return []
                if turn % 1024 == 0:
                    self._outside.resume_all()
            if not world.turn() and self._is_over():
                return []
        stuck = ", ".join(self._host.open_arns()) or "nothing open"
        left = [effect.id for effect in self._host.disk.store._effects.values()]
        message = f"no end after {TURNS_MAX} calm turns: {stuck}; effects {left}; at work {world.baton.names}"
        return [Violation(invariant="everything_ends", arn="", message=message)]

    def _is_over(self) -> bool:
        store = self._host.disk.store
        if self._host.now is None or store._effects or self.world.baton.names:
            return False
        is_started = len(self._outside.started) == len(self._expected)
        heads = [kept.head for kept in store._kept.values()]
        return (
            is_started
            and all(head.status.is_closed and head.invocation is None for head in heads)
            and not any(head.status == "DELETING" for head in heads)
        )

    def _record(self) -> Record:
        kept = self._host.disk.store._kept
        stories: dict[str, Story] = {}
        for arn, execution in kept.items():
            head = execution.head
            stories[arn] = Story(
                arn=arn,
                status=head.status,
                events=tuple(execution.events),
                result=head.result,
                parent_arn=execution.origin.parent.arn if execution.origin.parent is not None else None,
                has_cause=head.invocation is not None or execution.due_at is not None,
            )
        is_judged = not self._outside.stopped
        return Record(
            calls=tuple(self.world.calls),
            stories=stories,
            deeds=tuple(self.world.deeds),
            expected={self._outside.started[n]: e for n, e in self._expected.items() if n in self._outside.started}
            if is_judged
            else {},
            concurrency=self._workers.concurrency,
            rows=dict.fromkeys(kept, 1),
            troubles=tuple(self.world.troubles),
            lateness_ms_max=LATENESS_MS_MAX,
            skew_ms_max=self.world.skew_ms_max,
            limits=UNTIRING,
            ledger_is_whole=True,
        )
