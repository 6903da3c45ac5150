"""What may be written on the command line, and how a mistake is answered."""

from pathlib import Path

import pytest

from everstep.cli import options
from everstep.cli.failure import Failure


def test_a_payload_is_json_text_as_it_was_written() -> None:
    assert options.payload('{"a":  1}') == '{"a":  1}'


def test_a_payload_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text('{"name": "Jürgen"}', encoding="utf-8")
    assert options.payload(f"@{file}") == '{"name": "Jürgen"}'


@pytest.mark.parametrize("text", ["", "{order: 1}", "NaN", "[1,", "@/no/such/file"])
def test_what_is_no_payload_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(Failure) as refused:
        options.payload(text)
    assert "\n" not in refused.value.message
    assert "JSON" in refused.value.message or "cannot read /no/such/file" in refused.value.message


@pytest.mark.parametrize(
    ("text", "store"),
    [
        ("memory:", "memory:"),
        ("sqlite:///a.db", "sqlite:///a.db"),
        ("sqlite:////var/a.db", "sqlite:////var/a.db"),
        ("a.db", "sqlite:///a.db"),
    ],
)
def test_a_store_is_memory_or_a_file(text: str, store: str) -> None:
    assert options.store(text) == store


@pytest.mark.parametrize("text", ["", "sqlite:///", "postgres://x/y", "."])
def test_what_is_no_store_is_refused(text: str) -> None:
    with pytest.raises(Failure):
        options.store(text)


@pytest.mark.parametrize(
    "text", ["", "localhost:9014", "ftp://x", "http://", "http://x:y", "http://x:99999", "http://[x"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="no address"):
        options.url(text)


def test_an_address_loses_its_last_slash() -> None:
    assert options.url("http://localhost:9014/") == "http://localhost:9014"


def test_function_configurations_come_as_text_or_from_a_file(tmp_path: Path) -> None:
    text = '{"orders": {"DurableConfig": {"ExecutionTimeout": 60}}, "plain": {}}'
    file = tmp_path / "functions.json"
    file.write_text(text)
    assert options.function_configs(text) == options.function_configs(f"file://{file}")
    assert sorted(options.function_configs(text).configs) == ["orders", "plain"]


@pytest.mark.parametrize("text", ["", "[]", '{"orders": 1}', "file:///no/such/file"])
def test_what_are_no_function_configurations_is_refused(text: str) -> None:
    with pytest.raises(Failure):
        options.function_configs(text)


@pytest.mark.parametrize("text", ["", "a b", "x" * 65, "a/b"])
def test_what_is_no_execution_name_is_refused(text: str) -> None:
    with pytest.raises(Failure):
        options.execution_name(text)
