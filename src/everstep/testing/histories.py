"""Histories of former executions, kept as files and replayed against today's code.

    everstep executions export ARN --to tests/histories        one file for each execution
    aws lambda get-durable-execution-history … > file.json     is as good, with --include-execution-data

    def test_old_executions_still_replay() -> None:
        replay_histories(order, "tests/histories")

A history that can be replayed is a promise kept: an execution that is in flight today survives the next deploy.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from everstep.core.events import Event, EventType
from everstep.core.model import Arn, ExecutionStatus
from everstep.core.names import ExecutionName
from everstep.core.wire.events import encode_event
from everstep.core.wire.executions import encode_execution
from everstep.core.wire.exports import NotHistoryError, decode_exported
from everstep.core.wire.text import JsonObject, NotJsonError, load
from everstep.sdk.handler import DurableFunction
from everstep.testing.errors import DurableFunctionsTestError, HistoryError
from everstep.testing.functions import durable
from everstep.testing.replay import Recorded, replay
from everstep.testing.retelling import operations_of
from everstep.testing.world import World

_ENDS = {
    EventType.EXECUTION_SUCCEEDED: ExecutionStatus.SUCCEEDED,
    EventType.EXECUTION_FAILED: ExecutionStatus.FAILED,
    EventType.EXECUTION_TIMED_OUT: ExecutionStatus.TIMED_OUT,
    EventType.EXECUTION_STOPPED: ExecutionStatus.STOPPED,
}
_NO_ARN = ExecutionName(function="unknown", name="recorded", execution_id="recorded").arn


def replay_history(handler: DurableFunction[Any], history: str | Path | Mapping[str, Any]) -> None:
    """Replay one history, a file or its content. Raises HistoryError when today's code does something else.

    Raises DurableFunctionsTestError for a file that is no history, or lacks the execution's data.
    """
    recorded = read_history(history)
    difference = replay(durable(handler, "replay_history"), recorded)
    if difference is not None:
        called = str(history) if isinstance(history, str | Path) else recorded.arn
        raise HistoryError(f"{called} does not fit today's code: {difference}")


def replay_histories(handler: DurableFunction[Any], folder: str | Path) -> int:
    """Replay every history in the folder. How many there are.

    Raises HistoryError with a line for each that does not fit, DurableFunctionsTestError when there is none at all.
    """
    files = histories_in(folder)
    if not files:
        raise DurableFunctionsTestError(f"there is no history in {folder}: no file there ends in .json")
    misfits = []
    for file in files:
        try:
            replay_history(handler, file)
        except HistoryError as misfit:
            misfits.append(str(misfit))
    if misfits:
        raise HistoryError("\n".join([f"{len(misfits)} of {len(files)} histories do not fit:", *misfits]))
    return len(files)


@dataclass(frozen=True, slots=True)
class RecordedHistory:
    """One file of a folder of histories."""

    file: Path

    def replay(self, handler: DurableFunction[Any]) -> None:
        """Raises HistoryError when today's code does something else."""
        replay_history(handler, self.file)


def histories_in(folder: str | Path) -> list[Path]:
    """The files of a folder of histories, in the order of their names."""
    return sorted(Path(folder).glob("*.json"))


def read_history(history: str | Path | Mapping[str, Any]) -> Recorded:
    """A history as a record. Raises DurableFunctionsTestError for what is no whole history."""
    called = str(history) if isinstance(history, str | Path) else "the history"
    content: Any = history
    if isinstance(history, str | Path):
        try:
            content = load(Path(history).read_bytes())
        except NotJsonError as error:
            raise DurableFunctionsTestError(f"{called} is no history: {error}") from error
    try:
        exported = decode_exported(content)
    except NotHistoryError as error:
        raise DurableFunctionsTestError(f"{called} {error}") from error
    if '"Truncated": true' in json.dumps(content["Events"]):
        raise DurableFunctionsTestError(
            f"{called} lacks the execution's data; export it with everstep, or with --include-execution-data"
        )
    return recorded_from(exported.arn or _NO_ARN, exported.events)


def recorded_from(arn: Arn, events: Sequence[Event]) -> Recorded:
    """The record that a history, oldest event first, tells of. Raises DurableFunctionsTestError for an empty one."""
    started = next((event for event in events if event.type is EventType.EXECUTION_STARTED), None)
    if started is None:
        raise DurableFunctionsTestError(f"the history of {arn} does not tell of the start of the execution")
    end = next((event for event in events if event.type in _ENDS), None)
    return Recorded(
        arn=arn,
        status=ExecutionStatus.RUNNING if end is None else _ENDS[end.type],
        started_at=started.at,
        input=started.input,
        result=end.result if end is not None else None,
        error=end.error if end is not None else None,
        operations=operations_of(events),
    )


# --------------------------------------------------------------------------- writing
def export_history(world: World, arn: Arn) -> JsonObject:
    """An execution of a test world in the form that `everstep executions export` writes."""
    summary = world.summary(arn)
    return {
        "Execution": encode_execution(summary.origin, summary.head, include_data=True),
        "Events": [encode_event(event, include_data=True) for event in world.history(arn)],
    }
