"""How a measured program talks with the bench: a JSON request per line on stdin, a JSON answer per line on stdout.

    {"tasks": ["steps", ...]}                              what it can do, said once it is ready
    {"task": "steps", "arguments": {"n": 100}}        ->   {"figures": {"per_second": 4711.0}, "note": ""}
                                                      or   {"error": "..."}

Standard library only: every environment runs it.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

Task = Callable[..., Mapping[str, Any]]
"""Takes the request's arguments, gives figures by name; one that is called `note` is text for people."""


def answer(tasks: Mapping[str, Task]) -> None:
    """Serve requests until stdin ends. What libraries print goes to stderr."""
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    replies.write(json.dumps({"tasks": sorted(tasks)}) + "\n")
    for line in sys.stdin:
        request = json.loads(line)
        replies.write(json.dumps(_answered(tasks, request)) + "\n")


def _answered(tasks: Mapping[str, Task], request: Mapping[str, Any]) -> dict[str, Any]:
    try:
        figures = dict(tasks[request["task"]](**request["arguments"]))
    except Exception as error:  # it is told to whoever asked
        traceback.print_exc()
        return {"error": f"{type(error).__name__}: {error}"}
    return {"figures": figures, "note": figures.pop("note", "")}
