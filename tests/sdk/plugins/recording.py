"""A plugin that writes down what it is told, and one that fails at everything."""

from collections.abc import Iterator
from typing import Any

from everstep.sdk.plugins import (
    DurableInstrumentationPlugin,
    InvocationEndInfo,
    InvocationStartInfo,
    OperationChangeInfo,
    OperationEndInfo,
    OperationStartInfo,
    PropagationInput,
    PropagationMetadata,
    UserFunctionEndInfo,
    UserFunctionStartInfo,
)

Told = tuple[str, Any]


class Recording:
    """A factory; all plugins that it makes write into one list, `told`, of hooks and infos."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.made: list[InvocationStartInfo] = []

    def create_plugin(self, info: InvocationStartInfo) -> DurableInstrumentationPlugin:
        self.made.append(info)
        return _Recorder(self.told)

    def hooks(self) -> list[str]:
        return [hook for hook, _ in self.told]

    def infos(self, hook: str, name: str | None = None) -> list[Any]:
        """What this hook was told, of operations of this name."""
        return [info for told, info in self.told if told == hook and (name is None or info.name == name)]

    def lines(self) -> Iterator[str]:
        """`hook name detail`, for whoever compares whole stories."""
        for hook, info in self.told:
            match info:
                case OperationStartInfo():
                    yield f"start {info.name}{' again' if info.is_replayed else ''}"
                case OperationEndInfo():
                    yield f"end {info.name} {info.status}"
                case UserFunctionStartInfo():
                    yield f"run {info.name}"
                case UserFunctionEndInfo():
                    yield f"ran {info.name} {info.outcome}"
                case InvocationEndInfo():
                    yield f"invocation {info.status}"
                case _:
                    yield hook


class _Recorder(DurableInstrumentationPlugin):
    def __init__(self, told: list[Told]) -> None:
        self._told = told

    def on_invocation_start(self, info: InvocationStartInfo) -> None:
        self._told.append(("invocation-start", info))

    def on_invocation_end(self, info: InvocationEndInfo) -> None:
        self._told.append(("invocation-end", info))

    def on_operation_start(self, info: OperationStartInfo) -> None:
        self._told.append(("operation-start", info))

    def on_operation_end(self, info: OperationEndInfo) -> None:
        self._told.append(("operation-end", info))

    def on_user_function_start(self, info: UserFunctionStartInfo) -> None:
        self._told.append(("function-start", info))

    def on_user_function_end(self, info: UserFunctionEndInfo) -> None:
        self._told.append(("function-end", info))


class Tracing:
    """A factory of plugins that give chained invokes a trace id."""

    def __init__(self, trace_id: str | None) -> None:
        self.asked: list[PropagationInput] = []
        self._trace_id = trace_id

    def create_plugin(self, info: InvocationStartInfo) -> DurableInstrumentationPlugin:
        asked, trace_id = self.asked, self._trace_id

        class Plugin(DurableInstrumentationPlugin):
            def provide_propagation_metadata(self, info: PropagationInput) -> PropagationMetadata | None:
                asked.append(info)
                return PropagationMetadata(x_amzn_trace_id=trace_id)

        return Plugin()


class Changes:
    """A factory of plugins that keep what changed."""

    def __init__(self) -> None:
        self.told: list[OperationChangeInfo] = []

    def create_plugin(self, info: InvocationStartInfo) -> DurableInstrumentationPlugin:
        told = self.told

        class Plugin(DurableInstrumentationPlugin):
            def on_operation_change(self, info: OperationChangeInfo) -> None:
                told.append(info)

        return Plugin()


class Failing:
    """A factory of plugins whose every hook raises, after counting."""

    def __init__(self, error: BaseException) -> None:
        self.called: list[str] = []
        self._error = error

    def create_plugin(self, info: InvocationStartInfo) -> DurableInstrumentationPlugin:
        called, error = self.called, self._error

        def hook(name: str) -> Any:
            def fail(self: object, info: object) -> None:
                called.append(name)
                raise error

            return fail

        names = [name for name in vars(DurableInstrumentationPlugin) if not name.startswith("_")]
        plugin: DurableInstrumentationPlugin = type(
            "Plugin", (DurableInstrumentationPlugin,), {name: hook(name) for name in names}
        )()
        return plugin
