"""Runs durable functions to their end, in no time.

with DurableFunctionTestRunner(handler, callbacks={"approval": {"approved": True}}) as runner:
    result = runner.run({"order": 17})
assert result.status is InvocationStatus.SUCCEEDED
print(result.timeline())

Names and meanings are those of the official testing package, and more. What differs: `run` takes a value, not JSON
text, and nothing runs in the background; the world goes on while a test waits for something (`run`, `wait_for_result`,
`wait_for_callback`, `advance`).
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack

from everstep.core.events import Event
from everstep.core.limits import LIMITS, Limits
from everstep.core.machine.commands import CallbackFailure, CallbackHeartbeat, CallbackSuccess, Pause, Resume
from everstep.core.model import Arn, ErrorObject, Operation
from everstep.core.refusal import Code, Refused
from everstep.core.wire.text import as_payload, dump
from everstep.sdk.delays import DurationLike, to_seconds
from everstep.sdk.handler import DurableFunction, durable_execution
from everstep.service.ports import Store
from everstep.testing.errors import DurableFunctionsTestError
from everstep.testing.functions import Target, durable
from everstep.testing.naming import check_names
from everstep.testing.operations import as_tree
from everstep.testing.plan import Plan, as_error_object, check_known
from everstep.testing.result import DurableFunctionTestResult
from everstep.testing.virtual import seeded
from everstep.testing.world import World

WAIT_SECONDS = 60.0
"""How long a test with real time waits for something."""


class RunnerOptions(TypedDict, total=False):
    """What a runner can be told; all of it has a default."""

    execution_timeout: DurationLike
    """How long an execution may take, in the time of the test. By default as long as it wants, and a test that waits
    for what nobody brings is told so (StuckError)."""
    skip_time: bool
    """False: waits take as long as they say. Default: time is virtual."""
    callbacks: Mapping[str, Any]
    """Answers to callbacks by name; see `everstep.testing.answers`."""
    steps: Mapping[str, Any]
    """Stand-ins for the bodies of steps by name; see `everstep.testing.stand_ins`."""
    seed: int
    """Another seed makes other ids, other jitter and other draws of `context.random()`. Default: 0."""
    limits: Limits
    """Other quotas than those of AWS Lambda."""
    invocation_timeout: int
    """What handlers are told about their time, in seconds; nothing is killed for being slow. Default: 900."""
    region: str
    """Where ARNs say that it happens. Default: us-east-1."""
    account_id: str
    """Whose ARNs say that it happens. Default: 000000000000."""
    max_invocation_page_bytes: int
    """How large the part of the state is that an invocation is given at once; it reads the rest page by page, with one
    operation at least on each. Default: 5 MiB, as AWS Lambda does."""
    store: Store
    """Where executions are kept: a store that never waits, as `everstep.service.stores.memory.MemoryStore`. Runners
    that share one need different seeds, because those make the ids. Default: a store in memory of the runner's own."""
    allow_unused: bool
    """True: names in `callbacks` and `steps` that nothing bears are no error. Default: when an execution succeeded
    without one of them, the test is told so, with the names that did occur."""
    poll_interval: float
    """Nothing is polled here; taken because the official runner has it."""


class Wishes(TypedDict, total=False):
    """What one execution can be told."""

    execution_timeout: DurationLike
    timeout: DurationLike
    """The same under its older name."""
    execution_name: str
    """The same as `name`."""
    function_name: str
    """Run the function under another name."""
    tenant_id: str
    account_id: str
    """As the option of the runner; one runner has one account."""


