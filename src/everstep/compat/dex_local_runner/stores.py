"""The original's three types of store, in the words of everstep's.

| type | default path | here |
| --- | --- | --- |
| memory | – | in memory |
| filesystem | `.durable_executions` | one SQLite file in that folder, which is made if need be |
| sqlite | `durable-executions.db` | that SQLite file |
"""

from enum import StrEnum
from pathlib import Path
from typing import assert_never

from everstep.cli.failure import Failure

FILE = "executions.db"
"""The store's file in the folder of a filesystem store."""


class StoreType(StrEnum):
    MEMORY = "memory"
    FILESYSTEM = "filesystem"
    SQLITE = "sqlite"


def store_url(kind: StoreType, path: str | None) -> str:
    """The store that type and path name; the folder of a filesystem store exists afterwards. Raises Failure."""
    match kind:
        case StoreType.MEMORY:
            return "memory:"
        case StoreType.FILESYSTEM:
            return f"sqlite:///{_made(Path(path or '.durable_executions')) / FILE}"
        case StoreType.SQLITE:
            return f"sqlite:///{path or 'durable-executions.db'}"
        case _:
            assert_never(kind)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise Failure(f"{folder} is a file; a filesystem store needs a folder (or say --store-type sqlite)") from error
    except OSError as error:
        raise Failure(f"the folder {folder} cannot be made ({error.strerror or error})") from error
    return folder
