"""Docker by its command line, for programs that build images and run functions in containers."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LAMBDA = "public.ecr.aws/lambda/python:3.13-x86_64"
"""The Lambda runtime's image as aws-sam-cli names it."""
BASE = "everstep-base:trixie"
"""What `docker/base-from-debian.sh` is asked to make where no other base is given."""


class DockerError(Exception):
    """A docker command failed; the message says which, and what it said."""


def docker(*words: str, silent: bool = True) -> str:
    """Run `docker …`; what it wrote on stdout. Raises DockerError."""
    return call(["docker", *words], silent=silent)


def call(words: Sequence[str], *, silent: bool = True) -> str:
    done = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE if silent else None, text=True, check=False
    )
    if done.returncode != 0:
        raise DockerError(f"{' '.join(words)}: {(done.stderr or '').strip() or f'exit code {done.returncode}'}")
    return done.stdout.strip()


def exists(image: str) -> bool:
    try:
        docker("image", "inspect", image)
    except DockerError:
        return False
    return True


def inspect(container: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(docker("inspect", container))
    return found[0]


def remove(container: str) -> None:
    """Remove a container, running or not; one that is not there is removed already."""
    try:
        docker("rm", "--force", container)
    except DockerError as error:
        if "No such container" not in str(error):
            raise


def lambda_image(base: str | None) -> str:
    """The image of the Lambda Python runtime: the real one where it can be pulled, else one that behaves like it."""
    if not exists(LAMBDA):
        try:
            docker("pull", LAMBDA)
        except DockerError:
            say(f"{LAMBDA} cannot be pulled, so an image that behaves like it is built")
            arguments = ["--build-arg", f"BASE={base or debian_base()}", "--tag", LAMBDA]
            docker("build", *arguments, str(ROOT / "docker" / "lambda"))
    return LAMBDA


def debian_base() -> str:
    """A base image of Debian packages."""
    if not exists(BASE):
        say(f"building {BASE} with debootstrap, which takes a minute or two")
        call([str(ROOT / "docker" / "base-from-debian.sh"), BASE])
    return BASE


def emulator_of_lambda(folder: Path) -> Path:
    """The runtime interface emulator for this machine, out of the newest aws-sam-cli package; kept in the folder."""
    name = f"aws-lambda-rie-{'arm64' if os.uname().machine in {'aarch64', 'arm64'} else 'x86_64'}"
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        call([*pip, "--only-binary=:all:", "--dest", str(folder), "aws-sam-cli"])
        wheel = max(folder.glob("aws_sam_cli-*.whl"), key=lambda found: found.stat().st_mtime)
        call([sys.executable, "-m", "zipfile", "-e", str(wheel), str(folder / "wheel")])
        (folder / "wheel" / "samcli" / "local" / "rapid" / name).rename(path)
        path.chmod(0o755)
    return path


def say(text: str, end: str = "\n") -> None:
    sys.stderr.write(f"{text}{end}")
    sys.stderr.flush()