class DurableFunctionTestRunner:
    """A durable function, and those that it invokes, in a world of their own."""

    def __init__(self, handler: DurableFunction[Any], **options: Unpack[RunnerOptions]) -> None:
        """Raises DurableFunctionsTestError for a handler that is not durable."""
        function = durable(handler, type(self).__name__)
        self._function = function.name
        self._functions: dict[str, Target] = {function.name: function}
        self._plan = plan_of(options)
        self._made: World | None = None
        self.results: list[DurableFunctionTestResult] = []
        """Of every execution that was run to its end, oldest first."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held that would have to be let go of."""

    # ------------------------------------------------------------------ other functions
    def register_function(self, function_name: str, handler: Callable[[Any, Any], Any]) -> Self:
        """A plain function that may be invoked: `handler(payload, lambda_context)`."""
        return self._register(function_name, handler)

    def register_durable_function(
        self, function_name: str, handler: DurableFunction[Any], execution_timeout: DurationLike | None = None
    ) -> Self:
        """A durable function that may be invoked; it becomes an execution of its own."""
        if execution_timeout is not None:
            seconds = to_seconds(execution_timeout, "execution_timeout")
            self._plan = replace(self._plan, timeouts={**self._plan.timeouts, function_name: seconds})
        return self._register(function_name, durable(handler, "register_durable_function"))

    def _register(self, name: str, target: Target) -> Self:
        if self._made is not None:
            raise DurableFunctionsTestError(f"register {name!r} before the first execution is started")
        self._functions[name] = target
        return self

    def _settle_account(self, account: str) -> None:
        if account != self._plan.account:
            if self._made is not None:
                raise DurableFunctionsTestError(f"this runner's account is {self._plan.account}; make another runner")
            self._plan = replace(self._plan, account=account)

    # ------------------------------------------------------------------ running
    def run(
        self,
        input: Any = None,  # noqa: A002 - official
        name: str | None = None,
        **wishes: Unpack[Wishes],
    ) -> DurableFunctionTestResult:
        """Run an execution with this input to its end. Raises StuckError when it has none."""
        return self.wait_for_result(self.run_async(input, name, **wishes))

    async def arun(
        self,
        input: Any = None,  # noqa: A002 - as `run`
        name: str | None = None,
        **wishes: Unpack[Wishes],
    ) -> DurableFunctionTestResult:
        """`run` for a test that has an event loop, which goes on meanwhile."""
        return await asyncio.to_thread(partial(self.run, input, name, **wishes))

    def run_async(
        self,
        input: Any = None,  # noqa: A002 - official
        name: str | None = None,
        **wishes: Unpack[Wishes],
    ) -> Arn:
        """Begin an execution; it goes on while a test waits for something. Its ARN."""
        check_known(wishes, Wishes)
        function = wishes.get("function_name", self._function)
        if function not in self._functions:
            self._register(function, self._functions[self._function])
        self._settle_account(wishes.get("account_id", self._plan.account))
        timeout = wishes.get("execution_timeout", wishes.get("timeout"))
        return self.world.start(
            function,
            None if input is None else dump(input),
            name or wishes.get("execution_name"),
            timeout_seconds=None if timeout is None else to_seconds(timeout, "execution_timeout"),
            tenant_id=wishes.get("tenant_id"),
        )

    def wait_for_result(self, execution_arn: str, timeout: float = WAIT_SECONDS) -> DurableFunctionTestResult:
        """Let the world go on until the execution is closed. Raises StuckError when it never will be.

        `timeout` in seconds counts only where time is real.
        """
        arn = Arn(execution_arn)
        with seeded(self._plan.seed):
            self.world.run_until_closed(arn, seconds_max=timeout)
        result = result_of(self.world, arn)
        self.results.append(result)
        check_names(self._plan, result, self.world.operations())
        return result

    def wait_for_callback(self, execution_arn: str, name: str | None = None, timeout: float = WAIT_SECONDS) -> str:
        """Let the world go on until this callback waits for its answer. Its id.

        `name` is that of the callback or of its `wait_for_callback`; None means the newest one. Raises StuckError
        when it will never wait.
        """
        arn = Arn(execution_arn)

        def found() -> list[Operation]:
            if self.world.is_running(arn):
                return []
            waiting = self.world.open_callbacks(arn)
            return [callback for callback, outer in waiting if name in (None, callback.name, outer)]

        def is_over() -> bool:
            return bool(found()) or self.world.summary(arn).head.status.is_closed

        called = "no callback" if name is None else f"no callback {name!r}"
        with seeded(self._plan.seed):
            self.world.run_until(arn, is_over, f"{called} waits for an answer", timeout)
        callbacks = found()
        if not callbacks or callbacks[-1].callback_id is None:
            raise DurableFunctionsTestError(
                f"{called} waits for an answer: the execution is closed\n\n{result_of(self.world, arn).timeline()}"
            )
        return callbacks[-1].callback_id if name is None else callbacks[0].callback_id or ""

    def advance(self, duration: DurationLike) -> None:
        """Let so much time pass, and everything happen that happens meanwhile."""
        with seeded(self._plan.seed):
            self.world.advance(to_seconds(duration, "duration"))

    # ------------------------------------------------------------------ the world outside
    def send_callback_success(self, callback_id: str, result: Any = None) -> None:
        """Answer a callback: text and bytes as they are, every other value as JSON."""
        self._answer(callback_id, CallbackSuccess(payload=as_payload(result)))

    def send_callback_failure(self, callback_id: str, error: ErrorObject | BaseException | None = None) -> None:
        """Report a failure."""
        self._answer(callback_id, CallbackFailure(error=as_error_object(error or ErrorObject())))

    def send_callback_heartbeat(self, callback_id: str) -> None:
        """Say that somebody is still at work."""
        self._answer(callback_id, CallbackHeartbeat())

    def _answer(self, callback_id: str, answer: CallbackSuccess | CallbackFailure | CallbackHeartbeat) -> None:
        try:
            self.world.answer(callback_id, answer)
        except Refused as refused:
            what = "does not exist" if refused.code is Code.NOT_FOUND else "is closed already"
            raise DurableFunctionsTestError(f"the callback {callback_id!r} {what}: {refused.message}") from refused

    def pause_execution(self, execution_arn: str) -> None:
        """Do not invoke the function until `resume_execution`."""
        self.world.hand.run(self.world.service.submit(Arn(execution_arn), Pause()))

    def resume_execution(self, execution_arn: str) -> None:
        """Let a paused execution go on."""
        self.world.hand.run(self.world.service.submit(Arn(execution_arn), Resume()))

    def get_execution_history(self, execution_arn: str) -> tuple[Event, ...]:
        """Every event so far, oldest first; also of an execution that was invoked."""
        return self.world.history(Arn(execution_arn))

    @property
    def plan(self) -> Plan:
        """What the options say."""
        return self._plan

    @property
    def functions(self) -> Mapping[str, Target]:
        """The function under test and those that it may invoke, by name."""
        return self._functions

    @property
    def world(self) -> World:
        """Where everything happens; made when it is first needed."""
        if self._made is None:
            self._made = World(self._functions, self._plan)
        return self._made


