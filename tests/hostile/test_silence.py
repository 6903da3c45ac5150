"""What must not be said or reached: payloads in logs, files outside of a serializer's folder."""

import asyncio
import json
import logging
from pathlib import Path

import pytest

from everstep.errors import SerDesError
from everstep.sdk.files import FileSystemSerDes, Folder
from everstep.sdk.serdes import SerDesContext
from everstep.service.app import Settings
from everstep.service.http.access import Access
from tests.hostile.served import ECHO, EXECUTIONS, ask, send_raw, served

SECRET = "xyzzy-4111-1111"
TOKEN = "plugh-0123456789abcdef"


def test_no_level_of_logging_tells_a_payload_or_a_token(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    body = json.dumps({"card": SECRET, "ErrorMessage": SECRET, "ErrorData": SECRET, "Reason": SECRET}).encode()
    headers = {"Authorization": f"Bearer {TOKEN}"}

    async def talk() -> None:
        settings = Settings(port=0, store=f"sqlite:///{tmp_path}/store.db", access=Access(token=TOKEN))
        async with served(settings) as (app, _):
            port = app.server.port
            for function in ("echo", "broken", "plain", "plain-broken", "nobody"):
                await ask(port, "POST", ECHO.replace("echo", function), body, headers)
            event = {**headers, "X-Amz-Invocation-Type": "Event"}
            began = await ask(port, "POST", ECHO.replace("echo", "asker"), body, event)
            path = f"{EXECUTIONS}/{began.headers['x-amz-durable-execution-arn'].replace('/', '%2F')}"
            for act in ("checkpoint", "pause", "resume", "stop"):
                await ask(port, "POST", f"{path}/{act}", body, headers)
            await ask(port, "GET", f"{path}/history?IncludeExecutionData=true&Marker={SECRET}", b"", headers)
            await ask(port, "POST", "/start-durable-execution", body, headers)
            await ask(port, "POST", f"/2025-12-01/durable-execution-callbacks/YWJj/succeed?x={SECRET}", body, headers)
            await ask(port, "POST", ECHO, body + b"{", {"Authorization": "Bearer wrong"})
            await send_raw(port, b"NONSENSE " + SECRET.encode() + b"\r\n\r\n", half_close=True)

    asyncio.run(talk())
    captured = capfd.readouterr()
    everything = caplog.text + captured.out + captured.err + "".join(str(record.__dict__) for record in caplog.records)
    assert "POST" in caplog.text
    assert SECRET not in everything
    assert TOKEN not in everything


@pytest.mark.parametrize("key", ["../out", "a/../../out", "/etc/passwd", "a//b", "a/./b", "..\\out", "a\0b", "", "."])
def test_no_key_leads_out_of_a_folder(tmp_path: Path, key: str) -> None:
    folder = Folder(tmp_path / "inner")
    with pytest.raises(SerDesError):
        folder.put(key, b"x")
    with pytest.raises(SerDesError):
        folder.get(key)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("pointer", ["/etc/passwd", "{root}/../outside.json", "{root}/link/secret.json", "a\0b", ""])
def test_no_saved_path_leads_out_of_a_serializers_folder(tmp_path: Path, pointer: str) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    (elsewhere / "secret.json").write_text(f'"{SECRET}"')
    (tmp_path / "outside.json").write_text(f'"{SECRET}"')
    (root / "link").symlink_to(elsewhere)
    with pytest.raises(SerDesError):
        FileSystemSerDes[str](root).key_of(pointer.format(root=root))


@pytest.mark.parametrize("name", ["../../etc", "/etc/passwd", "..", ".", "a\0b", "é" * 400, "\ud800", "con\\nul"])
def test_whatever_operations_are_called_their_files_are_in_the_folder(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    serdes = FileSystemSerDes[str](root)
    context = SerDesContext(operation_id=name, durable_execution_arn=f"{name}/{name}")
    saved = serdes.serialize("value", context)
    assert serdes.deserialize(saved, context) == "value"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert all(path.resolve().is_relative_to(root.resolve()) for path in files)
