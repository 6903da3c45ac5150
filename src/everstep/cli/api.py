"""A small client of the HTTP API, for people at a terminal: unsigned, standard library only.

It speaks to everstep's own service. Beside the AWS routes it uses one more, which lists the executions of every
function.
"""

import http.client
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast
from urllib.parse import quote, urlencode, urlsplit

from everstep.core.events import Event
from everstep.core.limits import PAGE_ITEMS_MAX
from everstep.core.model import ErrorObject
from everstep.core.wire.errors import decode_refusal, encode_error
from everstep.core.wire.events import decode_event
from everstep.core.wire.text import Json, JsonObject, NotJsonError, load

DEFAULT_PORT = 9014
DEFAULT_ENDPOINT = f"http://127.0.0.1:{DEFAULT_PORT}"
TIMEOUT_SECONDS = 30
TOKEN_VARIABLE = "EVERSTEP_TOKEN"
"""The token of a service that asks for one, for services and their clients alike."""
_EXECUTIONS = "/2025-12-01/durable-executions"
OWN = "/everstep/v1"


class ApiError(Exception):
    """The service said no, did not answer, or is no such service; the message is a sentence for people."""


class Api:
    """The service at an endpoint, `http://host:port` or https; its token is that of the environment unless given.

    Raises ApiError when the endpoint is no such address.
    """

    def __init__(self, endpoint: str = DEFAULT_ENDPOINT, *, token: str | None = None) -> None:
        self._token = token or os.environ.get(TOKEN_VARIABLE)
        try:
            parts = urlsplit(endpoint)
            self._host, self._port = parts.hostname or "", parts.port
        except ValueError as error:
            raise ApiError(f"{endpoint!r} is no endpoint: {error}") from error
        if parts.scheme not in {"http", "https"} or not self._host:
            raise ApiError(f"{endpoint!r} is no endpoint; write it like {DEFAULT_ENDPOINT}")
        self._endpoint = endpoint
        self._prefix = parts.path.rstrip("/")
        self._is_tls = parts.scheme == "https"

    def executions(
        self,
        *,
        function: str | None = None,
        name: str | None = None,
        statuses: Sequence[str] = (),
        limit: int = PAGE_ITEMS_MAX,
    ) -> list[JsonObject]:
        """Executions, newest first, as the list API shows them."""
        query: dict[str, object] = {"Statuses": list(statuses)}
        if function is not None:
            query["FunctionName"] = function
        if name is not None:
            query["DurableExecutionName"] = name
        found: list[JsonObject] = []
        for page in self._pages(_EXECUTIONS, query, min(limit, PAGE_ITEMS_MAX)):
            found += _objects(page, "DurableExecutions")
            if len(found) >= limit:
                break
        return found[:limit]

    def start(self, wanted: JsonObject) -> JsonObject:
        """Begin an execution by the service's own route; `wanted` is its body."""
        return self._call("POST", "/start-durable-execution", wanted)

    def get(self, arn: str) -> JsonObject:
        return self._call("GET", _path(arn))

    def history(self, arn: str) -> list[JsonObject]:
        """Every event as JSON, oldest first."""
        pages = self._pages(_path(arn, "/history"), {"IncludeExecutionData": "true"}, PAGE_ITEMS_MAX)
        return [event for page in pages for event in _objects(page, "Events")]

    def stop(self, arn: str, error: ErrorObject | None) -> JsonObject:
        return self._call("POST", _path(arn, "/stop"), {} if error is None else encode_error(error))

    def own(self, method: str, path: str, body: Mapping[str, Json] | None = None, **query: object) -> JsonObject:
        """A call of the service's own API; `path` is what follows /everstep/v1, values that are None are left out."""
        return self._call(method, own_target(path, query), body)

    def lines(self, path: str, **query: object) -> Iterator[str]:
        """What a call of the service's own API says, line by line, for as long as it says something."""
        connection, response = self._open("GET", own_target(path, query), None)
        try:
            for raw in response:
                yield raw.decode().rstrip("\r\n")
        except (OSError, http.client.HTTPException) as error:
            raise self._no_answer(error) from error
        finally:
            connection.close()

    def events(self, arn: str, tell: Callable[[int], None] = lambda _count: None) -> list[JsonObject]:
        """Every event as JSON, oldest first, of an execution or of an import; `tell` hears how many there are yet."""
        found: list[JsonObject] = []
        cursor: Json = None
        while True:
            page = self.own("GET", own_path(arn, "/events"), data="true", limit=PAGE_ITEMS_MAX, cursor=cursor)
            found += _objects(page, "events")
            tell(len(found))
            cursor = page["next"]
            if cursor is None:
                return found

    def find(self, text: str) -> str:
        """The ARN that is meant: an ARN stands for itself, a name for the one execution that bears it."""
        if text.startswith(("arn:", "imported:")):
            return text
        found = [str(item["DurableExecutionArn"]) for item in self.executions(name=text)]
        match found:
            case [arn]:
                return arn
            case []:
                raise ApiError(f"no execution is called {text!r}; `everstep executions list` shows what there is")
            case _:
                shown = ", ".join(found[:3]) + (" …" if len(found) > 3 else "")
                raise ApiError(f"{len(found)} executions are called {text!r}; give the ARN of one: {shown}")

    def _pages(self, path: str, query: Mapping[str, object], page_items: int) -> Iterator[JsonObject]:
        marker: Json = None
        while True:
            more = {} if marker is None else {"Marker": marker}
            page = self._call("GET", f"{path}?{urlencode({**query, 'MaxItems': page_items, **more}, doseq=True)}")
            yield page
            marker = page.get("NextMarker")
            if not marker:
                return

    def _call(self, method: str, target: str, body: Mapping[str, Json] | None = None) -> JsonObject:
        connection, response = self._open(method, target, body)
        try:
            return self._object(response.read())
        except (OSError, http.client.HTTPException) as error:
            raise self._no_answer(error) from error
        finally:
            connection.close()

    def _open(
        self, method: str, target: str, body: Mapping[str, Json] | None
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """The head of an answer that is no refusal, and the connection that brings the rest. Raises ApiError."""
        kind = http.client.HTTPSConnection if self._is_tls else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=TIMEOUT_SECONDS)
        content = None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, self._prefix + target, content, self._headers())
            response = connection.getresponse()
            if response.status < 300:
                return connection, response
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise self._no_answer(error) from error
        connection.close()
        code, message = decode_refusal(response.status, response.getheader("x-amzn-errortype"), answer)
        message = message or _own_message(answer)
        raise ApiError(f"{self._endpoint} refused: {message or code}")

    def _no_answer(self, error: Exception) -> ApiError:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return ApiError(f"no service answers at {self._endpoint} ({reason}); is `everstep dev` running?")

    def _headers(self) -> dict[str, str]:
        token = {} if self._token is None else {"Authorization": f"Bearer {self._token}"}
        return {"Content-Type": "application/json", **token}

    def _object(self, answer: bytes) -> JsonObject:
        try:
            value = load(answer)
        except NotJsonError:
            value = None
        if not isinstance(value, dict):
            raise ApiError(f"{self._endpoint} is no durable-execution service: its answer is not a JSON object")
        return value


def _own_message(answer: bytes) -> str:
    """The sentence in a refusal of the service's own API."""
    try:
        value = load(answer)
    except NotJsonError:
        return ""
    error = value.get("error") if isinstance(value, dict) else None
    return str(error.get("message") or "") if isinstance(error, dict) else ""


def own_target(path: str, query: Mapping[str, object]) -> str:
    """The target of a call of the service's own API; values that are None are left out."""
    given = {name: value for name, value in query.items() if value is not None}
    return f"{OWN}{path}?{urlencode(given, doseq=True)}" if given else f"{OWN}{path}"


def own_path(arn: str, suffix: str = "") -> str:
    """The path of an execution in the service's own API."""
    return f"/executions/{quote(arn, safe='')}{suffix}"


def events_of(history: Sequence[JsonObject]) -> list[Event]:
    return [decode_event(event) for event in history]


def _path(arn: str, suffix: str = "") -> str:
    return f"{_EXECUTIONS}/{quote(arn, safe='')}{suffix}"


def _objects(page: JsonObject, member: str) -> list[JsonObject]:
    return cast("list[JsonObject]", page.get(member) or [])
