"""Large values in a place of their own; the history keeps a pointer.

What is saved in the history is one of three JSON objects:

    {"data": "<text>"}                        the value itself, because it is small
    {"file": "<where>"}                       a pointer to it
    {"file": "<where>", "preview": {...}}     a pointer, and what people shall see of the value

Two attempts of one operation, or two invocations at once, may make different values. Each is stored under its own
digest, so that none can change what the pointer of another one means.
"""

import hashlib
import json
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from everstep.core.limits import KIB
from everstep.core.names import parse_arn
from everstep.errors import RetryableSerDesError, SerDesError
from everstep.sdk.serdes import EXTENDED_TYPES_SERDES, SerDes, SerDesContext

T = TypeVar("T")

INLINE_BYTES_MAX = 255 * KIB
"""Larger envelopes overflow: what one operation may save (256 KiB), less room for the rest of its record."""
SEGMENT_BYTES_MAX = 200
"""Longer names are replaced by their digest: file systems allow 255 bytes, and the digest of the value comes after."""
DIGEST_CHARS = 16
"""Of the value's SHA-256, in its key: enough to tell the few values of one operation apart."""


class ObjectStore(Protocol):
    """Keeps bytes under keys. A key is a relative path with `/`: `order/o-17/<execution>/<operation>-<digest>.json`.

    Raise RetryableSerDesError for a failure that may pass, anything else for one that will not.
    """

    def put(self, key: str, data: bytes) -> None:
        """Store the bytes so that they survive this process before returning; replace what the key held."""
        ...

    def get(self, key: str) -> bytes: ...


class FileSystemSerDesMode(StrEnum):
    """Which values are stored outside the history: all, or those that are too large for it."""

    ALWAYS = "ALWAYS"
    OVERFLOW = "OVERFLOW"


class FileSystemPathEncoding(StrEnum):
    """How names become keys: readable (function/execution/invocation/operation), or digests of fixed length."""

    URI = "URI"
    HASH = "HASH"


@dataclass(frozen=True, slots=True)
class FileSystemSerDesConfig:
    """How values are stored outside the history.

    `generate_preview` makes of a value what its pointer shows (see `build_preview`), or None. `serdes` makes the text
    that is stored.
    """

    storage_mode: FileSystemSerDesMode = FileSystemSerDesMode.ALWAYS
    path_encoding: FileSystemPathEncoding = FileSystemPathEncoding.URI
    generate_preview: Callable[[Any], dict[str, Any] | None] | None = None
    serdes: SerDes[Any] = EXTENDED_TYPES_SERDES


class StoredSerDes(SerDes[T]):
    """A serializer that stores values in an object store. `where` and `key_of` turn keys into pointers and back."""

    def __init__(self, store: ObjectStore, config: FileSystemSerDesConfig | None = None) -> None:
        self._store = store
        self._config = config or FileSystemSerDesConfig()

    @abstractmethod
    def where(self, key: str) -> str: ...

    @abstractmethod
    def key_of(self, pointer: str) -> str:
        """Raises SerDesError for a pointer that leads out of the store."""

    def serialize(self, value: T, serdes_context: SerDesContext) -> str:
        text = self._config.serdes.serialize(value, serdes_context)
        if self._config.storage_mode is FileSystemSerDesMode.OVERFLOW:
            inline = json.dumps({"data": text})
            if len(inline) <= INLINE_BYTES_MAX:  # json.dumps writes ASCII
                return inline
        data = text.encode("utf-8", "surrogatepass")
        key = key_for(serdes_context, data, self._config.path_encoding)
        self._store.put(key, data)
        envelope: dict[str, Any] = {"file": self.where(key)}
        preview = self._config.generate_preview(value) if self._config.generate_preview is not None else None
        if preview:
            envelope["preview"] = preview
        return json.dumps(envelope)

    def deserialize(self, data: str, serdes_context: SerDesContext) -> T:
        match json.loads(data):
            case {"file": str(pointer)}:
                text = self._store.get(self.key_of(pointer)).decode("utf-8", "surrogatepass")
            case {"data": str(text)}:
                pass
            case _:
                raise SerDesError('the saved text is no pointer to a stored value: expected {"file"} or {"data"}')
        return self._config.serdes.deserialize(text, serdes_context)  # type: ignore[no-any-return]  # what T is, its author says


