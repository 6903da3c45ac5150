"""A real service on a disk that fails: it says so, promises nothing that it does not have, and recovers by itself."""

import errno
import http.client
import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from demo.programs import Program, launch
from everstep.service.stores.sqlite_upkeep import check
from tests.disk.faulty import ABSENT, Control, Faulty, is_possible

pytestmark = pytest.mark.skipif(not is_possible(), reason=ABSENT)

FAULTS = {
    "a full disk": ("write_errno", errno.ENOSPC),
    "a read-only file": ("write_errno", errno.EROFS),
    "an I/O error of a write": ("write_errno", errno.EIO),
    "an I/O error of an fsync": ("sync_errno", errno.EIO),
}


@contextmanager
def a_service(disk: Path, faulty: Faulty) -> Iterator[Program]:
    command = [sys.executable, "-m", "everstep", "serve", "--port", "0", "--json", "--store", f"{disk / 'e.db'}"]
    nowhere = ["--lambda-endpoint", "http://127.0.0.1:9"]
    service = launch([*command, *nowhere], "serve", disk.parent, {"PYTHONUNBUFFERED": "1", **faulty.environment})
    try:
        yield service
    finally:
        service.kill()


def ask(service: Program, method: str, path: str, name: str = "") -> tuple[int, str, str | None]:
    """Status, error code, and the ARN that was named."""
    where = service.endpoint.removeprefix("http://")
    headers = {"X-Amz-Invocation-Type": "Event", "X-Amz-Durable-Execution-Name": name} if name else {}
    with closing(http.client.HTTPConnection(where, timeout=20)) as connection:
        connection.request(method, path, b"{}" if name else b"", headers)
        answer = connection.getresponse()
        answer.read()
        code = answer.getheader("x-amzn-ErrorType") or ""
        return answer.status, code, answer.getheader("X-Amz-Durable-Execution-Arn")


def begin(service: Program, name: str) -> tuple[int, str, str | None]:
    return ask(service, "POST", "/2015-03-31/functions/orders/invocations", name)


def listed(service: Program) -> set[str]:
    where = service.endpoint.removeprefix("http://")
    with closing(http.client.HTTPConnection(where, timeout=20)) as connection:
        connection.request("GET", "/2025-12-01/durable-executions")
        found = json.loads(connection.getresponse().read())
    return {item["DurableExecutionName"] for item in found["DurableExecutions"]}


def test_a_service_on_a_failing_disk_refuses_what_it_cannot_keep_and_goes_on_when_the_disk_does(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    faulty = Faulty.made(disk, tmp_path)
    kept = {"before"}
    with a_service(disk, faulty) as service:
        assert begin(service, "before")[0] == 202
        for number, (member, value) in enumerate(FAULTS.values()):
            harm(faulty.control, member, value)
            assert begin(service, f"during-{number}")[:2] == (500, "ServiceException")
            assert listed(service) == kept, "what is there can still be read"
            harm(faulty.control, member, 0)
            assert begin(service, f"after-{number}")[0] == 202
            kept |= {f"after-{number}"}
            assert listed(service) == kept
    with a_service(disk, faulty) as service:
        assert listed(service) == kept
    assert check(disk / "e.db", lambda _done, _total: None) == []


def harm(control: Control, member: str, value: int) -> None:
    setattr(control, member, value)
