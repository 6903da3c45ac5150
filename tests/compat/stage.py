"""Runs a function that was written for the official SDK on everstep: `python -m tests.compat.stage MODULE:NAME INPUT`.

A program of its own, because the alias is for a process in which nobody has imported the official package. It plays
the world outside too: ids that the app puts into its `MAIL` are answered.
"""

import importlib
import json
import sys

from everstep.compat import aws_sdk
from everstep.core.machine.commands import CallbackSuccess
from everstep.core.model import CallbackId
from everstep.testing.world import World


def main(where: str, event: str) -> dict[str, object]:
    aws_sdk.install()
    module_name, _, name = where.partition(":")
    app = importlib.import_module(module_name)
    world = World({name: getattr(app, name)})
    arn = world.start(name, event)
    mail: list[str] = getattr(app, "MAIL", [])
    while not world.summary(arn).head.status.is_closed and world.step():
        while mail:
            world.hand.run(world.service.answer_callback(CallbackId(mail.pop()), CallbackSuccess(payload='"by mail"')))
    head = world.summary(arn).head
    return {
        "status": head.status.value,
        "result": None if head.result is None else json.loads(head.result),
        "error": None if head.error is None else head.error.message,
        "everstep": getattr(app, name).__class__.__module__,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2])))
