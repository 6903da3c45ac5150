"""What others may import is a list in this repository, so that a public name never comes or goes unnoticed.

Each door has a file in `front_doors/`, one name per line, sorted. After a change on purpose, write the new list:

    EVERSTEP_WRITE_FRONT_DOORS=1 make test ARGS=tests/test_front_doors.py
"""

import importlib
import os
from pathlib import Path
from types import ModuleType

import pytest

LISTS = Path(__file__).parent / "front_doors"
DOORS = sorted(file.stem for file in LISTS.glob("*.txt"))


def public_names(module: ModuleType) -> list[str]:
    """What `__all__` lists; without it, what the module itself defines under a name of its own."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return sorted(listed)
    return sorted(name for name, thing in vars(module).items() if _is_own(module, name, thing))


def _is_own(module: ModuleType, name: str, thing: object) -> bool:
    return not name.startswith("_") and getattr(thing, "__module__", None) == module.__name__


def difference(listed: list[str], found: list[str]) -> list[str]:
    lost = [f"- {name} is listed but gone" for name in listed if name not in found]
    new = [f"+ {name} is public but not listed" for name in found if name not in listed]
    return lost + new


@pytest.mark.parametrize("door", DOORS)
def test_a_front_door_shows_the_names_that_are_listed_and_no_others(door: str) -> None:
    found = public_names(importlib.import_module(door))
    file = LISTS / f"{door}.txt"
    if os.environ.get("EVERSTEP_WRITE_FRONT_DOORS"):
        file.write_text("".join(f"{name}\n" for name in found), encoding="utf-8")
    changes = difference(file.read_text(encoding="utf-8").split(), found)
    assert changes == [], f"\n{door}:\n" + "\n".join(changes)


@pytest.mark.parametrize("door", DOORS)
def test_every_listed_name_can_be_imported(door: str) -> None:
    module = importlib.import_module(door)
    missing = [name for name in public_names(module) if not hasattr(module, name)]
    assert missing == []


def test_a_lost_name_and_a_new_one_are_both_named() -> None:
    assert difference(["kept", "lost"], ["kept", "new"]) == [
        "- lost is listed but gone",
        "+ new is public but not listed",
    ]


def test_there_are_doors_to_look_at() -> None:
    assert "everstep.errors" in DOORS
