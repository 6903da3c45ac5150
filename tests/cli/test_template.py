"""`everstep template`, in processes of its own: it imports the app."""

import json
from pathlib import Path
from textwrap import dedent

import pytest

from tests.scaffold.projects import run

ORDERS = """
from datetime import timedelta
from functools import wraps
from typing import Any
from everstep import DurableContext, durable_execution

def audited(function: Any) -> Any:
    @wraps(function)
    def around(event: Any, context: Any) -> Any:
        return function(event, context)
    return around

@audited
@durable_execution(execution_timeout=timedelta(days=2), retention_days=7)
def order(event: Any, context: DurableContext) -> Any:
    return context.invoke("ship:live", event, name="ship")
"""
SHIPPING = """
from everstep import DurableContext, durable_execution

@durable_execution
async def ship(event, context):
    return None
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "src" / "shop").mkdir(parents=True)
    (tmp_path / "src" / "shop" / "__init__.py").write_text("")
    (tmp_path / "src" / "shop" / "orders.py").write_text(dedent(ORDERS))
    (tmp_path / "src" / "shop" / "shipping.py").write_text(dedent(SHIPPING))
    return tmp_path


def test_a_template_is_written_checked_and_brought_up_to_date(folder: Path) -> None:
    written = run(folder, "-m", "everstep", "template", "src")
    assert (written.returncode, written.stderr.splitlines()[0]) == (0, "template.yaml written:"), written.stderr
    text = (folder / "template.yaml").read_text()
    assert "CodeUri: src/\n      Handler: shop.orders.order\n" in text
    assert "ExecutionTimeout: 172800\n        RetentionPeriodInDays: 7\n" in text
    assert "Handler: shop.shipping.ship\n      AutoPublishAlias: live\n      FunctionName: ship\n" in text
    assert "function:ship:live" in text

    checked = run(folder, "-m", "everstep", "template", "src", "--check")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "template.yaml is up to date\n")

    orders = folder / "src" / "shop" / "orders.py"
    orders.write_text(orders.read_text().replace("days=2", "days=3"))
    stale = run(folder, "-m", "everstep", "template", "src", "--check")
    assert stale.returncode == 1
    assert "-        ExecutionTimeout: 172800\n+        ExecutionTimeout: 259200\n" in stale.stdout
    assert (folder / "template.yaml").read_text() == text


def test_a_template_elsewhere_sees_the_code_from_there(folder: Path) -> None:
    (folder / "deploy").mkdir()
    done = run(folder, "-m", "everstep", "template", "src", "--output", "deploy/sam.yaml", "--json")
    told = json.loads(done.stdout)
    assert told["changes"] == ["OrderFunction is new: shop.orders.order", "ShipFunction is new: shop.shipping.ship"]
    assert "CodeUri: ../src/\n" in (folder / "deploy" / "sam.yaml").read_text()


def test_a_module_will_do_for_an_app(folder: Path) -> None:
    done = run(folder / "src", "-m", "everstep", "template", "shop.shipping")
    assert done.returncode == 0, done.stderr
    assert "CodeUri: ./\n      Handler: shop.shipping.ship\n" in (folder / "src" / "template.yaml").read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing.py"], "no file, folder or module"),
        (["src", "--output", "list.yaml"], "list.yaml cannot be updated: it is no template"),
        (["src", "--output", "no/such/folder.yaml"], "cannot write"),
        (["src/shop/orders.py:audited"], "'audited' is no durable function"),
    ],
)
def test_a_mistake_is_one_sentence(folder: Path, arguments: list[str], sentence: str) -> None:
    (folder / "list.yaml").write_text("- a\n")
    done = run(folder, "-m", "everstep", "template", *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert sentence in done.stderr
