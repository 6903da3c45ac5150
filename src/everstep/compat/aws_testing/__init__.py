"""Runs tests that were written for the official testing package on everstep's test tools, unedited.

    from everstep.compat import aws_testing
    aws_testing.install()                        # for example in conftest.py; the official SDK's name as well

    from aws_durable_execution_sdk_python_testing import DurableFunctionTestRunner     # everstep's

`names` has the whole table; `runners` what differs from everstep's own: input is JSON text.
"""

from everstep.compat import aws_sdk
from everstep.compat.aws_sdk import alias
from everstep.compat.aws_testing.names import MODULES, OFFICIAL_VERSION, ROOT, UNNEEDED_MODULES

__all__ = ["install", "uninstall"]

_TABLE = alias.Table(
    root=ROOT,
    version=OFFICIAL_VERSION,
    modules=MODULES,
    unneeded_modules=UNNEEDED_MODULES,
    installer="everstep.compat.aws_testing.install()",
)


def install() -> None:
    """Let both official packages' names mean everstep, in this process, from now on. Twice is once.

    Raises InvalidStateError when one of them was imported before: its classes are in use already.
    """
    aws_sdk.install()
    alias.install(_TABLE)


def uninstall() -> None:
    """Undo `install`."""
    alias.uninstall(_TABLE)
    aws_sdk.uninstall()
