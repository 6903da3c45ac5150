"""Which plugins a function gets, and what is refused when it is defined."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from everstep import PluginLoadError, durable_execution
from everstep.sdk.plugins import DurableInstrumentationPlugin, InvocationStartInfo, load_configured_plugins
from everstep.sdk.plugins.loading import PLUGIN_ENVIRONMENT_VARIABLE as VARIABLE
from everstep.testing import DurableFunctionTestRunner
from tests.sdk.plugins.recording import Recording

Install = Callable[..., None]

MODULE = """
from tests.sdk.plugins.recording import Recording
factory = Recording()
not_a_factory = 17
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package whose entry points are these lines."""

    def install(package: str, *lines: str) -> None:
        folder = tmp_path / f"{package}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text("\n".join(["[aws_durable_execution.plugins]", *lines]))
        (tmp_path / "installed_plugins.py").write_text(MODULE)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "installed_plugins", raising=False)

    return install


class Exclusive(Recording):
    """Only one of its kind may be registered; it remembers whether it was."""

    __durable_registration_api__ = 1
    exclusive_group = "traces"

    def __init__(self) -> None:
        super().__init__()
        self.results: list[bool] = []

    def on_registration_result(self, registered: bool) -> None:
        self.results.append(registered)


class ByClass:
    """A factory that needs no instance."""

    @classmethod
    def create_plugin(cls, info: InvocationStartInfo) -> DurableInstrumentationPlugin:
        return DurableInstrumentationPlugin()


def test_named_plugins_come_after_the_functions_own(install: Install) -> None:
    install("acme", "audit = installed_plugins:factory")
    own = Recording()
    found = load_configured_plugins([own], environment={VARIABLE: " audit "})
    assert found[0] is own
    assert type(found[1]).__name__ == "Recording"


def test_a_function_is_watched_by_the_plugins_that_the_environment_names(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("acme", "audit = installed_plugins:factory")
    monkeypatch.setenv(VARIABLE, "audit")

    @durable_execution
    def handler(event: Any, context: Any) -> str:
        return "done"

    with DurableFunctionTestRunner(handler) as runner:
        runner.run()
    (factory,) = load_configured_plugins(None)
    assert isinstance(factory, Recording)
    assert factory.hooks() == ["invocation-start", "invocation-end"]


def test_a_plugin_that_is_registered_already_is_not_registered_again(
    install: Install, caplog: pytest.LogCaptureFixture
) -> None:
    install("acme", "audit = installed_plugins:factory")
    (factory,) = load_configured_plugins(None, environment={VARIABLE: "audit"})
    assert load_configured_plugins([factory], environment={VARIABLE: "audit"}) == [factory]
    assert "registered already" in caplog.text


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ("audit,,other", "names with commas between them"),
        ("audit,audit", "more than once"),
        ("nobody", "there are: audit, broken, (.*, )?number"),
        ("broken", r"broken' .* cannot be loaded"),
        ("number", "the plugin 'number' must be a plugin factory"),
    ],
)
def test_names_that_lead_nowhere_are_refused(install: Install, names: str, sentence: str) -> None:
    install(
        "acme",
        "audit = installed_plugins:factory",
        "broken = installed_plugins:missing",
        "number = installed_plugins:not_a_factory",
    )
    with pytest.raises(PluginLoadError, match=sentence):
        load_configured_plugins(None, environment={VARIABLE: names})


def test_a_name_that_two_packages_offer_is_refused(install: Install) -> None:
    install("acme", "audit = installed_plugins:factory")
    install("globex", "audit = installed_plugins:factory")
    with pytest.raises(PluginLoadError, match=r"several packages offer a plugin 'audit': \w+, \w+"):
        load_configured_plugins(None, environment={VARIABLE: "audit"})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (DurableInstrumentationPlugin(), r"plugins\[0\] must be a plugin factory.*an instance of"),
        (DurableInstrumentationPlugin, "the class .*DurableInstrumentationPlugin"),
        (Recording, r"write Recording\(\)"),
        (lambda info: DurableInstrumentationPlugin(), "the function"),
    ],
)
def test_what_is_no_factory_is_refused_when_the_function_is_defined(given: Any, sentence: str) -> None:
    with pytest.raises(PluginLoadError, match=sentence):
        durable_execution(plugins=[given])


def test_a_class_that_makes_plugins_itself_is_a_factory() -> None:
    assert load_configured_plugins([ByClass], environment={}) == [ByClass]


def test_two_factories_of_one_exclusive_group_are_refused_and_hear_of_it() -> None:
    first, second, alone = Exclusive(), Exclusive(), Exclusive()
    with pytest.raises(PluginLoadError, match="exclude each other"):
        load_configured_plugins([first, second], environment={})
    load_configured_plugins([alone], environment={})
    assert (first.results, second.results, alone.results) == ([False], [False], [True])


@pytest.mark.parametrize("made", [None, 17])
def test_a_factory_that_makes_no_plugin_is_left_out_with_a_line_in_the_log(
    made: object, caplog: pytest.LogCaptureFixture
) -> None:
    class Careless:
        def create_plugin(self, info: InvocationStartInfo) -> Any:
            return made

    @durable_execution(plugins=[Careless(), healthy := Recording()])
    def handler(event: Any, context: Any) -> str:
        return "done"

    with DurableFunctionTestRunner(handler) as runner, caplog.at_level(logging.ERROR):
        assert runner.run().value == "done"
    assert "Careless made no plugin" in caplog.text
    assert healthy.hooks() == ["invocation-start", "invocation-end"]


def test_without_plugins_nothing_of_them_is_loaded() -> None:
    from tests.sdk.drive.test_import_cost import loaded_by

    program = "import everstep; everstep.durable_execution(lambda event, context: 1)"
    assert [module for module in loaded_by(program) if module.startswith("everstep.sdk.plugins")] == []
