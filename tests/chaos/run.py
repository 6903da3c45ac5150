"""A run of chaos, from the first start to the verdict."""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from tests.chaos.clients import Crowd
from tests.chaos.judge import acknowledged_at, given_up_in, longest_pause, record_of
from tests.chaos.stage import SqliteTarget, Stage, Target
from tests.chaos.storm import Storm
from tests.chaos.wire import Wire
from tests.invariants.check import violations

TARGETS: dict[str, Callable[[Path], Target]] = {"sqlite": SqliteTarget}
END_SECONDS_MAX = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    seed: int = 0
    seconds: float = 0
    befallen: dict[str, int]
    fates: dict[str, int]
    kills: int
    executions: int
    statuses: dict[str, int]
    given_up: dict[str, int]
    """Executions whose function died more often in a row than it is tried again, by what it died of."""
    acknowledged: int
    longest_pause_ms: int
    """The longest time without an acknowledged checkpoint."""
    pause_reasons: list[str]
    """What befell the service meanwhile."""
    violations: list[str]


Tell = Callable[[str], None]


def run(*, seconds: float, seed: int, target: str, crowd_size: int, tell: Tell) -> Verdict:
    """Let everything go wrong for so long, wait until every execution has ended, and judge."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="everstep-chaos-") as name, ExitStack() as stack:
        folder = Path(name)
        stage = Stage(folder, TARGETS[target](folder))
        wires = tuple(Wire(port, random.Random(chance.random())) for port in (stage.service_port, stage.host_port))
        for wire in wires:
            stack.callback(wire.close)
        stage.to_service, stage.to_host = (wire.port for wire in wires)
        stack.callback(stage.end)
        stage.start_host()
        stage.start_service()
        crowd = Crowd(stage.to_service, folder, seed, crowd_size)
        stack.callback(crowd.end)
        crowd.begin()
        storm = Storm(stage, wires, chance)
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < seconds:
            tell(
                f"{passed:4.0f} s  {storm.kills} kills, {crowd.ended} executions ended, {storm.befallen.total()} faults"
            )
            storm.strike()
        storm.calm()
        crowd.stop_starting()
        while crowd.are_at_work() and time.monotonic() - begun < seconds + END_SECONDS_MAX:
            tell(f"calm   {crowd.ended} executions ended, the rest is under way")
            time.sleep(0.5)
        return replace(_verdict(storm, crowd), seed=seed, seconds=time.monotonic() - begun)


def _verdict(storm: Storm, crowd: Crowd) -> Verdict:
    stage, wires = storm.stage, storm.wires
    record = record_of(stage.endpoint, stage.folder, crowd, wires[0].exchanges, storm)
    crowd.end()
    stage.end()
    moments = acknowledged_at(record)
    begin, end = longest_pause(moments)
    wrong = [str(violation) for violation in violations(record)]
    return Verdict(
        befallen=dict(storm.befallen),
        fates={fate.value: sum(wire.fates[fate] for wire in wires) for fate in wires[0].fates},
        kills=storm.kills,
        executions=len(record.stories),
        statuses=dict(Counter(story.status for story in record.stories.values())),
        given_up=dict(Counter(given_up_in(record.stories.values()).values())),
        acknowledged=len(moments),
        longest_pause_ms=end - begin,
        pause_reasons=storm.during(begin, end),
        violations=wrong + [f"store: {finding}" for finding in stage.target.findings()],
    )
