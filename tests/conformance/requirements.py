"""Reads the public requirement files; their format is described beside them, in the folder's README."""

import os
import random
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml  # type: ignore[import-untyped]  # its types are a package of their own

from tests.conformance.matching import Json, JsonObject, fill

FOLDER_VARIABLE = "EVERSTEP_CONFORMANCE"
_BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared" / "conformance"
_GENERATED = re.compile(r"\$\{GEN_STR:(\d+)\}")


class Act(StrEnum):
    """What the world outside does with a callback."""

    SUCCESS = "success"
    FAILURE = "failure"
    HEARTBEAT = "heartbeat"

    @property
    def is_final(self) -> bool:
        return self is not Act.HEARTBEAT


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAction:
    callback: str
    """The callback's name; `*` is whichever comes next."""
    act: Act
    payload: Json = None
    has_payload: bool = False
    delay_seconds: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One file, with its variables filled in."""

    id: str
    """`step/1-1`."""
    input: Json
    is_async: bool
    actions: Sequence[CallbackAction]
    result: JsonObject
    """ExecutionStatus and Result, as far as they are expected."""
    history: Sequence[JsonObject]
    logs: Sequence[JsonObject]

    @property
    def function(self) -> str:
        """The handler that carries it out: `step_1_1`."""
        return re.sub(r"\W", "_", self.id)


def requirements_folder() -> Path | None:
    """Where the files are: what EVERSTEP_CONFORMANCE says, or the folder beside the checkout; None: nowhere."""
    folder = Path(os.environ.get(FOLDER_VARIABLE) or _BESIDE_THE_CHECKOUT)
    return folder if folder.is_dir() else None


def requirement_ids(folder: Path) -> list[str]:
    """The ids of all files, in the order of their numbers."""
    return [f"{file.parent.name}/{file.stem}" for file in sorted(folder.glob("*/*-*.yaml"), key=_numbers)]


def _numbers(file: Path) -> list[int]:
    return [int(number) for number in file.stem.split("-")]


def read_requirement(folder: Path, requirement_id: str, chance: random.Random) -> Requirement:
    """The requirement of that id; its generated texts differ from reading to reading."""
    raw = yaml.safe_load((folder / f"{requirement_id}.yaml").read_text(encoding="utf-8"))
    variables = {name: _generated(text, chance) for name, text in (raw.get("Variables") or {}).items()}
    found = fill(raw, variables)
    return Requirement(
        id=requirement_id,
        input=found.get("Input"),
        is_async=bool(found.get("AsyncInvoke")),
        actions=[_action(action) for action in found.get("CallbackActions") or ()],
        result=found.get("ExpectedResult") or {},
        history=found["ExpectedExecutionHistory"],
        logs=found.get("ExpectedLogs") or (),
    )


def _generated(text: str, chance: random.Random) -> str:
    return _GENERATED.sub(lambda found: "".join(chance.choices(string.ascii_letters, k=int(found[1]))), text)


def _action(raw: JsonObject) -> CallbackAction:
    return CallbackAction(
        callback=raw["CallbackName"],
        act=Act(raw["Operation"]),
        payload=raw.get("Payload"),
        has_payload="Payload" in raw,
        delay_seconds=raw.get("Delay") or 0,
    )
