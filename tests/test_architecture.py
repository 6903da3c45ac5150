"""The house keeps its own rules: who may import whom, what is pure, how long a thing may be.

The table is that of docs/architecture.md. Every rule is also shown a planted offence, so that a rule which has gone
blind is noticed.
"""

import sys
from collections.abc import Callable
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from tests.architecture import rules
from tests.architecture.modules import Module, arrows, parse, read_folder
from tests.architecture.rules import Wing

ROOT = Path(__file__).parent.parent

_PROTOCOL = ["core", "core.wire"]
_LOGIC = ["core", "core.wire", "core.machine", "service.ports", "service"]
_SERVICE = [
    *_LOGIC,
    "service.stores",
    "service.http",
    "service.http.asgi",
    "service.http.serve",
    "service.invokers",
    "service.house",
    "service.app",
]
_SDK = [*_PROTOCOL, "sdk.replay", "sdk", "sdk.drive", "errors", "version"]

MAKES_CODE = "everstep.core.recording:"
"""The one module that may make code and look at code, as dataclass does (decision 0016)."""

MAY_IMPORT = {
    "": [*_SDK],
    "version": [],
    "errors": [],
    "core": [],
    "core.machine": ["core"],
    "core.wire": ["core", "core.machine"],
    "sdk.replay": [*_PROTOCOL, "errors"],
    "sdk.drive": _SDK,
    "sdk": _SDK,
    "service.ports": ["core", "core.machine"],
    "service": _LOGIC,
    "service.stores": _LOGIC,
    "page": [],
    "service.http": [*_LOGIC, "page", "service.http.asgi", "service.http.serve", "service.http.connections", "version"],
    "service.http.asgi": ["core", "core.wire"],
    "service.http.serve": ["core", "core.wire", "service.http.asgi", "service.http.connections"],
    "service.http.connections": ["service.http.joining"],
    "service.http.joining": [],
    "service.invokers": _LOGIC,
    "service.house": [*_LOGIC, "service.stores"],
    "service.app": _SERVICE,
    "engine": [*_LOGIC, "sdk.replay", "sdk", "errors", "service.house", "service.http", "service.http.asgi", "host"],
    "host": [*_PROTOCOL, "service.ports", "service.http.asgi", "service.http.serve", "host.worker"],
    "host.worker": [*_PROTOCOL, "sdk", "errors", "host", "compat.aws_sdk"],
    "drawing": ["core"],
    "otel": [*_PROTOCOL, "sdk", "errors", "version"],
    "testing": [*_SDK, *_SERVICE, "drawing"],
    "pytest_plugin": ["testing"],
    "lint": [],
    "scaffold": ["core", "host", "lint"],
    "scaffold.projects": ["", "testing"],
    "cli": [*_PROTOCOL, "sdk", "errors", "version", *_SERVICE, "host", "testing", "drawing", "lint", "scaffold"],
    "__main__": ["cli"],
    "compat.aws_sdk": _SDK,
    "compat.aws_testing": [*_PROTOCOL, "sdk", "errors", "testing", "compat", "compat.aws_sdk"],
    "compat": [*_SDK, *_SERVICE, "host", "cli"],
}
"""Wing to wings, below `everstep`. A module belongs to the longest name that fits it."""

SDK_NEVER_REACHES = ["core.machine", "service", "host", "cli", "testing", "otel"]
"""What an author deploys does not carry the service's mind, over any number of imports."""

PURE = (
    *("errors", "core", "sdk.replay", "drawing", "lint", "scaffold.sam", "scaffold.calls", "scaffold.declared"),
    *("otel.attributes", "otel.identity", "otel.recovery"),
)

ACTING = {
    "the clock": ["sched", "time"],
    "chance": ["random", "secrets", "uuid"],
    "files": [
        "fcntl",
        "fileinput",
        "glob",
        "io",
        "linecache",
        "mmap",
        "msvcrt",
        "pathlib",
        "shelve",
        "shutil",
        "sqlite3",
    ],
    "the machine": [
        "atexit",
        "ctypes",
        "getpass",
        "locale",
        "os",
        "platform",
        "signal",
        "subprocess",
        "sys",
        "tempfile",
    ],
    "the network": ["http", "select", "selectors", "smtplib", "socket", "socketserver", "ssl", "urllib", "webbrowser"],
    "other threads and loops": ["asyncio", "concurrent", "contextvars", "multiprocessing", "queue", "threading"],
    "live code": ["importlib", "inspect", "traceback"],
    "an audience": ["logging", "warnings"],
}
"""What a pure module must not touch, and the standard modules that touch it. `urllib.parse` only looks at text."""

NAMES_WITHOUT_MEANING = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"})

MANY_PARAMETERS: dict[str, str] = {}
"""Functions that may take more than six parameters, each with its reason."""


def full(name: str) -> str:
    return f"everstep.{name}".rstrip(".")


WINGS = [Wing(prefix=full(w), may_import=frozenset(full(t) for t in to)) for w, to in MAY_IMPORT.items()]


@cache
def source() -> list[Module]:
    return read_folder(ROOT / "src", "everstep")


@cache
def everything() -> list[Module]:
    return [*source(), *read_folder(ROOT, "tests", "examples", "bench")]


