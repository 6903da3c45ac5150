"""What an author's call becomes: it takes its place, and its script is ready to be carried out.

One function per operation, shared by both kinds of context. Whatever is wrong with the arguments is raised here, at
the call, before anything is saved.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from everstep.core.model import CallbackId, CallbackOptions, ErrorObject, InvokeOptions, Kind, Operation, SubType
from everstep.errors import (
    CallbackError,
    CallbackExternalError,
    CallbackSubmitterError,
    CallbackTimeoutError,
    ChildContextError,
    DurableOperationError,
    StepError,
    ValidationError,
    type_name,
)
from everstep.sdk.config import (
    CallbackConfig,
    ChildConfig,
    Durability,
    InvokeConfig,
    StepConfig,
    StepSemantics,
    WaitForCallbackConfig,
)
from everstep.sdk.decorators import is_async, name_of
from everstep.sdk.delays import DurationLike, to_seconds
from everstep.sdk.replay.callback import CallbackCall, CallbackResultCall
from everstep.sdk.replay.callback import callback_result as callback_result_script
from everstep.sdk.replay.callback import create_callback as create_callback_script
from everstep.sdk.replay.condition import ConditionCall
from everstep.sdk.replay.condition import wait_for_condition as condition_script
from everstep.sdk.replay.context import ContextCall, entering
from everstep.sdk.replay.context import context as context_script
from everstep.sdk.replay.failures import raise_failure
from everstep.sdk.replay.invoke import InvokeCall
from everstep.sdk.replay.invoke import invoke as invoke_script
from everstep.sdk.replay.journal import Identity
from everstep.sdk.replay.requests import Script
from everstep.sdk.replay.step import StepCall
from everstep.sdk.replay.step import step as step_script
from everstep.sdk.replay.wait import WaitCall
from everstep.sdk.replay.wait import wait as wait_script
from everstep.sdk.retries import RetryPresets, RetryStrategy
from everstep.sdk.scope import Scope
from everstep.sdk.serdes import JsonSerDes, PassThroughSerDes
from everstep.sdk.types import StepContext, WaitForCallbackContext, WaitForConditionCheckContext
from everstep.sdk.waits import WaitForConditionConfig

T = TypeVar("T")
Enter = Callable[[Scope], Any]
"""Makes the context that an author's function is handed, from its scope."""

_STEP = StepConfig()
_CHILD: ChildConfig[Any] = ChildConfig()
_CALLBACK = CallbackConfig()
_WAIT_FOR_CALLBACK = WaitForCallbackConfig()
_INVOKE: InvokeConfig[Any, Any] = InvokeConfig()
_PLAIN: PassThroughSerDes[Any] = PassThroughSerDes()
_JSON: JsonSerDes[Any] = JsonSerDes()


def step(scope: Scope, func: Callable[[StepContext], Any], name: str | None, config: StepConfig | None) -> Script[Any]:
    _need_function(func, "step")
    config = config or _STEP
    identity = scope.identify(Kind.STEP, config.sub_type or SubType.STEP, name or name_of(func))
    return step_script(_step_call(scope, identity, func, config), scope.journal)


def _step_call(
    scope: Scope,
    identity: Identity,
    func: Callable[[StepContext], Any],
    config: StepConfig,
    *,
    is_async_body: bool | None = None,
) -> StepCall[Any]:
    def body(attempt: int) -> object:
        logger = scope.body_logger(identity, attempt)
        context = StepContext(logger=logger, attempt=attempt, cancelled=scope.settings.is_cancelled)
        return scope.body(identity, attempt, partial(func, context))

    serdes = scope.serializer(config.serdes, func)
    return StepCall(
        identity=identity,
        body=body,
        encode=scope.encoder(serdes, identity.id),
        decode=scope.decoder(serdes, identity.id),
        retry_delay=_retry_delay(config.retry_strategy),
        at_most_once=config.step_semantics is StepSemantics.AT_MOST_ONCE_PER_RETRY,
        is_async=is_async(func) if is_async_body is None else is_async_body,
        seconds_max=config.timeout_seconds,
        is_relaxed=config.durability == Durability.RELAXED,
    )


