"""Which workloads there are: what every contestant is asked, and what we want of the answers. Pure.

a steps in a row    b throughput    c checkpoints alone    d waking up    e fan-out
f replay            g cold start    h footprint            i test runner  j lists and histories
limit: what the machine allows to anybody
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.rows import Better, Figure, Target

HTTP, EMBEDDED, MEMORY = "everstep-http", "everstep-embedded", "everstep-memory"
SDK, CROWD, SLEEPERS = "everstep-sdk", "everstep-service", "everstep-sleepers"
OFFICIAL_RUNNER, OFFICIAL_SDK = "official-runner", "official-sdk"
OFFICIAL_HTTP, OFFICIAL_SQLITE = "official-emulator", "official-emulator-sqlite"
ASYNC_DURABLE, ASYNC_DURABLE_SDK = "async-durable", "async-durable-sdk"
DBOS, DBOS_POSTGRES, DBOS_IMPORT = "dbos-sqlite", "dbos-postgres", "dbos-library"
RESTATE, RESTATE_IMPORT = "restate", "restate-sdk"
COMMITS, ROUND_TRIPS, TEST_RUNNERS = "bare-sqlite", "bare-loopback", "everstep-test-runner"
OFFICIAL_TEST_RUNNER = "official-test-runner"

LAMBDA_128_MB = 128 / 1769
"""The part of a CPU that a Lambda function of 128 MB has: 1,769 MB are one."""
STEPS_SECONDS_MAX = 10
"""A contestant is stopped there, and what it has done by then counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question to several contestants."""

    workload: str
    title: str
    task: str
    arguments: Mapping[str, Any]
    contestants: tuple[str, ...]
    figures: tuple[Figure, ...]
    rounds_max: int = 100
    seconds_max: float = 90
    """How long one answer may take."""
    world: str = ""
    """Cases of one world find their contestants as the case before left them; by default the workload is the world."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much of everything."""

    lengths: tuple[int, ...] = (100, 1_000, 2_500)
    long_length: int = 10_000
    executions: int = 300
    load_seconds: float = 4
    samples: int = 30
    timers: int = 10_000
    items: tuple[int, ...] = (1_000, 10_000)
    histories: tuple[int, ...] = (1_000, 10_000)
    crowd: int = 100_000
    looks: int = 300
    imports: int = 9


FULL = Scale()
QUICK = Scale(
    lengths=(100, 1_000),
    long_length=2_500,
    executions=60,
    load_seconds=2,
    samples=10,
    timers=1_000,
    items=(300,),
    histories=(1_000,),
    crowd=5_000,
    looks=60,
    imports=5,
)


def cases(scale: Scale) -> tuple[Case, ...]:
    """Every case, in the order in which they are measured."""
    return (
        *_limits(),
        *_steps(scale),
        *_throughput(scale),
        *_checkpoints(scale),
        *_waking(scale),
        *_fan_outs(scale),
        *_replays(scale),
        *_cold_starts(scale),
        *_test_runner(),
        *_footprint(scale),
    )


def _limits() -> tuple[Case, ...]:
    def case(title: str, task: str, contestant: str, **arguments: Any) -> Case:
        return Case(
            workload="limit",
            title=title,
            task=task,
            arguments=arguments,
            contestants=(contestant,),
            figures=(_faster(unit="/s"),),
        )

    return (
        case("commits of one row, synchronous=FULL", "commits", COMMITS, n=2_000, synchronous="FULL", rows=1),
        case("commits of one row, synchronous=NORMAL", "commits", COMMITS, n=5_000, synchronous="NORMAL", rows=1),
        case("commits of 100 rows, synchronous=FULL", "commits", COMMITS, n=200, synchronous="FULL", rows=100),
        case("round trips, http.client to http.server", "http_round_trips", ROUND_TRIPS, n=2_000),
        case("round trips, raw sockets", "socket_round_trips", ROUND_TRIPS, n=5_000),
    )


