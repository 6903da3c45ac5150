"""Large values as files; the history keeps their paths.

The folder must be durable and shared by all machines that run the function: Amazon EFS, S3 Files, NFS; for one machine,
any disk. Lambda's own `/tmp` is neither: a replay on another machine would not find the file.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from everstep.errors import RetryableSerDesError, SerDesError
from everstep.sdk.objects import FileSystemSerDesConfig, StoredSerDes, check_key, is_final

T = TypeVar("T")


class Folder:
    """An object store in a folder. A file is complete or absent, whenever the machine stops."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(root).absolute()

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        try:
            self._make_folder(path.parent)
            _write_whole(path, data)
        except OSError as error:
            raise _verdict("written", path, error) from error

    def get(self, key: str) -> bytes:
        path = self._path(key)
        try:
            return path.read_bytes()
        except OSError as error:
            raise _verdict("read", path, error) from error

    def _path(self, key: str) -> Path:
        check_key(key)
        return self.root / key

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        folder.mkdir(parents=True, exist_ok=True)
        for above in folder.parents:  # a file survives only if the way to it does
            _sync_folder(above)
            if above == self.root:
                return


class FileSystemSerDes(StoredSerDes[T]):
    """Keeps values in files below `base_path`; by default all of them, with OVERFLOW only the large ones."""

    def __init__(self, base_path: str | os.PathLike[str], config: FileSystemSerDesConfig | None = None) -> None:
        self._folder = Folder(base_path)
        super().__init__(self._folder, config)

    def where(self, key: str) -> str:
        return str(self._folder.root / key)

    def key_of(self, pointer: str) -> str:
        root = self._folder.root.resolve()
        # Resolved, so that neither dots nor a link lead out of the folder.
        path = Path(pointer).resolve() if "\0" not in pointer else Path()
        if not path.is_relative_to(root):
            raise SerDesError(f"the saved path {pointer!r} is not below {root}")
        return path.relative_to(root).as_posix()


def _write_whole(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{uuid4().hex}.tmp")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive; where folders cannot be synchronised (Windows, some mounts), it does anyway."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _verdict(act: str, path: Path, error: OSError) -> SerDesError | RetryableSerDesError:
    sentence = f"{path} could not be {act}: {error.strerror or error}"
    return SerDesError(sentence) if is_final(error) else RetryableSerDesError(sentence)
