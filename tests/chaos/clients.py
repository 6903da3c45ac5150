"""The world outside: many who start executions and wait for them, and one who answers callbacks.

Everybody speaks raw HTTP over the wire, asks again until there is an answer, and writes down what was heard.
"""

import http.client
import json
import random
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from everstep.core.refusal import Code
from tests.chaos import app
from tests.chaos.wire import now
from tests.invariants.record import Answer, Answered, AnyCall, Started

TIMEOUT_SECONDS = 5.0
AGAIN_SECONDS = 0.2
ROUNDS_MAX = 3


@dataclass(frozen=True, slots=True)
class Heard:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str | None:
        return None if self.status < 300 else self.headers.get("x-amzn-errortype", str(self.status))


class Crowd:
    """The clients, and what they know: `calls`, and what each execution must give."""

    def __init__(self, port: int, folder: Path, seed: int, size: int) -> None:
        self.calls: list[AnyCall] = []
        self.expected: dict[str, str] = {}
        self.ended = 0
        self._port = port
        self._folder = folder
        self._is_over = threading.Event()
        self._is_answered = threading.Event()
        self._starters = [threading.Thread(target=self._start_on, args=(seed, number)) for number in range(size)]
        self._answerer = threading.Thread(target=self._answer_on, args=(random.Random(seed),))

    def begin(self) -> None:
        for thread in (*self._starters, self._answerer):
            thread.start()

    def stop_starting(self) -> None:
        """Begin nothing new; what was begun is waited for."""
        self._is_over.set()

    def are_at_work(self) -> bool:
        return any(thread.is_alive() for thread in self._starters)

    def end(self) -> None:
        self._is_over.set()
        self._is_answered.set()
        for thread in (*self._starters, self._answerer):
            thread.join()

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Heard | None:
        """One request; None when nothing was heard."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Heard(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def _start_on(self, seed: int, number: int) -> None:
        chance = random.Random(f"{seed} {number}")
        count = 0
        while not self._is_over.is_set():
            count += 1
            function, n = chance.choice(app.FUNCTIONS), chance.randint(1, ROUNDS_MAX)
            arn = self._started(function, f"{function}-{number}-{count}", json.dumps({"n": n}))
            if arn is not None:
                self.expected[arn] = json.dumps(app.expected(function, n))
                self._wait_for(arn)
                self.ended += 1

    def _started(self, function: str, name: str, payload: str) -> str | None:
        """Start it, by its name as often as it takes: it starts once."""
        headers = {"X-Amz-Invocation-Type": "Event", "X-Amz-Durable-Execution-Name": name}
        while not self._is_answered.is_set():
            sent_at = now()
            heard = self.ask("POST", f"/2015-03-31/functions/{function}/invocations", payload.encode(), headers)
            arn = heard.headers.get("x-amz-durable-execution-arn") if heard is not None else None
            self.calls.append(
                Started(
                    sent_at=sent_at,
                    heard_at=now() if heard is not None else None,
                    code=heard.code if heard is not None else None,
                    function=function,
                    name=name,
                    payload=payload,
                    arn=arn,
                )
            )
            if heard is not None and heard.code is None:
                return arn
            time.sleep(AGAIN_SECONDS)
        return None

    def _wait_for(self, arn: str) -> None:
        while not self._is_answered.is_set():
            heard = self.ask("GET", f"/2025-12-01/durable-executions/{quote(arn, safe='')}")
            if heard is not None and heard.code is None and json.loads(heard.body)["Status"] != "RUNNING":
                return
            self._is_answered.wait(0.3)

    def _answer_on(self, chance: random.Random) -> None:
        """Answer what functions ask, each question once heard to be answered, some of them twice."""
        read = 0
        while not self._is_answered.wait(0.1):
            with suppress(FileNotFoundError):
                lines = (self._folder / "questions").read_text().splitlines()
                for line in lines[read:]:
                    for _ in range(2 if chance.random() < 0.2 else 1):
                        self._answer(json.loads(line)["callback_id"])
                read = len(lines)

    def _answer(self, callback_id: str) -> None:
        while not self._is_answered.is_set():
            sent_at = now()
            path = f"/2025-12-01/durable-execution-callbacks/{quote(callback_id, safe='')}/succeed"
            heard = self.ask("POST", path, app.ANSWER.encode())
            self.calls.append(
                Answered(
                    sent_at=sent_at,
                    heard_at=now() if heard is not None else None,
                    code=heard.code if heard is not None else None,
                    callback_id=callback_id,
                    answer=Answer.SUCCESS,
                    payload=app.ANSWER,
                )
            )
            if heard is not None and heard.code in (None, Code.CALLBACK_TIMEOUT.value, Code.NOT_FOUND.value):
                return
            time.sleep(AGAIN_SECONDS)
