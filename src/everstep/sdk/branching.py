"""Maps and parallels: what an author's call becomes."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from everstep.core.model import ErrorObject, Kind, Operation, SubType
from everstep.core.records import changed, dataclass
from everstep.errors import ChildContextError, ValidationError
from everstep.sdk.asking import Enter
from everstep.sdk.config import MapConfig, NestingType, ParallelBranch, ParallelConfig
from everstep.sdk.decorators import name_of
from everstep.sdk.replay.batch import BatchResult, Completion
from everstep.sdk.replay.context import ContextCall, context, entering
from everstep.sdk.replay.failures import raise_failure
from everstep.sdk.replay.fan_out import Branch, Fan, fan_out, rebuild
from everstep.sdk.replay.journal import Identity
from everstep.sdk.replay.requests import Script
from everstep.sdk.results import batch_serializer
from everstep.sdk.scope import Scope

_MAP: MapConfig[Any] = MapConfig()
_PARALLEL = ParallelConfig()


@dataclass(frozen=True, slots=True)
class Room:
    """Where the batch is asked for."""

    scope: Scope
    enter: Enter


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What differs between a map and a parallel."""

    sub_type: str
    branch_sub_type: str
    summary: str


_MAPS = _Kind(sub_type=SubType.MAP, branch_sub_type=SubType.MAP_ITERATION, summary="MapResult")
_PARALLELS = _Kind(sub_type=SubType.PARALLEL, branch_sub_type=SubType.PARALLEL_BRANCH, summary="ParallelResult")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """The author's code of one branch."""

    run: Callable[[Any], object]
    """Takes the branch's context."""
    func: Callable[..., Any]
    """The function as the author wrote it."""
    name: str
    given_name: str | None = None
    """What a completion predicate sees."""


def map_items(
    room: Room,
    inputs: Sequence[Any],
    func: Callable[..., Any],
    name: str | None,
    config: MapConfig[Any] | None,
) -> Script[BatchResult[Any]]:
    if not callable(func):
        raise ValidationError(f"context.map takes a function (context, item, index, items), got {func!r}")
    config = config or _MAP
    items = list(inputs)
    config.completion_config.check_total(len(items))
    namer = config.item_namer
    names = [namer(item, index) for index, item in enumerate(items)] if namer is not None else None

    def body(index: int, branch: Any) -> object:
        return func(branch, items[index], index, inputs)

    bodies = [
        _Body(
            run=partial(body, index),
            func=func,
            name=names[index] if names is not None else f"map-item-{index}",
            given_name=names[index] if names is not None else None,
        )
        for index in range(len(items))
    ]
    return _batch(_MAPS, room, bodies, name or name_of(func), config)


def parallel(
    room: Room,
    functions: Sequence[Callable[..., Any] | ParallelBranch[Any]],
    name: str | None,
    config: ParallelConfig | None,
) -> Script[BatchResult[Any]]:
    config = config or _PARALLEL
    config.completion_config.check_total(len(functions))
    bodies = []
    for index, func in enumerate(functions):
        if not callable(func):
            raise ValidationError(f"branch {index} of context.parallel is not a function: {func!r}")
        given, author = (func.name, func.func) if isinstance(func, ParallelBranch) else (None, func)
        name_or_place = f"parallel-branch-{index}" if given is None else given
        bodies.append(_Body(run=func, func=author, name=name_or_place, given_name=given))
    return _batch(_PARALLELS, room, bodies, name, config)


def _batch(
    kind: _Kind,
    outside: Room,
    bodies: Sequence[_Body],
    name: str | None,
    config: MapConfig[Any] | ParallelConfig,
) -> Script[BatchResult[Any]]:
    scope, enter = outside.scope, outside.enter
    identity = scope.identify(Kind.CONTEXT, kind.sub_type, name)
    room = scope.inner(identity)
    is_recorded = config.nesting_type is NestingType.NESTED
    item_serdes = config.item_serdes or config.serdes

    def run(index: int, own: Identity) -> object:
        return bodies[index].run(enter(room.inner(own, is_recorded=is_recorded)))

    def branch(index: int) -> Script[object]:
        own = room.branch(identity, index, kind.branch_sub_type, bodies[index].name)
        serdes = room.serializer(item_serdes, bodies[index].func)
        call: ContextCall[Any] = ContextCall(
            identity=own,
            inside=room.inside(own, entering(partial(run, index, own)), is_recorded=is_recorded),
            encode=room.encoder(serdes, own.id),
            decode=room.decoder(serdes, own.id),
            fail=_fail,
            is_virtual=not is_recorded,
        )
        return context(call, scope.journal)

    def inside(record: Operation | None) -> Script[object]:
        fan = Fan(
            branches=[Branch(make=partial(branch, i), name=body.given_name) for i, body in enumerate(bodies)],
            concurrency_max=config.max_concurrency,
            completion=config.completion_config,
        )
        completion = Completion.parse(record.result) if record is not None else None
        return (yield from (fan_out(fan) if completion is None else rebuild(fan, completion)))

    call = _batch_call(kind, scope, identity, inside, config)
    if config.serdes is None and config.item_serdes is None and scope.settings.serdes is None:
        typed = batch_serializer([body.func for body in bodies])
        call = changed(call, encode=scope.encoder(typed, identity.id), decode=scope.decoder(typed, identity.id))
    return context(call, scope.journal)


def _batch_call(
    kind: _Kind,
    scope: Scope,
    identity: Identity,
    inside: Callable[[Operation | None], Script[object]],
    config: MapConfig[Any] | ParallelConfig,
) -> ContextCall[BatchResult[Any]]:
    def summarize(batch: object) -> str:
        assert isinstance(batch, BatchResult), batch
        note = str(config.summary_generator(batch)) if config.summary_generator is not None else None
        return Completion.of(batch).summary(kind.summary, batch, note)

    return ContextCall(
        identity=identity,
        inside=scope.inside(identity, inside),
        encode=scope.encoder(config.serdes, identity.id),
        decode=scope.decoder(config.serdes, identity.id),
        fail=_fail,
        summarize=summarize,
    )


def _fail(error: ErrorObject | None) -> None:
    raise_failure(error, ChildContextError)
