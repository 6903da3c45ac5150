"""What the README shows is what there is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)


def test_its_function_is_the_example() -> None:
    docstring, _, code = (ROOT / "examples" / "hello.py").read_text().partition("\n\n")
    assert docstring.startswith('"""')
    assert blocks("python")[0] == code


def test_its_test_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "examples")
    [test] = [block for block in blocks("python") if "def test_" in block]
    names: dict[str, object] = {}
    exec(test, names)
    [run] = [value for name, value in names.items() if name.startswith("test_")]
    assert callable(run)
    run()
