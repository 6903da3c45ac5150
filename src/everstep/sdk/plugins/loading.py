"""Which plugins a function has: those it names itself, then those that its environment names.

    DURABLE_EXECUTION_PLUGINS=otel-execution,audit

Names are entry points of the group `aws_durable_execution.plugins`, the official one; a plugin that imports the
official SDK needs its alias (`everstep.compat.aws_sdk`). Everything that can be wrong is found here, when the function
is defined, and raises PluginLoadError.
"""

import inspect
import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from typing import Any

from everstep.errors import PluginLoadError, type_name
from everstep.sdk.plugins.plugin import DurableInstrumentationPluginFactory

PLUGIN_ENTRY_POINT_GROUP = "aws_durable_execution.plugins"
PLUGIN_ENVIRONMENT_VARIABLE = "DURABLE_EXECUTION_PLUGINS"

logger = logging.getLogger(__name__)

Factory = DurableInstrumentationPluginFactory


def load_configured_plugins(
    explicit_plugins: Sequence[Factory] | None, *, environment: Mapping[str, str] | None = None
) -> list[Factory]:
    """The function's own factories, then those of the environment (default: the process's), each once.

    Raises PluginLoadError.
    """
    candidates: list[Any] = list(explicit_plugins or ())
    try:
        for index, factory in enumerate(candidates):
            _check_factory(factory, f"plugins[{index}]")
        for name, factory in _from_environment(os.environ if environment is None else environment, candidates):
            _check_factory(factory, f"the plugin {name!r}")
        _check_groups(candidates)
    except Exception:
        _tell(candidates, registered=False)
        raise
    _tell(candidates, registered=True)
    return candidates


# --------------------------------------------------------------------------- the environment's
def _from_environment(environment: Mapping[str, str], candidates: list[Any]) -> Iterator[tuple[str, Any]]:
    """Each named factory that is not among the candidates yet; it is one of them from then on."""
    names = _names(environment.get(PLUGIN_ENVIRONMENT_VARIABLE, ""))
    installed: dict[str, list[metadata.EntryPoint]] = {}
    if names:
        for entry_point in metadata.entry_points(group=PLUGIN_ENTRY_POINT_GROUP):
            installed.setdefault(entry_point.name, []).append(entry_point)
    for name in names:
        factory = _load(name, installed)
        if any(factory is known for known in candidates):
            logger.warning("the plugin %r is registered already and is not registered again", name)
            continue
        candidates.append(factory)
        yield name, factory


def _names(text: str) -> list[str]:
    if not text.strip():
        return []
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise PluginLoadError(f"{PLUGIN_ENVIRONMENT_VARIABLE} must be names with commas between them, got {text!r}")
    for name in names:
        if names.count(name) > 1:
            raise PluginLoadError(f"{PLUGIN_ENVIRONMENT_VARIABLE} names the plugin {name!r} more than once")
    return names


def _load(name: str, installed: Mapping[str, Sequence[metadata.EntryPoint]]) -> Any:
    found = installed.get(name, ())
    if not found:
        raise PluginLoadError(
            f"{PLUGIN_ENVIRONMENT_VARIABLE} names the plugin {name!r}, but no installed package offers it under the "
            f"entry-point group {PLUGIN_ENTRY_POINT_GROUP}; there are: {', '.join(sorted(installed)) or 'none'}"
        )
    if len(found) > 1:
        owners = ", ".join(_owner(entry_point) for entry_point in found)
        raise PluginLoadError(f"several packages offer a plugin {name!r}: {owners}; uninstall all but one")
    try:
        return found[0].load()
    except Exception as error:
        raise PluginLoadError(
            f"the plugin {name!r} ({found[0].value} of {_owner(found[0])}) cannot be loaded: {error}"
        ) from error


def _owner(entry_point: metadata.EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist is not None else "an unknown package"


# --------------------------------------------------------------------------- what fits
def _check_factory(candidate: object, what: str) -> None:
    if not _is_factory(candidate):
        raise PluginLoadError(
            f"{what} must be a plugin factory, an object whose create_plugin(info) makes a plugin for each "
            f"invocation, and is {_describe(candidate)}"
        )


def _is_factory(candidate: object) -> bool:
    create = getattr(candidate, "create_plugin", None)
    if not callable(create):
        return False
    if isinstance(candidate, type) and inspect.isfunction(create):
        # An instance's method, read off its class, would take the info for `self`.
        return isinstance(inspect.getattr_static(candidate, "create_plugin"), staticmethod)
    try:
        inspect.signature(create).bind(None)
    except TypeError:
        return False
    except ValueError:
        return True  # written in C: it has no signature to look at
    return True


def _describe(candidate: object) -> str:
    if isinstance(candidate, type):
        return f"the class {type_name(candidate)}; write {candidate.__qualname__}() if that makes a factory"
    if inspect.isroutine(candidate):
        return f"the function {getattr(candidate, '__qualname__', candidate)!s}"
    return f"an instance of {type_name(type(candidate))}"


def _class_of(factory: object) -> type[object]:
    return factory if isinstance(factory, type) else type(factory)


def _opted_in(kind: type[object]) -> Iterator[type[object]]:
    """The classes among its ancestors that declare the registration interface for themselves."""
    return (above for above in kind.__mro__ if vars(above).get("__durable_registration_api__") == 1)


def _check_groups(factories: Iterable[object]) -> None:
    owners: dict[str, type[object]] = {}
    for kind in map(_class_of, factories):
        groups = {getattr(above, "exclusive_group", None): None for above in _opted_in(kind)}
        for group in groups:
            if group is None:
                continue
            if not isinstance(group, str) or not group.strip():
                raise PluginLoadError(f"exclusive_group of {type_name(kind)} must be a text or None, got {group!r}")
            if group in owners:
                raise PluginLoadError(
                    f"the plugins {type_name(owners[group])} and {type_name(kind)} exclude each other (group "
                    f"{group!r}): keep one of them in plugins and {PLUGIN_ENVIRONMENT_VARIABLE}"
                )
            owners[group] = kind


def _tell(factories: Iterable[object], *, registered: bool) -> None:
    for factory in {id(factory): factory for factory in factories}.values():
        with suppress(Exception):
            told = getattr(factory, "on_registration_result", None)
            if callable(told) and any(True for _ in _opted_in(_class_of(factory))):
                _tell_one(told, registered=registered)


def _tell_one(told: Any, *, registered: bool) -> None:
    try:
        told(registered)
    except Exception:
        logger.exception("a plugin failed at the news of its registration; ignored")
