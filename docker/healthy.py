"""The health check of the image: whether the server that is process 1 answers, on the port that it was given."""

import sys
import urllib.request
from pathlib import Path

words = Path("/proc/1/cmdline").read_text().split("\0")
port = words[words.index("--port") + 1] if "--port" in words else "9014"
try:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
        sys.exit(answer.status != 200)
except OSError as error:
    sys.exit(f"no answer on port {port}: {error}")
