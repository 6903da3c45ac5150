"""Texts that break readers: nested without end, outside Unicode, larger than any number, twice the same."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from everstep.core.refusal import Refused
from everstep.core.wire.envelope import decode_envelope, decode_output
from everstep.core.wire.errors import decode_error
from everstep.core.wire.executions import decode_pause, decode_resume, decode_start_request
from everstep.core.wire.requests import decode_checkpoint_reply, decode_checkpoint_request, decode_state_page
from everstep.core.wire.text import NotJsonError, dump, load
from everstep.service.http.openapi import template
from everstep.service.http.route import Route
from everstep.service.http.routes import ROUTES
from tests.service.http.world import UNKNOWN, Client, with_api

CALM = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
"""A busy machine is slow, and that is no finding."""
DEPTH = 200_000
DEEP = {
    "arrays": b"[" * DEPTH + b"]" * DEPTH,
    "objects": b'{"a":' * DEPTH + b"1" + b"}" * DEPTH,
    "open arrays": b"[" * DEPTH,
    "arrays at the edge": b"[" * 990 + b"]" * 990,
    "objects at the edge": b'{"a":' * 990 + b"1" + b"}" * 990,
}
STRANGE = {
    "NaN": b"NaN",
    "Infinity": b'{"a": -Infinity}',
    "a number beyond floats": b"1e999999",
    "a number of a million digits": b"9" * 1_000_000,
    "a lone surrogate": rb'"\ud800"',
    "the same key twice": b'{"ErrorMessage": "a", "ErrorMessage": {"b": 1}}',
    "overlong UTF-8": b'"\xc0\xaf"',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "two values": b"{}{}",
    "a NUL": b'"\x00"',
    "nothing but white space": b" " * 100_000,
}
PLANES = [chr((plane << 16) + offset) for plane in range(17) for offset in (0x20, 0x1234, 0xFFFD, 0xFFFF)]
WITH_BODY = [route for route in ROUTES if route.method in ("POST", "PUT")]

values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = ["CheckpointToken", "Updates", "Id", "Type", "Action", "Payload", "Error", "StepOptions", "WaitOptions"]
MEMBERS += ["NextAttemptDelaySeconds", "WaitSeconds", "FunctionName", "ExecutionName", "Input", "Operations", "Status"]
MEMBERS += ["StartTimestamp", "NewExecutionState", "InitialExecutionState", "DurableExecutionArn", "TraceFields"]
known: st.SearchStrategy[Any] = st.recursive(
    values,
    lambda inner: st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=20,
)
READERS: list[Callable[[Any], object]] = [
    decode_checkpoint_request,
    decode_checkpoint_reply,
    decode_state_page,
    decode_start_request,
    decode_pause,
    decode_resume,
    decode_error,
    decode_envelope,
    decode_output,
]


SUBJECTS = {"DurableExecutionArn": UNKNOWN, "FunctionName": "plain", "CallbackId": "YWJj"}


def path_of(route: Route) -> str:
    """A path of the route that names something likely."""
    subject = "" if route.about.subject is None else SUBJECTS.get(route.about.subject, "x")
    return f"{route.shape.prefix}{subject}{route.shape.suffix}"


@pytest.mark.parametrize("body", [*DEEP.values(), *STRANGE.values()], ids=[*DEEP, *STRANGE])
def test_no_body_is_a_defect_of_ours(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def talk(client: Client) -> None:
        for route in WITH_BODY:
            reply = await client.ask(route.method, path_of(route), body)
            assert reply.status < 500, (path_of(route), reply.body[:200])

    with_api(talk)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_every_plane_of_unicode_comes_back_as_it_went() -> None:
    text = "".join(PLANES)

    async def talk(client: Client) -> None:
        body = json.dumps(text, ensure_ascii=False).encode()
        assert (await client.invoke("echo", body)).body == body
        assert (await client.invoke("echo", json.dumps(text).encode())).json == text

    with_api(talk)


@CALM
@given(data=st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()))
@example(data=b'"\\ud800\\udc00"')
def test_whatever_was_read_can_be_written_and_read_again(data: bytes) -> None:
    try:
        value = load(data)
    except NotJsonError:
        return
    assert load(dump(value)) == value
    dump(value).encode()


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_readers_refuse_what_they_cannot_read(read: Callable[[Any], object]) -> None:
    @settings(CALM, max_examples=60)
    @given(value=known)
    def judge(value: Any) -> None:
        with suppress(Refused, ValueError):
            read(value)

    judge()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {template(route)}")
def test_no_route_has_a_defect_that_chance_finds(route: Route) -> None:
    async def talk(client: Client) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, judged(route, client, loop))

    with_api(talk)


def judged(route: Route, client: Client, loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
    """Many requests to the route, from another thread: what chooses them is not asynchronous."""
    texts = st.text(st.characters(codec="latin-1", exclude_characters="#"), max_size=40)
    names = st.sampled_from([parameter.name for parameter in route.about.query] or ["any"])

    @settings(CALM, max_examples=20)
    @given(
        middle=texts.map(lambda text: text.replace("?", "")) | st.sampled_from([UNKNOWN, "echo", "plain", "YWJj"]),
        query=st.dictionaries(names, texts, max_size=4),
        body=known.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40),
        headers=st.dictionaries(st.sampled_from([p.name.lower() for p in route.about.headers] or ["x"]), texts),
    )
    def judge(middle: str, query: dict[str, str], body: bytes, headers: dict[str, str]) -> None:
        path = f"{route.shape.prefix}{middle}{route.shape.suffix}" if route.about.subject else route.shape.prefix
        target = path + "?" + "&".join(f"{name}={value}" for name, value in query.items())
        asking: Awaitable[Any] = client.ask(route.method, target, body, headers)
        reply = asyncio.run_coroutine_threadsafe(asyncio.wait_for(asking, 20), loop).result()
        assert reply.status < 500, (target, reply.body)

    return judge
