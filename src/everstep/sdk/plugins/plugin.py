"""What an author of a plugin writes: a plugin, and a factory that makes one for each invocation."""

from collections.abc import Mapping
from typing import Protocol

from everstep.sdk.plugins.infos import (
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


class DurableInstrumentationPlugin:
    """Watches one invocation. Override the hooks that you need; every hook is a plain, synchronous function.

    Hooks run where the thing they tell of happens: those of an invocation in the handler's thread, those of an
    operation in the thread (or task) that carries it out, those of a user function right around it, in its own context
    variables. Branches run beside each other, so state that hooks share needs a lock. A hook delays what it tells of,
    so long work belongs in a thread of the plugin's own, to be finished in `on_invocation_end`.

    What a hook raises is logged and otherwise ignored, except KeyboardInterrupt, SystemExit and GeneratorExit.
    """

    def provide_propagation_metadata(self, info: PropagationInput) -> PropagationMetadata | None:
        """What shall travel with a new chained invoke; the first plugin that gives a value is followed."""

    def on_invocation_start(self, info: InvocationStartInfo) -> None:
        """Before any of the author's code."""

    def on_invocation_end(self, info: InvocationEndInfo) -> None:
        """After everything else, also when the invocation is suspended or breaks off."""

    def on_operation_start(self, info: OperationStartInfo) -> None:
        """Before an operation's start is saved, and when an unfinished one is met again by a later invocation."""

    def on_operation_end(self, info: OperationEndInfo) -> None:
        """When the end is known and before the author's code hears of it; once per operation and execution.

        A context without a saved result (a virtual one, or one whose result was too large) ends anew on each replay.
        """

    def on_operation_change(self, info: OperationChangeInfo) -> None:
        """After checkpoints brought operations in a new status; one call may tell of several checkpoints."""

    def on_user_function_start(self, info: UserFunctionStartInfo) -> None:
        """Before the author's code of an operation runs: an attempt of a step, a check, the inside of a context."""

    def on_user_function_end(self, info: UserFunctionEndInfo) -> None:
        """After it; before what became of it is saved."""

    def enrich_log_context(self) -> Mapping[str, object] | None:
        """Fields for a line that the context's logger is about to write, such as the current span's id.

        The official Python SDK has no such hook, that of JavaScript has. Fields of the author's own win.
        """


class DurableInstrumentationPluginFactory(Protocol):
    """Makes a plugin for each invocation, and owns what outlives one, such as an exporter.

    A factory class that declares `__durable_registration_api__ = 1` may also declare `exclusive_group`, a text that
    only one of the registered factories may have, and `on_registration_result(registered)`, which is told whether the
    function accepted it.
    """

    def create_plugin(self, info: InvocationStartInfo, /) -> DurableInstrumentationPlugin:
        """The plugin for this invocation; an error or anything that is no plugin is logged and left out."""
        ...