def wait(scope: Scope, duration: DurationLike, name: str | None) -> Script[None]:
    seconds = to_seconds(duration, "duration")
    if seconds < 1:
        raise ValidationError("duration must be at least 1 second: the service keeps time in whole seconds")
    return wait_script(WaitCall(identity=scope.identify(Kind.WAIT, SubType.WAIT, name), seconds=seconds), scope.journal)


def alarm(scope: Scope, seconds: int) -> tuple[Identity, Script[None]]:
    """A timer that the author's code asked its event loop for."""
    identity = scope.alarm()
    return identity, wait_script(WaitCall(identity=identity, seconds=seconds), scope.journal)


def run_in_child_context(
    scope: Scope, enter: Enter, func: Callable[[Any], Any], name: str | None, config: ChildConfig[Any] | None
) -> Script[Any]:
    _need_function(func, "run_in_child_context")
    config = config or _CHILD
    sub_type = config.sub_type or SubType.RUN_IN_CHILD_CONTEXT
    since = scope.now()
    identity = scope.identify(Kind.CONTEXT, sub_type, name or name_of(func))

    def body() -> object:
        inside = scope.inner(identity, is_recorded=not config.is_virtual, since=since)
        if config.is_virtual:
            scope.follow(identity, inside)
        return func(enter(inside))

    serdes = scope.serializer(config.serdes, func)
    call: ContextCall[Any] = ContextCall(
        identity=identity,
        inside=scope.inside(identity, entering(body), is_recorded=not config.is_virtual),
        encode=scope.encoder(serdes, identity.id),
        decode=scope.decoder(serdes, identity.id),
        fail=_failing(config.error_mapper),
        summarize=config.summary_generator,
        is_virtual=config.is_virtual,
    )
    return context_script(call, scope.journal)


def _failing(mapper: Callable[[DurableOperationError], Exception] | None) -> Callable[[ErrorObject | None], None]:
    def fail(error: ErrorObject | None) -> None:
        if mapper is None:
            raise_failure(error, ChildContextError)
        try:
            raise_failure(error, ChildContextError)
        except DurableOperationError as failure:
            raise mapper(failure) from failure

    return fail


# --------------------------------------------------------------------------- callbacks
def create_callback(
    scope: Scope, name: str | None, config: CallbackConfig | None
) -> tuple[Identity, Script[CallbackId]]:
    config = config or _CALLBACK
    identity = scope.identify(Kind.CALLBACK, config.sub_type or SubType.CALLBACK, name)
    options = CallbackOptions(
        timeout_seconds=config.timeout_seconds, heartbeat_timeout_seconds=config.heartbeat_timeout_seconds
    )
    return identity, create_callback_script(CallbackCall(identity=identity, options=options), scope.journal)


def callback_result(scope: Scope, identity: Identity, config: CallbackConfig | None) -> Script[Any]:
    serdes = config.serdes if config is not None and config.serdes is not None else _PLAIN
    decode = scope.decoder(serdes, identity.id)
    return callback_result_script(CallbackResultCall(operation_id=identity.id, decode=decode), scope.journal)


def wait_for_callback(
    scope: Scope, submitter: Callable[..., Any], name: str | None, config: WaitForCallbackConfig | None
) -> Script[Any]:
    _need_function(submitter, "wait_for_callback")
    settings = config or _WAIT_FOR_CALLBACK
    identity = scope.identify(Kind.CONTEXT, SubType.WAIT_FOR_CALLBACK, name or name_of(submitter))
    prefix = f"{identity.name} " if identity.name else ""

    def inside(record: Operation | None) -> Script[Any]:
        room = scope.room_of_ours(identity)
        callback, creation = create_callback(room, f"{prefix}create callback id", settings)
        callback_id = yield from creation

        def submit(context: StepContext) -> Any:
            return submitter(callback_id, WaitForCallbackContext(logger=context.logger))

        submission = room.identify(Kind.STEP, SubType.STEP, f"{prefix}submitter")
        step_config = StepConfig(retry_strategy=settings.retry_strategy, serdes=settings.serdes)
        call = _step_call(room, submission, submit, step_config, is_async_body=is_async(submitter))
        yield from step_script(call, scope.journal)
        return (yield from callback_result(room, callback, settings))

    call: ContextCall[Any] = ContextCall(
        identity=identity,
        inside=scope.inside(identity, inside),
        encode=scope.encoder(None, identity.id),
        decode=scope.decoder(None, identity.id),
        fail=_fail_as_callback,
    )
    return context_script(call, scope.journal)


