"""One invocation in a fresh interpreter: what AWS Lambda does at a cold start. The envelope comes on stdin."""

import json
import sys

from bench.contestants.replaying import FUNCTIONS
from bench.contestants.synthetic import LambdaContext

if __name__ == "__main__":
    event = json.load(sys.stdin)
    output = FUNCTIONS[sys.argv[1]]()(event, LambdaContext())
    sys.exit(output["Status"] != "SUCCEEDED")
