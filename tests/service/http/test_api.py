"""What holds for every request: its route, its id, its errors."""

import logging

import pytest

from everstep.core.model import Arn
from everstep.service.http.dialect import Dialect
from everstep.service.ports import Summary
from everstep.service.stores.memory import MemoryStore
from tests.service.http.world import EXECUTIONS, UNKNOWN, Client, with_api


@pytest.mark.parametrize("path", ["/2025-12-01", "/2015-03-31/functions/echo", "/healthy", "/2025-12-01/functions/f"])
def test_an_unknown_route_is_a_404_with_its_code_in_header_and_body(path: str) -> None:
    async def talk(client: Client) -> None:
        reply = await client.ask("GET", path)
        assert (reply.status, reply.headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException")
        assert reply.json["__type"] == "ResourceNotFoundException"
        assert reply.json["message"] == reply.json["Message"] == f"there is no route GET {path}"

    with_api(talk)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", f"{EXECUTIONS}/{UNKNOWN}/checkpoint", "POST"),
        ("GET", f"{EXECUTIONS}/{UNKNOWN}/stop", "POST"),
        ("POST", f"{EXECUTIONS}/{UNKNOWN}", "DELETE, GET"),
        ("PUT", f"{EXECUTIONS}/{UNKNOWN}/history", "GET"),
        ("GET", "/2015-03-31/functions/echo/invocations", "POST"),
        ("DELETE", "/health", "GET"),
    ],
)
def test_the_wrong_method_on_a_known_route_is_a_405(method: str, path: str, allowed: str) -> None:
    async def talk(client: Client) -> None:
        reply = await client.ask(method, path)
        assert (reply.status, reply.headers["allow"]) == (405, allowed)
        assert reply.headers["x-amzn-errortype"] == reply.json["__type"] == "MethodNotAllowedException"

    with_api(talk)


def test_every_answer_has_a_request_id_of_its_own() -> None:
    async def talk(client: Client) -> None:
        replies = [
            await client.ask("GET", "/health"),
            await client.ask("GET", "/nowhere"),
            await client.ask("POST", "/health"),
            await client.invoke("echo"),
        ]
        assert len({reply.headers["x-amzn-requestid"] for reply in replies}) == len(replies)

    with_api(talk)


class BrokenStore(MemoryStore):
    """A disk that failed."""

    async def summary(self, arn: Arn) -> Summary | None:
        raise RuntimeError("sector 42 of /var/secret is gone")


@pytest.mark.parametrize("dialect", Dialect)
def test_an_unexpected_exception_is_logged_once_and_tells_the_caller_nothing(
    dialect: Dialect, caplog: pytest.LogCaptureFixture
) -> None:
    async def talk(client: Client) -> None:
        reply = await client.ask("GET", f"{EXECUTIONS}/{UNKNOWN}")
        assert (reply.status, reply.headers["x-amzn-errortype"]) == (500, "ServiceException")
        assert b"secret" not in reply.body
        [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert reply.headers["x-amzn-requestid"] in record.getMessage()
        assert record.exc_info is not None

    with_api(talk, store=BrokenStore(), dialect=dialect)


def test_health_is_good_as_long_as_it_answers() -> None:
    async def talk(client: Client) -> None:
        reply = await client.ask("GET", "/health")
        assert (reply.status, reply.json) == (200, {"status": "healthy"})

    with_api(talk)


def test_the_emulator_speaks_of_what_is_missing_without_a_code() -> None:
    async def talk(client: Client) -> None:
        unknown = await client.ask("GET", f"{EXECUTIONS}/{UNKNOWN}")
        assert unknown.status == 404
        assert unknown.json == {"Type": "ResourceNotFoundException", "Message": f"Execution {UNKNOWN} not found"}
        assert "x-amzn-errortype" not in unknown.headers

        invalid = await client.ask("GET", f"{EXECUTIONS}/{UNKNOWN}/state?CheckpointToken=YWJj")
        assert (invalid.status, invalid.headers["x-amzn-errortype"]) == (400, "InvalidParameterValueException")
        assert invalid.json["Type"] == "InvalidParameterValueException"

    with_api(talk, dialect=Dialect.EMULATOR)
