"""Who may come in: the options of commands that listen, gathered into one value.

Beyond this machine a service listens only with a token, or when it is told that there need be none.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from everstep.cli.api import TOKEN_VARIABLE
from everstep.cli.failure import Failure
from everstep.cli.options import checked, host_option

if TYPE_CHECKING:
    from everstep.service.http.access import Access
    from everstep.service.http.draining import Drained
    from everstep.service.http.serve import Tls

logger = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

TOKEN_CHARS_MIN = 16
DRAIN_SECONDS = 10.0
"""As long as Docker waits between SIGTERM and SIGKILL."""


class BindRefused(Failure):
    """Strangers could come in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What was said about it."""

    host: str
    token: str | None = None
    insecure: bool = False
    """Whether everybody who reaches the service may use it."""
    hosts: tuple[str, ...] = ()
    certificate: str | None = None
    key: str | None = None
    drain_seconds: float = DRAIN_SECONDS

    def access(self, *, is_open: bool = False) -> "Access":
        """The rules of the service; `is_open` asks nobody for anything. Raises Failure when that was not said."""
        from everstep.service.http.access import Access, is_loopback

        if self.token is None and not (self.insecure or is_open or is_loopback(self.host)):
            raise BindRefused(
                f"whoever reaches {self.host} could run functions and read their data; set a token "
                f"(--token or {TOKEN_VARIABLE}), or say --insecure-bind if a network keeps strangers away"
            )
        is_known_by_token = self.token is not None and not is_loopback(self.host)
        return Access(token=self.token, any_host=is_open or is_known_by_token, hosts=frozenset(self.hosts))

    def tls(self) -> "Tls | None":
        """The files, which can be read and belong together. Raises Failure."""
        if self.certificate is None and self.key is None:
            return None
        if self.certificate is None or self.key is None:
            raise Failure("--tls-cert and --tls-key are given together")
        import ssl

        from everstep.service.http.serve import Tls

        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(self.certificate, self.key, lambda: "")
        except (OSError, ValueError) as error:  # an SSLError is an OSError
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            raise Failure(f"--tls-cert {self.certificate} with --tls-key {self.key}: {reason}") from error
        return Tls(certificate=self.certificate, key=self.key)


def token(text: str) -> str:
    """A secret that fits a header."""
    if len(text) < TOKEN_CHARS_MIN or not all("!" <= char <= "~" for char in text):
        raise Failure(
            f"a token has at least {TOKEN_CHARS_MIN} characters, none of them a space; `openssl rand -hex 32` makes one"
        )
    return text


def path(text: str) -> str:
    return str(Path(text).expanduser())


def door_options(function: F) -> F:
    """Hands the command one `door` for all of them."""

    @host_option
    @click.option(
        "--token",
        metavar="SECRET",
        envvar=TOKEN_VARIABLE,
        callback=checked(token),
        help="What every caller must send; better set in the environment, where other users do not see it.",
        show_envvar=True,
    )
    @click.option(
        "--insecure-bind", "insecure", is_flag=True, help="Listen beyond this machine without asking for a token."
    )
    @click.option(
        "--allow-host",
        "hosts",
        metavar="NAME",
        multiple=True,
        callback=lambda _context, _parameter, names: tuple(name.lower() for name in names),
        help="A further name by which the service may be asked; may be given more than once.",
    )
    @click.option("--tls-cert", "certificate", metavar="FILE", callback=checked(path), help="Answer https with it.")
    @click.option("--tls-key", "key", metavar="FILE", callback=checked(path), help="The key of that certificate.")
    @click.option(
        "--drain-seconds",
        type=click.FloatRange(0, 3600),
        default=DRAIN_SECONDS,
        show_default=True,
        help="How long SIGTERM lets running functions end.",
    )
    @wraps(function)
    def gathered(*, host: str, token: str | None, insecure: bool, hosts: tuple[str, ...], **wished: Any) -> Any:
        if token is not None:
            os.environ[TOKEN_VARIABLE] = token  # workers inherit it, and send it
        files = {name: wished.pop(name) for name in ("certificate", "key", "drain_seconds")}
        return function(door=Door(host=host, token=token, insecure=insecure, hosts=hosts, **files), **wished)

    return gathered  # type: ignore[return-value]  # a command is called by click, with what its options say


def tell_drained(drained: "Drained") -> None:
    """What SIGTERM finds and leaves."""
    found, left = drained.found, drained.left
    if drained.seconds == 0:
        text = f"stopping: {found} running, waiting up to {drained.seconds_max:g} s" if found else "stopping"
        logger.info(text, extra={"event": "draining", "running": found, "seconds_max": drained.seconds_max})
        return
    rest = f", {left} go on at the next start" if left else ""
    text = f"stopping: {found - left} ended in {drained.seconds:.1f} s{rest}"
    seconds = round(drained.seconds, 3)
    logger.info(text, extra={"event": "drained", "ended": found - left, "left": left, "seconds": seconds})