def _steps(scale: Scale) -> tuple[Case, ...]:
    def case(title: str, n: int, contestants: tuple[str, ...], targets: Mapping[str, Target]) -> Case:
        return Case(
            workload="a",
            title=f"{n:,} steps, {title}",
            task="steps",
            arguments={"n": n, "seconds_max": STEPS_SECONDS_MAX},
            contestants=contestants,
            figures=(_faster(targets, "steps/s"),),
        )

    found: list[Case] = []
    for n in (*scale.lengths, scale.long_length):
        memory = Target(bound=10_000, times={ASYNC_DURABLE: 1, OFFICIAL_RUNNER: 1})
        embedded = Target(bound=4_000, times={"bare-sqlite": 0.6, DBOS: 5})
        http_times: dict[str, float] = {RESTATE: 3, OFFICIAL_HTTP: 8}
        peers: tuple[str, ...] = (RESTATE, OFFICIAL_HTTP)
        if n == 1_000:
            http_times[OFFICIAL_SQLITE] = 100
            peers = (*peers, OFFICIAL_SQLITE)
        if n == scale.long_length:
            memory, embedded, http_times, peers = Target(bound=10_000), Target(bound=4_000), {}, ()
        is_long = n == scale.long_length
        in_memory = (MEMORY,) if is_long else (MEMORY, ASYNC_DURABLE, OFFICIAL_RUNNER)
        on_disk = (EMBEDDED,) if is_long else (EMBEDDED, DBOS, DBOS_POSTGRES)
        found += [
            case("in process, memory", n, in_memory, {MEMORY: memory}),
            case("in process, SQLite FULL", n, (*on_disk, "bare-sqlite"), {EMBEDDED: embedded}),
            case("over HTTP, SQLite FULL", n, (HTTP, *peers), {HTTP: Target(bound=1_500, times=http_times)}),
        ]
    short, long = scale.lengths[0], scale.lengths[-1]
    growth = Figure(
        key="growth",
        unit="x",
        better=Better.LOWER,
        targets={name: Target(bound=1.2) for name in (MEMORY, EMBEDDED, HTTP)},
    )
    found.append(
        Case(
            workload="a",
            title=f"CPU of a step at {long:,} against {short:,} (pairs)",
            task="growth",
            arguments={"short": short, "long": long, "pairs": 3},
            contestants=(MEMORY, EMBEDDED, HTTP, ASYNC_DURABLE, OFFICIAL_RUNNER),
            figures=(growth,),
            rounds_max=1,
        )
    )
    return tuple(found)


def _throughput(scale: Scale) -> tuple[Case, ...]:
    peers = (RESTATE, OFFICIAL_HTTP, DBOS, DBOS_POSTGRES)  # the last is seldom there, so no target waits for it
    return tuple(
        Case(
            workload="b",
            title=f"executions of 5 steps, {concurrency} at a time",
            task="throughput",
            arguments={"executions": scale.executions, "concurrency": concurrency, "seconds_max": 4},
            contestants=(HTTP, EMBEDDED, *peers),
            figures=(
                _faster(
                    {HTTP: Target(bound=400 if concurrency > 1 else None, times=dict.fromkeys(peers[:3], 1.0))},
                    "executions/s",
                ),
            ),
        )
        for concurrency in (1, 16, 64)
    )


def _checkpoints(scale: Scale) -> tuple[Case, ...]:
    return (
        Case(
            workload="c",
            title="checkpoints of a step, 32 clients",
            task="checkpoints",
            arguments={"clients": 32, "seconds": scale.load_seconds},
            contestants=(HTTP, OFFICIAL_HTTP, OFFICIAL_SQLITE),
            figures=(
                _faster({HTTP: Target(bound=3_000)}, "/s"),
                _slower("p50_ms"),
                _slower("p99_ms", {HTTP: Target(bound=25)}),
            ),
        ),
    )


def _waking(scale: Scale) -> tuple[Case, ...]:
    def lateness(contestant: str) -> tuple[Figure, ...]:
        return _slower("p50_ms"), _slower("p99_ms", {contestant: Target(bound=20)})

    return (
        Case(
            workload="d",
            title="lateness of a wait of 1 s, 10 at a time, in the function",
            task="lateness",
            arguments={"samples": scale.samples, "others": 0},
            contestants=(HTTP, RESTATE, OFFICIAL_HTTP, DBOS),
            figures=lateness(HTTP),
        ),
        Case(
            workload="d",
            title=f"lateness of a wait of 1 s among {scale.timers:,} others, in the service",
            task="timer_lateness",
            arguments={"samples": scale.samples, "others": scale.timers},
            contestants=(CROWD,),
            figures=lateness(CROWD),
            rounds_max=1,
            seconds_max=240,
        ),
        Case(
            workload="d",
            title="answer of a callback to the function's going on",
            task="callbacks",
            arguments={"samples": scale.samples},
            contestants=(HTTP, RESTATE, OFFICIAL_HTTP, DBOS),
            figures=(_slower("p50_ms", {HTTP: Target(bound=10)}), _slower("p99_ms")),
        ),
    )


def _fan_outs(scale: Scale) -> tuple[Case, ...]:
    def case(items: int, *, is_async: bool, contestants: tuple[str, ...], target: Target | None) -> Case:
        return Case(
            workload="e",
            title=f"map of {items:,} items, {'async' if is_async else 'sync'}, 100 at a time",
            task="fan_out",
            arguments={"items": items, "is_async": is_async, "concurrency": 100},
            contestants=contestants,
            figures=(_slower("seconds", {HTTP: target} if target else {}, unit="s"),),
            rounds_max=1 if items > 1_000 else 3,
            seconds_max=120,
        )

    few = scale.items[0]
    found = [
        case(few, is_async=False, contestants=(HTTP, OFFICIAL_HTTP), target=Target(times={OFFICIAL_HTTP: 10})),
        case(few, is_async=True, contestants=(HTTP, RESTATE, DBOS, ASYNC_DURABLE, MEMORY), target=None),
    ]
    found += [
        case(many, is_async=True, contestants=(HTTP, RESTATE, MEMORY), target=Target(bound=10))
        for many in scale.items[1:]
    ]
    sleepers = Case(
        workload="e",
        title=f"{few:,} callbacks answered in random order, async",
        task="sleepers",
        arguments={"items": few},
        contestants=(SLEEPERS,),
        figures=(_slower("seconds", unit="s"),),
        rounds_max=1,
        seconds_max=120,
    )
    return (*found, sleepers)