def pure(modules: list[Module]) -> list[Module]:
    return [module for module in modules if module.name.startswith(tuple(full(wing) for wing in PURE))]


def uphill(modules: list[Module]) -> list[str]:
    return rules.uphill(modules, WINGS, "everstep")


def carried_by_the_sdk(modules: list[Module]) -> list[str]:
    return rules.reaches(modules, "everstep.sdk", [full(wing) for wing in SDK_NEVER_REACHES])


def acting(modules: list[Module]) -> list[str]:
    found = rules.impure(pure(modules), frozenset(chain(*ACTING.values())), sys.stdlib_module_names, "everstep")
    code = ("calls exec()", "imports inspect", "imports sys", "imports annotationlib")
    return [offence for offence in found if not (offence.startswith(MAKES_CODE) and offence.endswith(code))]


def crowded(modules: list[Module]) -> list[str]:
    return rules.too_many_parameters(modules, MANY_PARAMETERS)


def nameless(modules: list[Module]) -> list[str]:
    return rules.nameless(modules, NAMES_WITHOUT_MEANING)


def none(offences: list[str]) -> None:
    assert offences == [], "\n" + "\n".join(offences)


def test_imports_run_downhill_only() -> None:
    none(uphill(source()))


def test_no_circle_of_imports() -> None:
    none(rules.circles(source()))


def test_the_sdk_does_not_carry_the_service() -> None:
    none(carried_by_the_sdk(source()))


def test_pure_modules_do_not_act() -> None:
    none(acting(source()))


def test_files_and_functions_fit_a_reader() -> None:
    none(rules.too_long(everything()))


def test_classes_own_one_thing() -> None:
    none(rules.large_classes(source()))


def test_parameters_can_be_kept_apart() -> None:
    none(crowded(everything()))


def test_every_module_has_a_name_that_means_something() -> None:
    none(nameless(everything()))


def test_the_walk_sees_the_house() -> None:
    """A reader that found nothing would let every rule above pass."""
    assert {"everstep", "everstep.core.model", "everstep.service.ports"} <= {module.name for module in source()}
    assert "everstep.core.events:8 imports everstep.core.model" in map(str, arrows(source()))


Rule = Callable[[list[Module]], list[str]]
LONG = "\n".join(["def f():", *["    x = 1"] * 61])
PLANTED: list[tuple[Rule, str, str, str]] = [
    (uphill, "core.planted", "from everstep.sdk.clients import port", "imports everstep.sdk.clients"),
    (uphill, "core.planted", "def f():\n    import everstep.service.ports", "core.planted:2 imports everstep.service"),
    (uphill, "core.planted", "from .machine import state", "imports everstep.core.machine"),
    (
        uphill,
        "sdk.planted",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from everstep.core.machine.state import Head",
        "sdk.planted:3 imports everstep.core.machine.state",
    ),
    (
        uphill,
        "service.stores.planted",
        "from everstep.service.http.asgi import Request",
        "imports everstep.service.http",
    ),
    (uphill, "attic.planted", "", "everstep.attic.planted belongs to no wing"),
    (rules.circles, "core.planted", "import everstep.core.planted", "everstep.core.planted <- everstep.core.planted"),
    (carried_by_the_sdk, "sdk.planted", "import everstep.service", "everstep.sdk.planted -> everstep.service"),
    (acting, "core.planted", "import time", "core.planted:1 imports time"),
    (acting, "sdk.replay.planted", "from asyncio import sleep", "imports asyncio"),
    (acting, "core.planted", "import click", "imports click"),
    (acting, "core.planted", "t = datetime.now()", "core.planted:1 calls .now()"),
    (acting, "errors", "open('x')", "everstep.errors:1 calls open()"),
    (rules.too_long, "core.planted", "\n" * 401, "everstep.core.planted has 401 lines"),
    (rules.too_long, "core.planted", LONG, "everstep.core.planted:1 f has 61 lines"),
    (
        rules.large_classes,
        "core.planted",
        "class C:\n" + "    x = 1\n" * 250,
        "everstep.core.planted:1 C has 251 lines",
    ),
    (
        crowded,
        "core.planted",
        "class C:\n    def f(self, a, b, c, d, /, e, *, f, g): ...",
        "planted.C.f (line 2) takes 7",
    ),
    (nameless, "core.utils", "", "everstep.core.utils needs a name"),
]


@pytest.mark.parametrize(("rule", "name", "text", "sentence"), PLANTED)
def test_a_planted_offence_is_found_and_named(rule: Rule, name: str, text: str, sentence: str) -> None:
    planted = parse(full(name), text)
    house = [module for module in source() if module.name != planted.name]
    found = rule([*house, planted])
    assert any(sentence in offence for offence in found), found


def test_what_the_rules_allow_is_not_an_offence() -> None:
    harmless = parse(
        "everstep.core.planted",
        '"""Pure."""\nimport json, hashlib\nfrom urllib.parse import quote\nfrom everstep.core import model\n'
        "class C:\n    def f(self, a, b, c, d, e, f): ...\n",
    )
    for rule in (uphill, rules.circles, acting, rules.too_long, crowded, nameless):
        offences = [offence for offence in rule([*source(), harmless]) if "planted" in offence]
        none(offences)
