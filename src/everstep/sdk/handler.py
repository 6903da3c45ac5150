"""The entry of a durable function: `@durable_execution`.

    Lambda --event--> DurableFunction --Envelope--> journal, driver, context --> the author's handler
                            `<------InvocationOutput------ what became of it

A decorated function is what AWS Lambda calls (`handler(event, context) -> dict`), and what a test world or an
embedded engine invokes directly, with records instead of JSON and a client of its own.
"""

import functools
import os
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, Unpack, cast, overload

from everstep.core.messages import Envelope, InvocationOutput, InvocationStatus
from everstep.core.model import Arn, Kind, Operation
from everstep.core.records import changed, dataclass
from everstep.core.wire.envelope import NotEnvelopeError, decode_envelope, encode_output
from everstep.core.wire.text import NotJsonError, load
from everstep.errors import ExecutionError, InvocationError, SuspendExecution
from everstep.sdk.clients.port import DurableClient
from everstep.sdk.context import DurableContext
from everstep.sdk.context_async import AsyncDurableContext
from everstep.sdk.decorators import is_async_inside
from everstep.sdk.drive.calls import read_pages
from everstep.sdk.drive.platform import Threads
from everstep.sdk.drive.threads import ThreadDriver
from everstep.sdk.lifetime import Lifetime, LifetimeKeywords
from everstep.sdk.observer import Around, Observer
from everstep.sdk.replay.batching import Writer
from everstep.sdk.replay.ending import PENDING, Failed, Finished, HandlerEnd, Suspended, end, failed
from everstep.sdk.replay.failures import error_object
from everstep.sdk.replay.journal import Journal
from everstep.sdk.scope import Scope, Settings
from everstep.sdk.serdes import SerDes
from everstep.sdk.types import LambdaContext

if TYPE_CHECKING:  # whoever has no plugin loads none of it
    from everstep.sdk.plugins.plugin import DurableInstrumentationPluginFactory as PluginFactory

R = TypeVar("R")

PLUGINS_VARIABLE = "DURABLE_EXECUTION_PLUGINS"
"""Names plugins that every function of the environment shall have."""


class DurableFunction(Generic[R]):
    """A durable function: the author's handler, made callable for AWS Lambda."""

    def __init__(
        self,
        handler: Callable[..., Any],
        client: DurableClient | None = None,
        serdes: SerDes[Any] | None = None,
        plugins: "Sequence[PluginFactory]" = (),
        lifetime: Lifetime | None = None,
    ) -> None:
        functools.update_wrapper(self, handler)
        self.handler = handler
        """The author's own function."""
        self.name: str = getattr(handler, "__name__", type(handler).__name__)
        self.is_async = is_async_inside(handler)
        self.lifetime = lifetime or Lifetime()
        """What the author declares of its executions; for tools, the function itself never looks."""
        self._client = client
        self._serdes = serdes
        self._plugins = plugins

    def __repr__(self) -> str:
        return f"<durable function {self.name}>"

    def __call__(self, event: object, context: LambdaContext | None = None) -> dict[str, Any]:
        """Carry out one invocation; what AWS Lambda calls.

        Raises ExecutionError when the event is not an invocation of a durable function, InvocationError when the
        service shall invoke again.
        """
        try:
            envelope = decode_envelope(event)
        except NotEnvelopeError as error:
            if callable(event):
                name = getattr(event, "__name__", repr(event))
                raise TypeError(
                    f"The durable function {self.name} is used as a decorator of {name}. A mark of pytest takes a lone "
                    f"function for the test itself: write @pytest.mark.durable_execution(handler={self.name})"
                ) from error
            raise ExecutionError(
                "Unexpected payload: this is not an invocation of a durable function. Check that the function's "
                f"resource has durability configured (DurableConfig). {error}"
            ) from error
        return cast(dict[str, Any], encode_output(self.invoke(envelope, self._service(), context)))

    def invoke(
        self,
        envelope: Envelope,
        client: DurableClient,
        context: LambdaContext | None = None,
        *,
        around: Around | None = None,
        threads: Threads | None = None,
    ) -> InvocationOutput:
        """Carry out one invocation against this client. Raises InvocationError when it must be made again.

        `around` is for those who watch from outside, as a test world does; `threads` for those who say which of a `def`
        function's branches runs next.
        """
        try:
            # The whole state is read before any of the author's code runs.
            operations = [*envelope.operations, *read_pages(client, envelope.arn, envelope.token, envelope.next_marker)]
            event = _input(operations)
        except InvocationError as error:
            if error.is_retryable():
                raise
            return InvocationOutput(status=InvocationStatus.FAILED, error=error_object(error))
        except ExecutionError as error:
            return InvocationOutput(status=InvocationStatus.FAILED, error=error_object(error))

        def carry_out(journal: Journal, observer: Observer | None = None) -> InvocationOutput:
            run = _Run(
                handler=self.handler,
                event=event,
                arn=envelope.arn,
                writer=Writer(envelope.token, journal),
                client=client,
                context=context,
                serdes=self._serdes,
                observer=observer if around is None else around(observer),
                threads=threads,
            )
            return _run_async(run) if self.is_async else _run_sync(run)

        if not self._plugins:
            return carry_out(Journal(operations))
        from everstep.sdk.plugins.invocation import Occasion, watched

        occasion = Occasion(envelope=envelope, operations=operations, event=event, context=context)
        return watched(self._plugins, occasion, carry_out)

    def _service(self) -> DurableClient:
        if self._client is None:
            from everstep.sdk.clients.http import HttpClient  # sockets and TLS, only where they are needed

            self._client = HttpClient()
        return self._client