def _replays(scale: Scale) -> tuple[Case, ...]:
    contestants = (SDK, OFFICIAL_SDK, ASYNC_DURABLE_SDK)
    times = {OFFICIAL_SDK: 5.0}
    found = [
        Case(
            workload="f",
            title=f"to the first new step after {operations:,}",
            task="first_new",
            arguments={"operations": operations, "times": 3},
            contestants=contestants,
            figures=(_faster({SDK: Target(bound=100_000, times=times)}, "operations/s"), _slower("ms")),
        )
        for operations in scale.histories
    ]
    alone = Case(
        workload="f",
        title="an invocation that only replays 10 steps",
        task="only_replaying",
        arguments={"operations": 10, "times": 20},
        contestants=contestants,
        figures=(_slower("ms", {SDK: Target(bound=3)}),),
    )
    return (*found, alone)


def _cold_starts(scale: Scale) -> tuple[Case, ...]:
    speakers = (SDK, OFFICIAL_SDK, ASYNC_DURABLE_SDK)
    quarter = {OFFICIAL_SDK: 4.0}
    return (
        Case(
            workload="g",
            title="import, beyond a bare Python",
            task="importing",
            arguments={"times": scale.imports},
            contestants=(*speakers, DBOS_IMPORT, RESTATE_IMPORT),
            figures=(_slower("cpu_ms", {SDK: Target(bound=40, times=quarter)}), _slower("wall_ms")),
            rounds_max=2,
        ),
        Case(
            workload="g",
            title="a fresh interpreter's first invocation",
            task="first_invocation",
            arguments={"times": scale.imports},
            contestants=speakers,
            figures=(_slower("cpu_ms"), _slower("wall_ms")),
            rounds_max=2,
        ),
        Case(
            workload="g",
            title="the same with the CPU of a Lambda of 128 MB",
            task="first_invocation",
            arguments={"times": 1, "share": LAMBDA_128_MB},
            contestants=speakers,
            figures=(_slower("wall_ms"),),
        ),
    )


def _footprint(scale: Scale) -> tuple[Case, ...]:
    def case(workload: str, title: str, task: str, *figures: Figure, is_once: bool, **arguments: Any) -> Case:
        return Case(
            workload=workload,
            title=title,
            task=task,
            arguments=arguments,
            contestants=(CROWD,),
            figures=figures,
            rounds_max=1 if is_once else 3,
            seconds_max=600,
            world="crowd",
        )

    def at_most(key: str, bound: float, unit: str = "ms") -> Figure:
        return _slower(key, {CROWD: Target(bound=bound)}, unit)

    crowd, shown = scale.crowd, f"{scale.crowd:,}"
    restart = at_most("seconds", 2, "s"), at_most("rss_mib", 100, "MiB")
    looks = at_most("list_p99_ms", 50), at_most("history_p99_ms", 50)
    started = f"starting {shown} executions that suspend"
    return (
        case("h", started, "fill", _faster(unit="/s"), is_once=True, executions=crowd),
        case("h", f"restart with {shown} suspended", "restart", *restart, is_once=False, executions=crowd),
        case("h", "bytes of a step in the store", "step_bytes", _slower("bytes", unit="B"), is_once=True, steps=1_000),
        case("j", f"looking at {shown}", "looks", *looks, is_once=False, executions=crowd, times=scale.looks),
    )


def _test_runner() -> tuple[Case, ...]:
    def case(title: str, task: str, times: int, figure: Figure, contestants: tuple[str, ...]) -> Case:
        return Case(
            workload="i",
            title=title,
            task=task,
            arguments={"times": times},
            contestants=contestants,
            figures=(figure,),
            rounds_max=1,
            seconds_max=120,
        )

    both, ours = (TEST_RUNNERS, OFFICIAL_TEST_RUNNER), {TEST_RUNNERS: Target(bound=5)}
    return (
        case("500 typical tests", "typical_tests", 500, _slower("seconds", ours, "s"), (TEST_RUNNERS,)),
        case("30 typical tests", "typical_tests", 30, _slower("seconds", unit="s"), both),
        case("a test with a map of 100 items and a month's wait", "long_tests", 5, _slower("ms_per_run"), both),
    )


def _faster(targets: Mapping[str, Target] | None = None, unit: str = "/s") -> Figure:
    return Figure(key="per_second", unit=unit, better=Better.HIGHER, targets=targets or {})


def _slower(key: str, targets: Mapping[str, Target] | None = None, unit: str = "ms") -> Figure:
    return Figure(key=key, unit=unit, better=Better.LOWER, targets=targets or {})
