"""Real worker processes: whatever a function does to its process, its caller gets an answer."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from everstep.host.app import AppError
from tests.host.apps import REQUEST, running, write

HANG = """
    import threading
    def handler(event, context):
        print("begun")
        threading.Event().wait()
"""
ECHO = """
    import os
    def handler(event, context):
        return {"event": event, "pid": os.getpid()}
"""
GATED = """
    import os
    def handler(event, context):
        print("begun")
        if event:
            open(event).read()  # waits for whoever opens the other end
        return {"code": "old", "pid": os.getpid()}
"""


def test_a_function_gets_its_event_and_the_facts_of_its_invocation(tmp_path: Path) -> None:
    app = write(
        tmp_path,
        "app.py",
        """
        import os
        def handler(event, context):
            return [event, context.aws_request_id, context.function_name, context.invoked_function_arn,
                    context.get_remaining_time_in_millis() > 20_000, os.environ["AWS_LAMBDA_FUNCTION_NAME"]]
        """,
    )

    async def scenario() -> None:
        async with running(f"{app}:handler") as host:
            arn = f"arn:aws:lambda:{os.environ.get('AWS_REGION', 'us-east-1')}:000000000000:function:handler:$LATEST"
            assert await host.result({"é": 1}) == [{"é": 1}, REQUEST, "handler", arn, True, "handler"]

    asyncio.run(scenario())


def test_an_exception_is_an_error_with_its_type_message_and_place(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", "def handler(event, context):\n    raise KeyError('card')\n")

    async def scenario() -> None:
        async with running(f"{app}:handler") as host:
            error = (await host.call()).error
            assert error is not None
            assert (error.type, error.message) == ("KeyError", "'card'")
            assert error.stack_trace is not None
            assert [f"{app}" in frame for frame in error.stack_trace] == [True]

    asyncio.run(scenario())


def test_a_killed_worker_is_an_answer_and_the_next_call_gets_a_new_one(tmp_path: Path) -> None:
    app = write(
        tmp_path,
        "app.py",
        """
        import threading
        def handler(event, context):
            print("begun")
            return "fine" if event == "go on" else threading.Event().wait()
        """,
    )

    async def scenario() -> None:
        async with running(f"{app}:handler", workers_max=1) as host:
            calling = asyncio.create_task(host.call())
            os.kill((await host.line()).pid, signal.SIGKILL)
            error = (await calling).error
            assert error is not None
            assert error.type == "Runtime.ExitError"
            assert error.message == f"RequestId: {REQUEST} Error: Runtime exited with error: signal: killed"
            assert await host.result("go on") == "fine"

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("statement", "ending"),
    [
        ("sys.exit(3)", "Runtime exited with error: exit status 3"),
        ("sys.exit('told you')", "Runtime exited with error: exit status 1"),
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os.fork() or time.sleep(30); os._exit(4)", "Runtime exited with error: exit status 4"),
    ],
)
def test_a_function_that_ends_its_process_is_an_answer(tmp_path: Path, statement: str, ending: str) -> None:
    app = write(tmp_path, "app.py", f"import os, sys, time\ndef handler(event, context):\n    {statement}\n")

    async def scenario() -> None:
        async with running(f"{app}:handler") as host:
            error = (await asyncio.wait_for(host.call(), 10)).error
            assert error is not None
            assert (error.type, error.message) == ("Runtime.ExitError", f"RequestId: {REQUEST} Error: {ending}")

    asyncio.run(scenario())


def test_a_function_over_its_time_is_killed(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", HANG)

    async def scenario() -> None:
        async with running(f"{app}:handler", timeout_seconds=0.5) as host:
            error = (await host.call()).error
            assert error is not None
            assert (error.type, error.message) == (
                "Sandbox.Timedout",
                f"RequestId: {REQUEST} Error: Task timed out after 0.50 seconds",
            )
            with pytest.raises(ProcessLookupError):
                os.kill((await host.line()).pid, 0)

    asyncio.run(scenario())


def test_a_cancelled_call_ends_its_worker_and_frees_its_place(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", HANG)

    async def scenario() -> None:
        async with running(f"{app}:handler", workers_max=1) as host:
            first = asyncio.create_task(host.call())
            pid = (await host.line()).pid
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            second = asyncio.create_task(host.call())
            assert (await host.line()).pid != pid
            second.cancel()

    asyncio.run(scenario())


def test_what_a_function_writes_arrives_line_by_line_with_its_request(tmp_path: Path) -> None:
    app = write(
        tmp_path,
        "app.py",
        """
        import logging, sys
        def handler(event, context):
            print("one\\ntwo")
            logging.getLogger("shop").info("charged", extra={"operationId": "abc", "attempt": 2})
        """,
    )

    async def scenario() -> None:
        async with running(f"{app}:handler") as host:
            await host.result()
            lines = [await host.line() for _ in range(3)]
            assert {(line.function, line.request_id) for line in lines} == {("handler", REQUEST)}
            assert [line.text for line in lines if line.stream == "stdout"] == ["one", "two"]
            (record,) = (json.loads(line.text) for line in lines if line.stream == "stderr")
            record.pop("timestamp")
            assert record == {
                "level": "INFO",
                "message": "charged",
                "logger": "shop",
                "requestId": REQUEST,
                "operationId": "abc",
                "attempt": 2,
            }

    asyncio.run(scenario())


def test_twenty_calls_at_once_share_the_workers_that_there_may_be(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", ECHO)

    async def scenario() -> None:
        async with running(f"{app}:handler", workers_max=3) as host:
            results = await asyncio.gather(*(host.result(n) for n in range(20)))
            assert [result["event"] for result in results] == list(range(20))
            assert len({result["pid"] for result in results}) <= 3

    asyncio.run(scenario())


def test_whoever_comes_first_is_served_first(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", ECHO)

    async def scenario() -> None:
        served: list[int] = []

        async with running(f"{app}:handler", workers_max=1) as host:

            async def one(n: int) -> None:
                await host.result(n)
                served.append(n)

            await asyncio.gather(*(one(n) for n in range(10)))
        assert served == list(range(10))

    asyncio.run(scenario())


def test_an_unknown_function_is_an_answer(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", ECHO)

    async def scenario() -> None:
        async with running(f"{app}:handler") as host:
            error = (await host.pool.invoke("nobody", b"{}", REQUEST)).error
            assert error is not None
            assert error.type == "ResourceNotFoundException"

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("import nothing_like_it\n", r"No module named 'nothing_like_it' \(.*app.py:1\); install it"),
        ("def handler(:\n", r"app.py cannot be imported: .*app.py:1\)"),
        ("import os\nos._exit(0)\n", "ended its process while it was imported"),
        ("x = 1\n", "has no durable function"),
    ],
)
def test_an_app_that_cannot_be_used_says_so_at_start(tmp_path: Path, text: str, sentence: str) -> None:
    app = write(tmp_path, "app.py", text)

    async def scenario() -> None:
        with pytest.raises(AppError, match=sentence):
            async with running(app):
                pass

    asyncio.run(scenario())


def test_after_a_reload_new_calls_get_new_code_and_running_ones_end_on_the_old(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", GATED)
    gate = tmp_path / "gate"
    os.mkfifo(gate)

    async def scenario() -> None:
        async with running(f"{app}:handler") as host:
            before = asyncio.create_task(host.result(str(gate)))
            old = await host.line()
            write(tmp_path, "app.py", GATED.replace('"old"', '"brand new"'))
            await host.pool.reload()
            assert (await host.result())["code"] == "brand new"
            await asyncio.to_thread(gate.write_text, "go on")
            assert await before == {"code": "old", "pid": old.pid}
            assert (await host.result())["code"] == "brand new"

    asyncio.run(scenario())


def test_code_that_does_not_import_leaves_the_old_workers_serving(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", ECHO)

    async def scenario() -> None:
        async with running(f"{app}:handler", workers_max=3) as host:
            first = (await host.result())["pid"]
            write(tmp_path, "app.py", "def handler(:\n")
            with pytest.raises(AppError, match=r"app\.py:1"):
                await host.pool.reload()
            results = await asyncio.gather(*(host.result() for _ in range(5)))
            assert {result["pid"] for result in results} == {first}

    asyncio.run(scenario())


def test_closing_ends_every_process_and_answers_whoever_still_waits(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", HANG)

    async def scenario() -> None:
        async with running(f"{app}:handler", workers_max=1) as host:
            served = asyncio.create_task(host.call())
            waiting = asyncio.create_task(host.call())
            pid = (await host.line()).pid
            await host.pool.close(grace_seconds=0)
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
            errors = [answer.error for answer in await asyncio.gather(served, waiting)]
            assert [error and error.type for error in errors] == ["Runtime.ExitError", "Service.Unreachable"]

    asyncio.run(scenario())


def test_a_running_call_may_end_within_the_grace(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", GATED)
    gate = tmp_path / "gate"
    os.mkfifo(gate)

    async def scenario() -> None:
        async with running(f"{app}:handler") as host:
            call = asyncio.create_task(host.result(str(gate)))
            await host.line()
            closing = asyncio.create_task(host.pool.close(grace_seconds=20))
            await asyncio.to_thread(gate.write_text, "go on")
            assert (await call)["code"] == "old"
            await asyncio.wait_for(closing, 10)

    asyncio.run(scenario())


def test_a_worker_does_not_outlive_the_program_that_started_it(tmp_path: Path) -> None:
    app = write(
        tmp_path,
        "app.py",
        """
        import threading
        def handler(event, context):
            fifo = open(event, "w")
            fifo.write("begun\\n")
            fifo.flush()
            threading.Event().wait()
        """,
    )
    program = write(
        tmp_path,
        "program.py",
        f"""
        import asyncio, json, sys
        from everstep.host.pool import WorkerPool
        async def main():
            pool = WorkerPool("{app}:handler", environment={{}}, on_log=print)
            await pool.start()
            await pool.invoke("handler", json.dumps("{tmp_path}/life").encode(), "r")
        asyncio.run(main())
        """,
    )
    os.mkfifo(tmp_path / "life")

    async def scenario() -> None:
        parent = await asyncio.create_subprocess_exec(sys.executable, str(program))
        life = await asyncio.to_thread(open, tmp_path / "life")
        assert await asyncio.to_thread(life.readline) == "begun\n"
        parent.kill()
        await parent.wait()
        # The other end is the worker's: this read ends when the worker does.
        assert await asyncio.wait_for(asyncio.to_thread(life.read), 20) == ""
        life.close()

    asyncio.run(scenario())
