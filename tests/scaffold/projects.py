"""Makes new projects for tests, and runs what their authors would run in them."""

import os
import subprocess
import sys
from pathlib import Path

from everstep.scaffold.starting import Template, project_files
from everstep.version import __version__


def make(template: Template, folder: Path) -> Path:
    """The project that `everstep new shop` makes of this template, in the folder."""
    for name, text in project_files(template, "shop", __version__).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python program in the folder, which knows nothing of the test around it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
