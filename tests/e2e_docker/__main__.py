"""Functions on the Lambda runtime: eight scenarios in containers of the runtime interface emulator.

    make e2e-docker IMAGE=everstep:dev [BASE=image]

Needs Docker. The function's package is built as one for Lambda is: its code with everstep installed beside it. The
service runs in the image that is tried. The last line says how many scenarios passed.
"""

import argparse
import http.client
import json
import shutil
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from demo.programs import until
from tests.containers.docker import (
    ROOT,
    DockerError,
    call,
    docker,
    emulator_of_lambda,
    exists,
    lambda_image,
    remove,
    say,
)
from tests.e2e_docker.scenarios import SCENARIOS, Scenario

NETWORK = "everstep-e2e"
SERVICE = "everstep-e2e-service"
FUNCTION = "everstep-e2e-function"
PORT = 9014
RUNTIME = "/var/rapid/aws-lambda-rie"
EXECUTION_SECONDS = 60
IMPORTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A function as it is given to Lambda."""

    folder: Path
    archive: Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="make e2e-docker", description="eight scenarios on the Lambda runtime")
    parser.add_argument("--image", required=True, help="the image with the service")
    parser.add_argument("--base", help="an image with Python, to build a Lambda-like image from if need be")
    parser.add_argument("--folder", type=Path, default=Path("build/e2e-docker"), help="where packages are built")
    wanted = parser.parse_args()
    try:
        if not exists(wanted.image):
            raise DockerError(f"there is no image {wanted.image}; build it with make image IMAGE={wanted.image}")
        runtime = lambda_image(wanted.base)
        rie = emulator_of_lambda(wanted.folder.resolve())
        package = build(wanted.folder.resolve())
        say(f"{package.archive.name}: {package.archive.stat().st_size / 1024:.0f} KiB, imported in", end=" ")
        say(f"{import_ms(runtime, package):.0f} ms")
        with service(wanted.image) as api:
            failed = [scenario for scenario in SCENARIOS if not passes(scenario, api, runtime, rie, package)]
    except DockerError as error:
        say(f"e2e-docker: {error}")
        return 2
    sys.stdout.write(f"{len(SCENARIOS) - len(failed)} passed, {len(failed)} failed, 0 skipped\n")
    return 1 if failed else 0


def build(folder: Path) -> Package:
    """The functions' code with everstep installed beside it, as a folder and as a zip."""
    task = folder / "task"
    shutil.rmtree(task, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    call([*pip, "--target", str(task), str(ROOT)])
    shutil.copy(Path(__file__).with_name("functions.py"), task)
    archive = folder / "function.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for path in sorted(path for path in task.rglob("*") if path.is_file()):
            package.write(path, path.relative_to(task))
    return Package(folder=task, archive=archive)


def import_ms(runtime: str, package: Package) -> float:
    """How long a cold start spends in importing the function, without compiling: the best of a few."""
    program = (
        "import subprocess, sys, time\n"
        "code = 'import time; t = time.perf_counter(); import functions; print(time.perf_counter() - t)'\n"
        f"runs = [subprocess.run([sys.executable, '-c', code], capture_output=True) for _ in range({IMPORTS})]\n"
        "print(min(float(run.stdout) for run in runs))"
    )
    with_caches = ["--env", "PYTHONPYCACHEPREFIX=/tmp/pyc", "--volume", f"{package.folder}:/var/task:ro"]
    return 1000 * float(docker("run", "--rm", *with_caches, "--entrypoint", "python3", runtime, "-c", program))


@contextmanager
def service(image: str) -> Iterator["Api"]:
    """The service in its image, on a network that the functions share."""
    with ExitStack() as undo:
        remove(SERVICE)
        if NETWORK not in docker("network", "ls", "--format", "{{.Name}}").split():
            docker("network", "create", NETWORK)
        undo.callback(docker, "network", "rm", NETWORK)
        docker("run", "--detach", "--name", SERVICE, "--network", NETWORK, "--publish", f"127.0.0.1::{PORT}", image)
        undo.callback(remove, SERVICE)
        api = Api(int(docker("port", SERVICE, f"{PORT}/tcp").rpartition(":")[2]))
        until(lambda: api.is_healthy() or None, "the start of the service")
        yield api


def passes(scenario: Scenario, api: "Api", runtime: str, rie: Path, package: Package) -> bool:
    """Run one function in a container of its own, to its end."""
    began = time.monotonic()
    with container(scenario.function, runtime, rie, package):
        arn = api.begin(f"http://{FUNCTION}:8080")
        try:
            until(lambda: api.get(arn)["Status"] != "RUNNING" or None, "the end", EXECUTION_SECONDS)
            wrong = scenario.judge(api.get(arn), api.events(arn))
        except TimeoutError as error:
            wrong = [str(error)]
        if wrong:
            say(docker("logs", FUNCTION))
    say(f"{'FAILED' if wrong else 'passed'} {scenario.function} ({time.monotonic() - began:.1f} s) {'; '.join(wrong)}")
    return not wrong


@contextmanager
def container(function: str, runtime: str, rie: Path, package: Package) -> Iterator[None]:
    remove(FUNCTION)
    volumes = ["--volume", f"{package.folder}:/var/task:ro", "--volume", f"{rie}:{RUNTIME}:ro"]
    variables = {
        "_HANDLER": f"functions.{function}",
        "AWS_LAMBDA_FUNCTION_NAME": "function",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "30",
        "AWS_ENDPOINT_URL_LAMBDA": f"http://{SERVICE}:{PORT}",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
    }
    environment = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
    where = ["--name", FUNCTION, "--network", NETWORK, "--entrypoint", RUNTIME]
    docker("run", "--detach", *where, *volumes, *environment, runtime, "--log-level", "error")
    try:
        until(lambda: listens() or None, "the start of the runtime interface emulator")
        yield
    finally:
        remove(FUNCTION)


def listens() -> bool:
    """Whether the function can be called; a call before that would be a failed invocation in its history."""
    knock = "import socket; socket.create_connection(('127.0.0.1', 8080)).close()"
    try:
        docker("exec", FUNCTION, "python3", "-c", knock)
    except DockerError:
        return False
    return True


class Api:
    """The service, as seen from this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    def is_healthy(self) -> bool:
        try:
            return bool(self._ask("GET", "/health") == {"status": "healthy"})
        except (OSError, http.client.HTTPException):
            return False

    def begin(self, function: str) -> str:
        wanted = {
            "AccountId": "123456789012",
            "FunctionName": "function",
            "FunctionQualifier": "$LATEST",
            "ExecutionName": None,
            "ExecutionTimeoutSeconds": EXECUTION_SECONDS,
            "ExecutionRetentionPeriodDays": 1,
            "Input": '{"n": 7}',
            "LambdaEndpoint": function,
        }
        arn: str = self._ask("POST", "/start-durable-execution", json.dumps(wanted).encode())["ExecutionArn"]
        return arn

    def get(self, arn: str) -> Any:
        return self._ask("GET", f"/2025-12-01/durable-executions/{quote(arn, safe='')}")

    def events(self, arn: str) -> Any:
        return self._ask("GET", f"/2025-12-01/durable-executions/{quote(arn, safe='')}/history")["Events"]

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            connection.request(method, path, body)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


if __name__ == "__main__":
    sys.exit(main())
