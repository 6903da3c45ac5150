"""The check finds its way: from handlers to helpers, through imports, and to the part that a function plays."""

from collections.abc import Mapping

import pytest

from everstep.lint import check
from tests.lint.checking import async_handler, findings, handler, told

FLOW = """
from everstep import DurableContext, durable_execution
from {module} import {name}

@durable_execution
def order(event, context: DurableContext):
    context.wait(60, name="a minute")
    return {name}()
"""
CLOCK = "import time\n\ndef stamp():\n    return time.time()\n"


@pytest.mark.parametrize(
    ("flow", "module", "helper"),
    [
        ("flow.py", "clocks", "clocks.py"),
        ("app/flow.py", "app.clocks", "app/clocks.py"),
        ("src/app/flow.py", "app.tools.clocks", "src/app/tools/clocks.py"),
        ("app/flow.py", ".clocks", "app/clocks.py"),
        ("app/a/flow.py", "..b.clocks", "app/b/clocks.py"),
        ("scripts/flow.py", "app.clocks", "src/app/clocks.py"),
    ],
)
def test_a_helper_is_found_where_python_would_find_it(flow: str, module: str, helper: str) -> None:
    packages = {f"{folder}/__init__.py": "" for folder in ("app", "src/app", "app/a", "app/b", "src/app/tools")}
    sources = {**packages, flow: FLOW.format(module=module, name="stamp"), helper: CLOCK}
    [finding] = findings(sources, flow)
    assert (finding.path, finding.line, finding.column) == (helper, 4, 12)
    assert finding.message.endswith("(called by order)")


def test_a_name_may_come_through_other_modules() -> None:
    sources = {
        "flow.py": FLOW.format(module="app", name="now"),
        "app/__init__.py": "from .clocks import stamp as now\n",
        "app/clocks.py": CLOCK,
        "sdk.py": "from everstep import *\nfrom everstep import durable_execution as durable\n",
    }
    assert told(sources, "flow.py") == ["ES001"]
    through = (
        "import sdk, time\n\n@sdk.durable\ndef order(event, context):\n"
        "    context.wait(9)\n    time.time()  # durable_execution\n"
    )
    assert told({**sources, "other.py": through}, "other.py") == ["ES001"]


@pytest.mark.parametrize(
    "imports",
    [
        "try:\n    from everstep import DurableContext\nexcept ImportError:\n    DurableContext = object",
        "if x:\n    from everstep import *\n    from everstep import DurableContext\n"
        "else:\n    from aws_durable_execution_sdk_python import DurableContext",
    ],
)
def test_a_name_that_has_a_stand_in_is_still_the_sdks(imports: str) -> None:
    assert told(f"import time\n{imports}\n\ndef f(c: DurableContext):\n    time.time()\n") == ["ES001"]


def test_a_helper_takes_its_context_from_its_caller() -> None:
    sources = {
        "flow.py": FLOW.format(module="packing", name="pack").replace("pack()", "pack(room=context)"),
        "packing.py": "def pack(room):\n    room.step(lambda _: room.wait(1))\n",
    }
    assert told(sources, "flow.py") == ["ES101"]


def test_only_files_that_an_import_leads_to_are_read() -> None:
    asked: list[str] = []
    sources = {"flow.py": FLOW.format(module="clocks", name="stamp"), "clocks.py": CLOCK, "other.py": CLOCK}

    def read_text(path: str) -> str | None:
        asked.append(path)
        return sources.get(path)

    check(["flow.py"], read_text)
    assert [path for path in asked if path in sources] == ["flow.py", "clocks.py"]
    assert len(asked) == len(set(asked))


def test_a_file_that_is_not_about_durable_functions_is_not_parsed() -> None:
    assert findings({"broken.py": "def (:", "app.py": "x = 1\n"}) == []


def test_modules_that_import_each_other_are_no_trouble() -> None:
    sources = {
        "a.py": "from b import durable_execution, f\ndef g(c):\n    return f(c)\n",
        "b.py": "from a import durable_execution, g\ndef f(c):\n    return g(c)\n",
    }
    assert findings(sources) == []


PARTS: Mapping[str, str] = {
    "a child context": "context.run_in_child_context(body)",
    "a map": "context.map([1], body)",
    "a parallel": "context.parallel([lambda c: 1, body])",
    "a named branch": "context.parallel([ParallelBranch(body, 'one')])",
    "branches from a variable": "branches = [body for _ in event]\ncontext.parallel(branches)",
    "a retried block": "with_retry(context, body, WithRetryConfig())",
    "a keyword": "context.run_in_child_context(func=body)",
    "a decorated branch": "context.run_in_child_context(later(3))",
    "a helper of the map": "list(map(body, [1]))",
    "what a helper makes": "context.run_in_child_context(make())",
    "an object": "Packer(3)",
}


@pytest.mark.parametrize("text", PARTS.values(), ids=PARTS.keys())
def test_what_is_replayed_is_looked_at(text: str) -> None:
    head = """
        def body(room, *rest):
            return time.time()

        def make():
            def inner(room):
                return time.time()
            return inner

        @durable_with_child_context
        def later(room, amount):
            return body(room)

        class Packer:
            def __init__(self, amount):
                self.at = time.time()
    """
    found = findings(handler(text, head=head))
    assert {finding.rule.code for finding in found} - {"ES401"} == {"ES001"}


STEPS: Mapping[str, str] = {
    "a function": "context.step(body)",
    "a method": "context.step(Shop().charge)",
    "a partial": "context.step(partial(body, 3))",
    "a decorated step": "context.step(later(3))",
    "a submitter": "context.wait_for_callback(body)",
    "a decorated submitter": "context.wait_for_callback(send('x'))",
    "a check": "context.wait_for_condition(body, config=None)",
    "what a helper makes": "context.step(make())",
}


