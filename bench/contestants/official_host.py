"""Runs `official_functions` behind the Lambda invoke route, as aws-sam-cli would, at the port that it is given."""

import json
import sys
from typing import Any

from aws_durable_execution_sdk_python_testing.invoker import create_test_lambda_context

from bench.contestants import official_functions
from bench.contestants.tiny_server import server


def respond(path: str, body: bytes) -> bytes:
    """/2015-03-31/functions/NAME:QUALIFIER/invocations"""
    name = path.split("/")[3].split("%", maxsplit=1)[0].split(":", maxsplit=1)[0]
    function: Any = getattr(official_functions, name)
    return json.dumps(function(json.loads(body), create_test_lambda_context())).encode()


if __name__ == "__main__":
    server(respond, int(sys.argv[1])).serve_forever()
