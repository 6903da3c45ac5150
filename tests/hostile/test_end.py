"""How the real command ends, and over TLS: SIGTERM lets what runs end, within its time."""

import asyncio
import json
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path

import pytest

from tests.hostile.served import ECHO, Answer, ask

APP = """
from everstep import durable_execution


def work(seconds):
    import time
    time.sleep(seconds)
    return seconds


@durable_execution
def worker(event, context):
    print("at work", flush=True)
    return context.step(lambda _: work(event), name="work")
"""
WORKER = ECHO.replace("echo", "worker")


@asynccontextmanager
async def dev(folder: Path, *options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """`everstep dev` with one function: the process, and its port."""
    (folder / "app.py").write_text(APP)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "everstep", "dev", "app.py", "--port", "0", "--store", f"sqlite:///{folder}/store.db"),
        *("--no-reload", "--json", "--log-format", "json", *options),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process, int(json.loads(await line_with(process, "listening"))["endpoint"].rpartition(":")[2])
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def line_with(process: asyncio.subprocess.Process, words: str) -> str:
    """The next line of output that holds these words."""
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while words not in (line := (await process.stdout.readline()).decode()):
            assert line, "the process has ended"
    return line


async def terminated(folder: Path, work_seconds: float, options: Sequence[str]) -> tuple[Answer, str]:
    """What the caller got, and what the command said, when SIGTERM came in the middle of its work."""
    async with dev(folder, *options) as (process, port):
        calling = asyncio.create_task(ask(port, "POST", WORKER, str(work_seconds).encode()))
        await line_with(process, "at work")
        process.send_signal(signal.SIGTERM)
        _, said = await asyncio.wait_for(process.communicate(), 60)
        return await calling, said.decode()


def test_what_runs_ends_and_is_answered_before_the_service_stops(tmp_path: Path) -> None:
    answer, said = asyncio.run(terminated(tmp_path, 0.5, ["--drain-seconds", "30"]))
    assert (answer.status, answer.body) == (200, b"0.5")
    assert "stopping: 1 running, waiting up to 30 s" in said
    assert "stopping: 1 ended" in said


def test_what_takes_too_long_is_left_for_the_next_start(tmp_path: Path) -> None:
    answer, said = asyncio.run(terminated(tmp_path, 30, ["--drain-seconds", "0.2"]))
    assert answer.status in (0, 500)
    assert "stopping: 0 ended in 0.2 s, 1 go on at the next start" in said


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_the_service_answers_https_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    files = {"--tls-key": str(tmp_path / "key.pem"), "--tls-cert": str(tmp_path / "cert.pem")}
    wanted = ("-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run(
        ["openssl", "req", "-x509", *wanted, "-keyout", files["--tls-key"], "-out", files["--tls-cert"]],
        check=True,
        capture_output=True,
    )
    trusting = ssl.create_default_context(cafile=files["--tls-cert"])

    async def talk() -> bytes:
        async with dev(tmp_path, *chain.from_iterable(files.items())) as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
            writer.write(b"GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = await reader.read()
            writer.close()
            return answer

    assert asyncio.run(talk()).startswith(b"HTTP/1.1 200 ")