@pytest.mark.parametrize("text", STEPS.values(), ids=STEPS.keys())
def test_what_only_runs_in_a_step_may_do_what_it_likes(text: str) -> None:
    head = """
        def body(*rest):
            return requests.get("https://shop.example").text, time.time()

        def make():
            return lambda step: body(step)

        @durable_step
        def later(step, amount):
            return body(step)

        @durable_wait_for_callback
        def send(callback_id, step, address):
            return body(step)

        class Shop:
            def charge(self, step):
                return body(step)
    """
    assert told(handler(text, head=head)) == []


def test_a_function_that_is_called_both_ways_is_looked_at() -> None:
    head = "def stamp(*_):\n    return time.time()\n"
    assert told(handler("stamp()\ncontext.step(stamp)", head=head)) == ["ES001"]


def test_an_operation_behind_two_calls_is_found_inside_a_step() -> None:
    head = "def pack(room):\n    return inner(room)\n\ndef inner(room):\n    room.wait(1)\n"
    assert told(handler("context.step(lambda _: pack(context))", head=head)) == ["ES101"]


def test_the_official_sdk_is_understood() -> None:
    source = """
import time
import aws_durable_execution_sdk_python as sdk
from aws_durable_execution_sdk_python.config import Duration

@sdk.durable_execution
def order(event, context):
    context.wait(Duration.from_seconds(0))
    context.step(lambda _: context.wait(Duration.from_seconds(5)))
    return time.time()

def helper(context: sdk.DurableContext):
    time.sleep(1)
"""
    assert told(source) == ["ES404", "ES101", "ES001", "ES005"]


@pytest.mark.parametrize(
    "annotation",
    [
        "DurableContext",
        "'DurableContext'",
        "DurableContext | None",
        "Optional[DurableContext]",
        "Union[None, DurableContext]",
        "e.DurableContext",
        "Room",
    ],
)
def test_an_annotation_makes_a_context_in_every_spelling(annotation: str) -> None:
    head = "import time, everstep as e\nfrom typing import Optional, TypeAlias, Union\n"
    alias = "from everstep import DurableContext\n\nLoop = Loop | None\nRoom: TypeAlias = DurableContext | Loop\n"
    assert told(f"{head}{alias}\ndef helper(room: {annotation}):\n    room.wait(1)\n    time.time()\n") == ["ES001"]


def test_a_saga_undoes_in_steps() -> None:
    body = """
        with context.saga() as saga:
            saga.compensate(undo, 3)
            saga.cleanup(lambda step: time.time())
            return context.continue_as_new(event)
    """
    head = "def undo(step, amount):\n    requests.post('https://shop.example/undo', json=amount)\n"
    assert findings(handler(body, head=head)) == []
    assert told(handler("context.step(lambda _: context.saga())")) == ["ES101"]


def test_an_object_may_keep_the_context() -> None:
    source = """
import time
from everstep import DurableContext

class Order:
    def __init__(self, context: DurableContext):
        self.context = context

    def run(self):
        self.context.step(lambda _: self.context.wait(1))
"""
    assert told(source) == []  # nobody calls `run`, so it has no part
    assert told(f"{source}\ndef start(context: DurableContext):\n    Order(context).run()\n") == ["ES101"]


def test_the_source_of_an_sdk_is_no_durable_function() -> None:
    source = "import time\nfrom everstep import DurableContext\n\ndef f(c: DurableContext):\n    time.time()\n"
    assert told({"src/everstep/flow.py": source, "src/everstep/__init__.py": ""}, "src/everstep/flow.py") == []
    assert told({"everstep/flow.py": source}, "everstep/flow.py") == ["ES001"]


@pytest.mark.parametrize(
    "source",
    [
        "from everstep import *\n\n@durable_execution\ndef order(event, context):\n    {}\n",
        "from everstep import durable_execution as d\n\n@d(retention_days=3)\ndef order(event, context):\n    {}\n",
        "from functools import partial\nfrom everstep import durable_execution\n\n"
        "durable = partial(durable_execution, retention_days=3)\n\n@durable\ndef order(event, context):\n    {}\n",
        "from everstep import durable_execution as d\n\ndef f(event, context):\n    {}\n\norder = d(func=f)\n",
        "from everstep import durable_execution\n\norder = durable_execution(lambda event, context: [{}])\n",
        "from everstep import durable_execution\n\nclass Shop:\n    @classmethod\n    @durable_execution\n"
        "    def order(cls, event, context):\n        {}\n",
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
        "    from everstep import DurableContext\n\ndef pack(context: DurableContext):\n    {}\n",
    ],
)
def test_a_durable_function_is_known_in_every_dress(source: str) -> None:
    assert told("import time\n" + source.format("context.wait(9), time.time()")) == ["ES001"]


@pytest.mark.parametrize(
    "body",
    [
        "if (now := time.time()) > event: pass",
        "match random.random():\n    case x if x > 0.5: pass",
        "match event:\n    case {'at': at} if at < time.time(): pass",
        "return [x for x in event if random.random() > x]",
        "return sorted(event, key=lambda x: random.random())",
        "def inner():\n    return time.time()\nreturn inner()",
        "clock = time.monotonic\nreturn clock()",
    ],
)
def test_what_is_replayed_is_seen_in_every_corner_of_the_language(body: str) -> None:
    assert len(told(handler(body))) == 1


def test_an_async_comprehension_is_replayed_too() -> None:
    body = "async def lots():\n    yield 1\nreturn [x async for x in lots() if random.random() > 0.5]"
    assert told(async_handler(body)) == ["ES002"]
