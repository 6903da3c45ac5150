"""The gate: aws-sam-cli's own durable tests, unmodified, against an image of ours.

    make sam-gate IMAGE=everstep:dev SAM_CLI=path/to/aws-sam-cli [BASE=image] [ARGS="--python python3.13"]

Needs Docker, a checkout of aws-sam-cli and a Python 3.13 (the runtime of the functions under test). It makes what else
is missing: an environment with the sam of the checkout's version, and, where no registry can be reached, an image that
behaves like the Lambda runtime. The last line says how many tests passed.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from tests.containers.docker import DockerError, docker, exists, lambda_image, remove, say
from tests.sam_gate.checkout import Checkout, Environment, ready
from tests.sam_gate.results import Result, closing_line

REPOSITORY = "public.ecr.aws/durable-functions/aws-durable-execution-emulator"
TAG = "everstep-candidate"
"""Sam asks for this one. Nobody publishes it, so that sam cannot replace the candidate by something that it pulled."""
CONTAINER = "sam-durable-execution-emulator"
FILES = (
    "tests/integration/local/invoke/test_invoke_durable.py",
    "tests/integration/local/start_lambda/test_start_lambda_durable.py",
    "tests/integration/local/execution/test_execution.py",
    "tests/integration/local/callback/test_callback.py",
)


def main() -> int:
    wanted = arguments()
    checkout = Checkout(wanted.sam_cli.resolve())
    missing = [file for file in FILES if not (checkout.path / file).is_file()]
    if missing:
        return refuse(f"{checkout.path} is no checkout of aws-sam-cli: it has no {missing[0]}")
    python = shutil.which(wanted.python)
    if python is None or subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode != 0:
        return refuse(f"{wanted.python} does not run; sam builds the functions with it, say --python PATH")
    try:
        if not exists(wanted.image):
            return refuse(f"there is no image {wanted.image}; build it with make image IMAGE={wanted.image}")
        lambda_image(wanted.base)
        docker("tag", wanted.image, f"{REPOSITORY}:{wanted.tag}")
    except DockerError as error:
        return refuse(str(error))
    environment = ready(checkout, wanted.venv.resolve(), Path(python))
    results = [result for file in FILES for result in judged(environment, file, wanted.tag)]
    sys.stdout.write(closing_line(results))
    return 0 if all(result.is_good for result in results) else 1


def judged(environment: Environment, file: str, tag: str) -> list[Result]:
    """One file's tests. A test kills sam and leaves its container behind, so each file begins without one."""
    say(f"{file} …")
    remove(CONTAINER)
    try:
        return environment.run(file, {"DURABLE_EXECUTIONS_EMULATOR_IMAGE_TAG": tag})
    finally:
        remove(CONTAINER)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make sam-gate", description="aws-sam-cli's durable tests against an image")
    parser.add_argument("--image", required=True, help="the candidate")
    parser.add_argument("--sam-cli", required=True, type=Path, help="a checkout of aws-sam-cli")
    parser.add_argument("--base", help="an image with Python 3.13, to build a Lambda-like image from if need be")
    parser.add_argument("--python", default="python3.13", help="a Python 3.13")
    parser.add_argument("--tag", default=TAG, help="the tag under which sam finds the candidate")
    parser.add_argument(
        "--venv", type=Path, default=Path("build/sam-gate/venv"), help="where sam is, or shall be, installed"
    )
    return parser.parse_args()


def refuse(sentence: str) -> int:
    say(f"sam-gate: {sentence}")
    return 2


if __name__ == "__main__":
    sys.exit(main())
