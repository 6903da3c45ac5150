"""Which functions an APP has, and what is said when it has none."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from everstep.host.app import AppError
from everstep.host.discovery import find_functions
from tests.host.apps import write

OURS = "from everstep.sdk.handler import durable_execution\n"


@pytest.fixture(autouse=True)
def _own_imports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Discovery imports into its process for good; here several apps share one."""
    monkeypatch.setattr(sys, "path", sys.path[:])
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def durable(*names: str) -> str:
    return OURS + "".join(f"@durable_execution\ndef {name}(event, context): ...\n" for name in names)


def test_every_durable_function_of_a_file_is_found_under_its_name(tmp_path: Path) -> None:
    app = write(tmp_path, "orders.py", durable("place", "cancel") + "def plain(event, context): ...\n")
    assert list(find_functions(str(app))) == ["place", "cancel"]


def test_a_name_behind_the_colon_takes_any_callable(tmp_path: Path) -> None:
    app = write(tmp_path, "orders_b.py", durable("place") + "def plain(event, context): return event\n")
    (plain,) = find_functions(f"{app}:plain").values()
    assert plain(7, None) == 7
    assert list(find_functions(f"{app}:place")) == ["place"]


def test_imports_beside_the_app_work(tmp_path: Path) -> None:
    write(tmp_path, "prices_of_orders.py", "TABLE = {'book': 12}\n")
    app = write(tmp_path, "orders_c.py", "from prices_of_orders import TABLE\n" + durable("place"))
    assert list(find_functions(str(app))) == ["place"]


def test_a_file_in_a_package_may_import_relatively(tmp_path: Path) -> None:
    write(tmp_path, "shop_a/__init__.py", "")
    write(tmp_path, "shop_a/prices.py", "TABLE = {}\n")
    app = write(tmp_path, "shop_a/orders.py", "from .prices import TABLE\n" + durable("place"))
    assert list(find_functions(str(app))) == ["place"]


def test_a_module_is_found_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "shop_b/orders.py", durable("place"))
    monkeypatch.chdir(tmp_path)
    assert list(find_functions("shop_b.orders")) == ["place"]


def test_a_folder_is_all_its_files_but_scripts_without_durable_functions_do_not_run(tmp_path: Path) -> None:
    write(tmp_path, "orders_d.py", durable("place"))
    write(tmp_path, "refunds_d.py", "from orders_d import place\n" + durable("refund"))
    write(tmp_path, "delete_everything.py", "raise SystemExit('this script acts when it is imported')\n")
    write(tmp_path, ".venv/lib/thing_d.py", durable("hidden"))
    assert set(find_functions(str(tmp_path))) == {"place", "refund"}


def test_two_functions_of_one_name_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "orders_e.py", durable("place"))
    write(tmp_path, "refunds_e.py", durable("place"))
    with pytest.raises(AppError, match=r"two functions named 'place', in orders_e and in refunds_e; rename"):
        find_functions(str(tmp_path))


def test_functions_of_the_official_sdk_are_found_and_its_decorator_is_not_one(tmp_path: Path) -> None:
    write(tmp_path, "aws_durable_execution_sdk_python/__init__.py", "from .execution import durable_execution\n")
    write(
        tmp_path,
        "aws_durable_execution_sdk_python/execution.py",
        """
        import functools
        def durable_execution(func):
            @functools.wraps(func)
            def wrapper(event, context): ...
            return wrapper
        """,
    )
    text = "from aws_durable_execution_sdk_python import durable_execution\n"
    app = write(tmp_path, "orders_f.py", text + "@durable_execution\ndef place(event, context): ...\n")
    assert list(find_functions(str(app))) == ["place"]


def test_a_further_decorator_does_no_harm(tmp_path: Path) -> None:
    text = "import functools\ndef traced(f):\n    return functools.wraps(f)(lambda event, context: f(event, context))\n"
    app = write(tmp_path, "orders_g.py", text + durable("place").replace("@", "@traced\n@"))
    assert list(find_functions(str(app))) == ["place"]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.py", "x = 1\n", r"a\.py has no durable function; decorate one with @durable_execution, or name"),
        ("b.py", "import sys\nsys.exit(3)\n", r"b\.py cannot be imported: SystemExit: 3 \(.*b\.py:2\)"),
        ("c.py", "def f():\n    return nowhere\nf()\n", r"NameError: name 'nowhere' .*c\.py:2\); correct it"),
        ("queue.py", "x = 1\n", r"queue\.py has the name of another module, 'queue'; rename the file"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    app = write(tmp_path, name, text)
    with pytest.raises(AppError, match=sentence) as caught:
        find_functions(str(app))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("app", ["nowhere.py", "some/where", "no.such.module_here", "", "a:b:c"])
def test_what_is_not_there_is_said_in_one_sentence(app: str) -> None:
    with pytest.raises(AppError, match=r"no file, folder or module.* give APP as"):
        find_functions(app)


def test_an_unknown_name_behind_the_colon_is_refused(tmp_path: Path) -> None:
    app = write(tmp_path, "orders_h.py", durable("place"))
    with pytest.raises(AppError, match="has no function 'plaice'"):
        find_functions(f"{app}:plaice")