_CALLBACK_FAILURES: dict[str, type[CallbackError]] = {
    StepError.__name__: CallbackSubmitterError,
    CallbackExternalError.__name__: CallbackExternalError,
    CallbackTimeoutError.__name__: CallbackTimeoutError,
}


def _fail_as_callback(error: ErrorObject | None) -> None:
    """The failed context stands for its callback or its submitter: raise what that one raised."""
    cause = (error.type or "").rpartition(".")[2] if error is not None else ""
    raise_failure(error, _CALLBACK_FAILURES.get(cause, CallbackError))


# --------------------------------------------------------------------------- invoke, wait for condition
def invoke(
    scope: Scope, function_name: str, payload: object, name: str | None, config: InvokeConfig[Any, Any] | None
) -> Script[Any]:
    if not function_name or not isinstance(function_name, str):
        raise ValidationError(f"function_name must name a function, got {function_name!r}")
    config = config or _INVOKE
    identity = scope.identify(Kind.CHAINED_INVOKE, SubType.CHAINED_INVOKE, name)
    encode = scope.encoder(config.serdes_payload or _JSON, identity.id)
    call: InvokeCall[Any] = InvokeCall(
        identity=identity,
        options=InvokeOptions(
            function_name=function_name,
            tenant_id=config.tenant_id,
            trace_id=scope.trace_id(identity, function_name),
        ),
        encode=lambda: encode(payload),
        decode=scope.decoder(config.serdes_result or _JSON, identity.id),
    )
    return invoke_script(call, scope.journal)


def wait_for_condition(
    scope: Scope, check: Callable[..., Any], config: WaitForConditionConfig[Any] | None, name: str | None
) -> Script[Any]:
    _need_function(check, "wait_for_condition")
    if not isinstance(config, WaitForConditionConfig):
        raise ValidationError("wait_for_condition needs a wait_strategy and an initial_state, as keywords or a config")
    identity = scope.identify(Kind.STEP, SubType.WAIT_FOR_CONDITION, name)

    def poll(state: Any, attempt: int) -> object:
        logger = scope.body_logger(identity, attempt)
        context = WaitForConditionCheckContext(logger=logger, attempt=attempt)
        return scope.body(identity, attempt, partial(check, state, context))

    def next_delay(state: Any, attempt: int) -> int | None:
        decision = config.wait_strategy(state, attempt)
        return decision.delay_seconds if decision.should_continue else None

    serdes = scope.serializer(config.serdes, check)
    call: ConditionCall[Any] = ConditionCall(
        identity=identity,
        check=poll,
        initial_state=config.initial_state,
        next_delay=next_delay,
        encode=scope.encoder(serdes, identity.id),
        decode=scope.decoder(serdes, identity.id),
        is_async=is_async(check),
    )
    return condition_script(call, scope.journal)


def _retry_delay(strategy: RetryStrategy | None) -> Callable[[Exception, int], int | None]:
    def delay(error: Exception, attempts: int) -> int | None:
        decision = (strategy or RetryPresets.default())(error, attempts)
        return decision.delay_seconds if decision.should_retry else None

    return delay


def _need_function(func: object, operation: str) -> None:
    if not callable(func):
        raise ValidationError(f"context.{operation} takes a function, got {type_name(type(func))}: write f, not f()")
