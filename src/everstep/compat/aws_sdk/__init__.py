"""Runs code that was written for the official SDK on everstep, unedited.

    from everstep.compat import aws_sdk
    aws_sdk.install()

    from aws_durable_execution_sdk_python import DurableContext, durable_execution     # everstep's

After `install`, the official package's name and its public modules resolve to everstep. The classes are everstep's
own, so that `except StepError` catches what everstep raises. `names` has the whole table.
"""

from everstep.compat.aws_sdk import alias
from everstep.compat.aws_sdk.names import MODULES, OFFICIAL_VERSION, ROOT, UNNEEDED_MODULES

__all__ = ["install", "uninstall"]

_TABLE = alias.Table(
    root=ROOT,
    version=OFFICIAL_VERSION,
    modules=MODULES,
    unneeded_modules=UNNEEDED_MODULES,
    installer="everstep.compat.aws_sdk.install()",
)


def install() -> None:
    """Let `import aws_durable_execution_sdk_python` mean everstep, in this process, from now on. Twice is once.

    Raises InvalidStateError when the official package was imported before: its classes are in use already.
    """
    alias.install(_TABLE)


def uninstall() -> None:
    """Undo `install`: whoever imports the official names from now on gets the official package."""
    alias.uninstall(_TABLE)