class Decorator(Protocol):
    """What `durable_execution(...)` with options gives back."""

    @overload
    def __call__(self, func: Callable[[Any, AsyncDurableContext], Coroutine[Any, Any, R]]) -> DurableFunction[R]: ...

    @overload
    def __call__(self, func: Callable[[Any, DurableContext], R]) -> DurableFunction[R]: ...


@overload
def durable_execution(
    func: Callable[[Any, AsyncDurableContext], Coroutine[Any, Any, R]],
) -> DurableFunction[R]: ...


@overload
def durable_execution(func: Callable[[Any, DurableContext], R]) -> DurableFunction[R]: ...


@overload
def durable_execution(
    func: None = None,
    *,
    boto3_client: Any = None,
    client: DurableClient | None = None,
    serdes: SerDes[Any] | None = None,
    plugins: "Sequence[PluginFactory] | None" = None,
    **lifetime: Unpack[LifetimeKeywords],
) -> Decorator: ...


def durable_execution(
    func: Callable[..., Any] | None = None,
    *,
    boto3_client: Any = None,
    client: DurableClient | None = None,
    serdes: SerDes[Any] | None = None,
    plugins: "Sequence[PluginFactory] | None" = None,
    **lifetime: Unpack[LifetimeKeywords],
) -> Any:
    """Make a durable function of a handler `f(event, context)`, written `def` or `async def`.

    A `def` handler gets a DurableContext, an `async def` handler an AsyncDurableContext. Progress is saved through
    `boto3_client` (a boto3 Lambda client of your own) or `client`; by default over HTTP to the service that
    `AWS_ENDPOINT_URL_LAMBDA` names, AWS Lambda itself if it names none. `serdes` serializes the results of all
    operations that have no serializer of their own. `plugins` are factories of plugins that watch the function, beside
    those that `DURABLE_EXECUTION_PLUGINS` names; raises PluginLoadError when one of them cannot be used.

    `execution_timeout` (1 second to 366 days) and `retention_days` (1 to 90) are for whoever runs the function:
    `everstep dev` and `run` keep to them, `everstep template` writes them down. Raises ValidationError when they cannot
    be right.
    """
    declared = Lifetime(**lifetime)
    if boto3_client is not None:
        from everstep.sdk.clients.boto import BotoClient

        client = BotoClient(boto3_client)
    if plugins or os.environ.get(PLUGINS_VARIABLE):
        from everstep.sdk.plugins.loading import load_configured_plugins

        plugins = load_configured_plugins(plugins)
    factories = plugins or ()
    if func is None:
        return lambda handler: DurableFunction(handler, client, serdes, factories, declared)
    return DurableFunction(func, client, serdes, factories, declared)


# --------------------------------------------------------------------------- one invocation
@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Everything that one run of the handler needs."""

    handler: Callable[..., Any]
    event: object
    arn: Arn
    writer: Writer
    client: DurableClient
    context: LambdaContext | None
    serdes: SerDes[Any] | None
    observer: Observer | None
    threads: Threads | None

    def settings(self, is_cancelled: Callable[[], bool]) -> Settings:
        return Settings(
            arn=self.arn,
            journal=self.writer.journal,
            serdes=self.serdes,
            is_cancelled=is_cancelled,
            observer=self.observer,
        )


def _input(operations: list[Operation]) -> object:
    """The caller's event; `{}` when there was none."""
    execution = next((o for o in operations if o.kind is Kind.EXECUTION), None)
    if execution is None:
        raise ExecutionError("The invocation's state has no EXECUTION operation, so its input is unknown.")
    if execution.input is None or not execution.input.strip():
        return {}
    try:
        return load(execution.input)
    except NotJsonError as error:
        raise ExecutionError(f"The execution's input is not JSON: {error}") from error


def _run_sync(run: _Run) -> InvocationOutput:
    driver = ThreadDriver(run.arn, run.client, run.writer, run.threads)
    context = DurableContext(Scope(run.settings(driver.is_cancelled)), driver, run.context)
    try:
        became: HandlerEnd
        try:
            became = Finished(run.handler(run.event, context))
        except SuspendExecution:
            became = Suspended()
        except Exception as error:
            became = Failed(error)
        driver.settle()
        if driver.failure is not None:
            became = failed(driver.failure)
        elif driver.is_suspended:
            became = Suspended()
        return _conclude(driver, became)
    finally:
        driver.close()


def _conclude(driver: ThreadDriver, became: HandlerEnd) -> InvocationOutput:
    try:
        return driver.run(end(became))
    except SuspendExecution:
        return PENDING
    except InvocationError as error:
        # The end could not be saved, as with a result over the service's limit; invoking again may be no remedy.
        return driver.run(end(Failed(error)))


def _run_async(run: _Run) -> InvocationOutput:
    # asyncio: only who writes async handlers pays for it.
    from everstep.sdk.drive import lanes
    from everstep.sdk.drive.coroutines import run_to_end
    from everstep.sdk.drive.loop import LoopDriver

    async def main() -> InvocationOutput:
        driver = LoopDriver(run.arn, run.client, run.writer)
        try:
            settings = changed(run.settings(driver.is_cancelled), lane=lanes.running)
            context = AsyncDurableContext(Scope(settings), driver, run.context)
            became = await driver.run_handler(lambda: run.handler(run.event, context))
            return await driver.conclude(became)
        finally:
            driver.close()

    return run_to_end(main())
