"""Runs a workflow again and again, and each time something goes wrong at another place.

    undisturbed run -> every place that it came to -> one run for each thing that can go wrong there
                                                   -> the same result? the same effects on the world?

What goes wrong is what does go wrong: processes die before, after and in the middle of steps and checkpoints, answers
get lost, an invocation is delivered twice, one that was given up goes on beside its successor (a zombie), callbacks
are answered too early or late.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from everstep.core.wire.text import dump
from everstep.sdk.handler import DurableFunction
from everstep.testing.comparison import Finding, Run, against, alone
from everstep.testing.errors import CrashError, DurableFunctionsTestError, StuckError
from everstep.testing.faults import Fault, Tape, Trouble, faults_of
from everstep.testing.functions import Target, durable
from everstep.testing.ledger import Ledger
from everstep.testing.plan import Plan
from everstep.testing.result import DurableFunctionTestResult
from everstep.testing.runner import RunnerOptions, plan_of, result_of
from everstep.testing.virtual import seeded
from everstep.testing.world import World

RUNS_MAX = 2_000
"""Disturbed runs of one workflow; of more faults, as many are taken evenly."""
OTHERS_MAX = 10
"""Findings that are listed below the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survived:
    """The workflow survives everything that was tried."""

    result: DurableFunctionTestResult
    """Of the undisturbed run."""
    runs: int
    """How often it was disturbed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried, and what is looked at."""

    function: DurableFunction[Any]
    functions: Mapping[str, Target]
    plan: Plan
    input: Any = None
    ledger: Ledger | None = None
    setup: Callable[[], object] | None = None
    """Called before each run, to bring the world outside back to its beginning."""
    check: Callable[[DurableFunctionTestResult], object] | None = None
    """Called after each run; an AssertionError is a finding."""


def crash_everywhere(
    handler: DurableFunction[Any],
    input: Any = None,  # noqa: A002 - as the runner's
    *,
    functions: Mapping[str, Target] | None = None,
    ledger: Ledger | None = None,
    setup: Callable[[], object] | None = None,
    check: Callable[[DurableFunctionTestResult], object] | None = None,
    **options: Unpack[RunnerOptions],
) -> Survived:
    """Disturb the workflow at every place that it comes to. Raises CrashError when one of the runs shows it.

    `functions` are those that it invokes, durable or plain, by name; the other options are the runner's. Every run
    must end as the undisturbed one, with the same effects in the `ledger`; see `Ledger` for what may happen twice.
    `setup` is called before each run, `check(result)` after it.
    """
    function = durable(handler, "crash_everywhere")
    trial = Trial(
        function=function,
        functions={function.name: function, **(functions or {})},
        plan=plan_of(options),
        input=input,
        ledger=ledger,
        setup=setup,
        check=check,
    )
    return survive(trial)


def survive(trial: Trial) -> Survived:
    """See `crash_everywhere`."""
    if trial.plan.is_real_time:
        raise DurableFunctionsTestError("crash_everywhere needs virtual time: leave skip_time as it is")
    tape = Tape()
    calm, again = _run(trial, tape), _run(trial, Tape())
    findings = alone(calm, tape, trial.function)
    _raise_any(findings, calm, trial)
    faults = _thinned(faults_of(tape, calm.result.get_all_operations()))
    is_settled = calm.outcome == again.outcome  # ids that steps draw differ from run to run, and may
    for fault in faults:
        trouble = Trouble(fault)
        try:
            disturbed = _run(trial, trouble)
        except StuckError as stuck:
            findings.append(Finding(fault=fault.text, reason="it never ends", details=str(stuck)))
            continue
        if trouble.has_struck:
            findings += against(calm, disturbed, fault, is_settled=is_settled, function=trial.function)
    _raise_any(findings, calm, trial)
    return Survived(result=calm.result, runs=len(faults))


def _run(trial: Trial, witness: Tape | Trouble) -> Run:
    if trial.setup is not None:
        trial.setup()
    if trial.ledger is not None:
        trial.ledger.clear()
    world = World(trial.functions, trial.plan, witness=witness, delay=witness.delay)
    witness.watch(world)
    arn = world.start(trial.function.name, None if trial.input is None else dump(trial.input), None)
    with seeded(trial.plan.seed):
        world.run_until_closed(arn)
    result = result_of(world, arn)
    complaint = None
    if trial.check is not None:
        try:
            trial.check(result)
        except AssertionError as error:
            complaint = str(error) or "the check failed"
    return Run(
        result=result,
        execution=world.execution(arn),
        entries=tuple(trial.ledger or ()),
        complaint=complaint,
    )


def _thinned(faults: Sequence[Fault]) -> Sequence[Fault]:
    if len(faults) <= RUNS_MAX:
        return faults
    return [faults[index * len(faults) // RUNS_MAX] for index in range(RUNS_MAX)]


def _raise_any(findings: Sequence[Finding], calm: Run, trial: Trial) -> None:
    if not findings:
        return
    first, *others = findings
    lines = [f"{trial.function.name} does not survive everything: {first}"]
    if first.details:
        lines += ["", first.details]
    lines += ["", "undisturbed:", calm.result.timeline()]
    if first.run is not None:
        lines += ["", "disturbed:", first.run.result.timeline()]
    if others:
        lines += ["", f"{len(others)} more:", *(f"  - {other}" for other in others[:OTHERS_MAX])]
        if len(others) > OTHERS_MAX:
            lines.append("  - …")
    raise CrashError("\n".join(lines))