class DurableChildContextTestRunner(DurableFunctionTestRunner):
    """A block, decorated with `@durable_with_child_context`, as if it were a function of its own."""

    def __init__(self, context_function: Callable[..., Callable[[Any], Any]], *args: Any, **kwargs: Any) -> None:
        """The arguments are the block's; the runner's own options cannot be given here, except `skip_time`."""
        options: RunnerOptions = {"skip_time": kwargs.pop("skip_time", True)}
        block = context_function(*args, **kwargs)

        @durable_execution
        def handler(event: Any, context: Any) -> Any:
            return block(context)

        super().__init__(handler, **options)


def plan_of(options: RunnerOptions) -> Plan:
    """The options as a plan. Raises TypeError for an option that there is not."""
    check_known(options, RunnerOptions)
    timeout = options.get("execution_timeout")
    limits, page_bytes = options.get("limits", LIMITS), options.get("max_invocation_page_bytes")
    return Plan(
        callbacks=options.get("callbacks", {}),
        steps=options.get("steps", {}),
        limits=limits if page_bytes is None else replace(limits, page_bytes_max=page_bytes),
        execution_timeout_seconds=None if timeout is None else to_seconds(timeout, "execution_timeout"),
        invocation_timeout_seconds=options.get("invocation_timeout", 900),
        is_real_time=not options.get("skip_time", True),
        seed=options.get("seed", 0),
        region=options.get("region", "us-east-1"),
        account=options.get("account_id", "000000000000"),
        store=options.get("store"),
        allow_unused=options.get("allow_unused", False),
    )


def result_of(world: World, arn: Arn) -> DurableFunctionTestResult:
    """How an execution stands."""
    execution = world.execution(arn)
    return DurableFunctionTestResult(
        arn=arn,
        execution_status=execution.head.status,
        result=execution.head.result,
        error=execution.head.error,
        operations=as_tree(tuple(execution.operations)),
        events=world.history(arn),
    )
