"""An SDK alone: how it replays and what its cold start costs.

    python sdk.py everstep | official | async_durable | dbos | restate

The last two do not speak the API, so they are only imported.
"""

import os
import sys
from contextlib import ExitStack

from bench.contestants import cold, replaying
from bench.contestants.answering import Task, answer
from bench.contestants.synthetic import a_service_that_says_yes


def main(sdk: str) -> None:
    with ExitStack() as stack:
        os.environ |= {
            "AWS_ENDPOINT_URL_LAMBDA": stack.enter_context(a_service_that_says_yes()),
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        found: dict[str, Task] = {"warm": dict, **cold.tasks(sdk)}
        if sdk in replaying.FUNCTIONS:
            found |= replaying.tasks(replaying.FUNCTIONS[sdk]())
        answer(found)


if __name__ == "__main__":
    main(*sys.argv[1:])
