"""The plugins of one invocation, each protected from the others, and the function from all of them."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from everstep.errors import type_name
from everstep.sdk.plugins.infos import InvocationStartInfo, PropagationInput, PropagationMetadata
from everstep.sdk.plugins.plugin import DurableInstrumentationPlugin as Plugin
from everstep.sdk.plugins.plugin import DurableInstrumentationPluginFactory as Factory

I = TypeVar("I")  # noqa: E741 - an info
T = TypeVar("T")

logger = logging.getLogger(__name__)

ORDERS_TO_STOP = (KeyboardInterrupt, SystemExit, GeneratorExit)
"""What is meant for the thread, not for the plugin: it passes. A CancelledError is the plugin's own affair, because
nobody cancels a synchronous call."""


class Audience:
    """Owns the plugins that one invocation has."""

    def __init__(self, factories: Sequence[Factory], info: InvocationStartInfo) -> None:
        self._plugins: list[Plugin] = []
        self._complained: set[tuple[int, str]] = set()
        """Whose failure in which hook is in the log already."""
        for factory in factories:
            plugin = self._protected(factory, "create_plugin", partial(factory.create_plugin, info))
            if isinstance(plugin, Plugin):
                self._plugins.append(plugin)
            elif (id(factory), "create_plugin") not in self._complained:
                logger.error("the plugin factory %s made no plugin but %r; ignored", _name(factory), plugin)

    def listens(self, hook: Callable[..., None]) -> bool:
        """Whether any plugin overrides this hook of the base class."""
        return any(getattr(type(plugin), hook.__name__, None) is not hook for plugin in self._plugins)

    def tell(self, hook: Callable[[Plugin, I], None], info: I) -> None:
        """Call the hook, given as the base class's function, of every plugin."""
        for plugin in self._plugins:
            self._protected(plugin, hook.__name__, partial(_hear, plugin, hook.__name__, info))

    def trace_id(self, info: PropagationInput) -> str | None:
        """The first value that a plugin gives; a blank one is none."""
        return next((value for value in self._trace_ids(info) if value.strip()), None)

    def log_fields(self) -> Mapping[str, object]:
        """What all plugins together have to say on a log line."""
        fields: dict[str, object] = {}
        for plugin in self._plugins:
            said = self._protected(plugin, "enrich_log_context", partial(_log_fields, plugin))
            if said is not None:
                fields.update(said)
        return fields

    def _trace_ids(self, info: PropagationInput) -> Iterator[str]:
        for plugin in self._plugins:
            found = self._protected(plugin, "provide_propagation_metadata", partial(_trace_id, plugin, info))
            if found is not None:
                yield found

    def _protected(self, owner: object, hook: str, call: Callable[[], T]) -> T | None:
        try:
            return call()
        except ORDERS_TO_STOP:
            raise
        except BaseException:
            if (id(owner), hook) not in self._complained:
                self._complained.add((id(owner), hook))
                logger.exception("the plugin %s failed in %s; ignored, now and later", _name(owner), hook)
            return None


def _hear(plugin: Plugin, hook: str, info: object) -> None:
    getattr(plugin, hook)(info)


def _trace_id(plugin: Plugin, info: PropagationInput) -> str | None:
    metadata = plugin.provide_propagation_metadata(info)
    if metadata is None:
        return None
    given: object = metadata
    if not isinstance(given, PropagationMetadata) or not isinstance(given.x_amzn_trace_id, str | None):
        raise TypeError(f"provide_propagation_metadata must return PropagationMetadata or None, got {metadata!r}")
    return metadata.x_amzn_trace_id


def _log_fields(plugin: Plugin) -> Mapping[str, object] | None:
    # Plugins of the official SDK's own base class do not have this hook.
    enrich = getattr(plugin, "enrich_log_context", None)
    return None if enrich is None else dict(enrich() or {})


def _name(owner: object) -> str:
    return type_name(owner if isinstance(owner, type) else type(owner))
