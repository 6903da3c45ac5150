"""A client of the durable-execution API as both services speak it, bare: one connection per thread, no signing.

Standard library only.
"""

import http.client
import json
import threading
import time
from typing import Any
from urllib.parse import quote, urlsplit

POLL_SECONDS = 0.005


class Api:
    """One service."""

    def __init__(self, endpoint: str) -> None:
        self._address = urlsplit(endpoint).netloc
        self._own = threading.local()

    def call(self, method: str, path: str, body: bytes | None = None) -> Any:
        """The answer's JSON. Raises RuntimeError for an answer that says no."""
        try:
            status, text = self._sent(method, path, body)
        except (ConnectionError, http.client.RemoteDisconnected):
            status, text = self._sent(method, path, body)  # it had closed an idle connection
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {text[:300]!r}")
        return json.loads(text) if text else None

    def _sent(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection(self._address, timeout=120)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (http.client.HTTPException, OSError):
            connection.close()  # the next call makes it anew
            raise

    def start(self, function: str, event: object, name: str) -> str:
        """Begin an execution by the route that both services have; its ARN."""
        body = {
            "AccountId": "000000000000",
            "FunctionName": function,
            "FunctionQualifier": "$LATEST",
            "ExecutionName": name,
            "ExecutionTimeoutSeconds": 86_400,
            "ExecutionRetentionPeriodDays": 1,
            "InvocationId": name,
            "Input": json.dumps(event),
        }
        return str(self.call("POST", "/start-durable-execution", json.dumps(body).encode())["ExecutionArn"])

    def invoke(self, function: str, event: object) -> Any:
        """Run an execution to its end with a synchronous Invoke; its result. Only services that answer it."""
        return self.call("POST", f"/2015-03-31/functions/{function}/invocations", json.dumps(event).encode())

    def get(self, arn: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.call("GET", f"/2025-12-01/durable-executions/{quote(arn, safe='')}")
        return shown

    def history(self, arn: str, query: str = "MaxItems=1000") -> dict[str, Any]:
        path = f"/2025-12-01/durable-executions/{quote(arn, safe='')}/history?IncludeExecutionData=true&{query}"
        page: dict[str, Any] = self.call("GET", path)
        return page

    def answer_callback(self, callback_id: str, payload: bytes) -> None:
        self.call("POST", f"/2025-12-01/durable-execution-callbacks/{quote(callback_id, safe='')}/succeed", payload)

    def ended(self, arn: str, seconds_max: float = 100, poll_seconds: float = POLL_SECONDS) -> Any:
        """Wait for the end; the result. Raises RuntimeError when it is no success."""
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            shown = self.get(arn)
            if shown["Status"] == "SUCCEEDED":
                return json.loads(shown["Result"])
            if shown["Status"] != "RUNNING":
                raise RuntimeError(f"{arn} is {shown['Status']}: {shown.get('Error')}")
            time.sleep(poll_seconds)
        raise TimeoutError(f"{arn} did not end within {seconds_max} seconds")

    def open_callback(self, arn: str, seconds_max: float = 60) -> str:
        """The id of the callback that the execution has made, as soon as it has."""
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            for event in self.history(arn)["Events"]:
                if event["EventType"] == "CallbackStarted":
                    return str(event["CallbackStartedDetails"]["CallbackId"])
            time.sleep(POLL_SECONDS)
        raise TimeoutError(f"{arn} made no callback within {seconds_max} seconds")