class ObjectStoreSerDes(StoredSerDes[T]):
    """Keeps values in any object store; by default all of them, with OVERFLOW only the large ones.

    ObjectStoreSerDes(S3ObjectStore(boto3.client("s3"), "my-bucket"))
    """

    def where(self, key: str) -> str:
        return key

    def key_of(self, pointer: str) -> str:
        check_key(pointer)
        return pointer


def check_key(key: str) -> None:
    """Raises SerDesError for a key that could mean a place outside of its store."""
    if any(segment in ("", ".", "..") for segment in key.split("/")) or "\\" in key or "\0" in key:
        raise SerDesError(f"{key!r} is not a key of this store")


def key_for(context: SerDesContext, data: bytes, encoding: FileSystemPathEncoding) -> str:
    """Where the bytes of an operation's value belong. No segment is empty, has a slash, or means another folder."""
    arn = parse_arn(context.durable_execution_arn) if encoding is FileSystemPathEncoding.URI else None
    folders = [context.durable_execution_arn] if arn is None else [arn.function, arn.name, arn.execution_id]
    digest = hashlib.sha256(data).hexdigest()[:DIGEST_CHARS]
    *above, last = (_segment(name, encoding) for name in [*folders, context.operation_id])
    return "/".join([*above, f"{last}-{digest}.json"])


def _segment(name: str, encoding: FileSystemPathEncoding) -> str:
    readable = quote(name, safe="", errors="replace")
    if encoding is FileSystemPathEncoding.HASH or len(readable) > SEGMENT_BYTES_MAX:
        return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    # `quote` leaves dots alone, and a name of dots only is another folder; an empty one would be none at all, and takes
    # a form that `quote` gives to no name.
    return readable if readable.strip(".") else readable.replace(".", "%2E") or "%"


class S3ObjectStore:
    """Objects in an S3 bucket, by the author's boto3 client."""

    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def put(self, key: str, data: bytes) -> None:
        with _judged():
            self._client.put_object(
                Bucket=self._bucket, Key=self._prefix + key, Body=data, ContentType="application/json"
            )

    def get(self, key: str) -> bytes:
        with _judged():
            content: bytes = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)["Body"].read()
        return content


class FsspecObjectStore:
    """Objects in any file system that speaks fsspec's interface (GCS, Azure, SFTP …), below a root folder."""

    def __init__(self, filesystem: Any, root: str) -> None:
        self._filesystem = filesystem
        self._root = root.rstrip("/")

    def put(self, key: str, data: bytes) -> None:
        path = f"{self._root}/{key}"
        with _judged():
            self._filesystem.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._filesystem.pipe_file(path, data)

    def get(self, key: str) -> bytes:
        with _judged():
            content: bytes = self._filesystem.cat_file(f"{self._root}/{key}")
        return content


@contextmanager
def _judged() -> Iterator[None]:
    """Somebody else's client is asked. Its failures pass unless it says that asking again is of no use."""
    try:
        yield
    except Exception as error:
        if is_final(error):
            raise SerDesError(f"the store refused: {type(error).__name__}: {error}") from error
        raise RetryableSerDesError(f"the store could not be reached: {type(error).__name__}: {error}") from error


_FINAL = (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError, TypeError, ValueError)


def is_final(error: Exception) -> bool:
    """Whether asking again would end the same way: the file is absent, or an HTTP answer blames the request."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        return isinstance(status, int) and 400 <= status < 500 and status not in (408, 429)
    return isinstance(error, _FINAL)
