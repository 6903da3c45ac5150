"""Large values live elsewhere, in folders and object stores; the history keeps a pointer, and nothing is lost."""

import json
import os
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from everstep.errors import RetryableSerDesError, SerDesError
from everstep.sdk.files import FileSystemSerDes, Folder
from everstep.sdk.objects import (
    INLINE_BYTES_MAX,
    FileSystemPathEncoding,
    FileSystemSerDesConfig,
    FileSystemSerDesMode,
    FsspecObjectStore,
    ObjectStore,
    ObjectStoreSerDes,
    S3ObjectStore,
)
from everstep.sdk.serdes import PassThroughSerDes, SerDesContext
from everstep.sdk.typed import TypedSerDes

ARN = (
    "arn:aws:lambda:us-east-1:000000000000:function:order:1/durable-execution/o-17/11111111-2222-3333-4444-555555555555"
)
CONTEXT = SerDesContext("op-1", ARN)
OVERFLOW = FileSystemSerDesConfig(storage_mode=FileSystemSerDesMode.OVERFLOW)
HASH = FileSystemSerDesConfig(path_encoding=FileSystemPathEncoding.HASH)


@dataclass
class Shelf:
    """An object store in memory, which is also a little S3 client and a little fsspec file system."""

    held: dict[str, bytes] = field(default_factory=dict)
    failure: Exception | None = None

    def put(self, key: str, data: bytes) -> None:
        if self.failure is not None:
            raise self.failure
        self.held[key] = data

    def get(self, key: str) -> bytes:
        if self.failure is not None:
            raise self.failure
        return self.held[key]

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # noqa: N803  # boto3's names
        assert ContentType == "application/json"
        self.put(f"{Bucket}:{Key}", Body)

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803  # as above
        return {"Body": BytesIO(self.get(f"{Bucket}:{Key}"))}

    def makedirs(self, path: str, exist_ok: bool) -> None:
        assert exist_ok

    pipe_file = put
    cat_file = get


def stores(folder: Path) -> list[ObjectStore]:
    return [Folder(folder), Shelf(), S3ObjectStore(Shelf(), "bucket", "/a/b/"), FsspecObjectStore(Shelf(), "root/")]


def test_every_store_gives_back_what_it_was_given(tmp_path: Path) -> None:
    for store in stores(tmp_path):
        serdes: ObjectStoreSerDes[Any] = ObjectStoreSerDes(store)
        for value in ({"a": (1, b"\x00")}, "\ud800", None):
            assert serdes.deserialize(serdes.serialize(value, CONTEXT), CONTEXT) == value


def test_prefixes_of_buckets_and_roots_stand_before_the_key() -> None:
    shelf = Shelf()
    S3ObjectStore(shelf, "bucket", "/a/b/").put("k", b"1")
    S3ObjectStore(shelf, "bucket").put("k", b"2")
    FsspecObjectStore(shelf, "root/").put("k", b"3")
    assert shelf.held == {"bucket:a/b/k": b"1", "bucket:k": b"2", "root/k": b"3"}


def test_a_file_stands_where_people_look_for_it(tmp_path: Path) -> None:
    envelope = json.loads(FileSystemSerDes[int](tmp_path).serialize(5, CONTEXT))
    path = Path(envelope["file"])
    assert path.parent == tmp_path / "order" / "o-17" / "11111111-2222-3333-4444-555555555555"
    assert path.name.startswith("op-1-")
    assert path.suffix == ".json"
    assert path.read_text() == "5"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_hashed_names_have_one_length(tmp_path: Path) -> None:
    paths = [
        Path(json.loads(FileSystemSerDes[int](tmp_path, HASH).serialize(5, context))["file"]).relative_to(tmp_path)
        for context in (CONTEXT, SerDesContext("x" * 5000, "y"), SerDesContext())
    ]
    assert {len(str(path)) for path in paths} == {64 + 1 + 64 + 1 + 16 + len(".json")}


@pytest.mark.parametrize("name", ["..", ".", "", "../../etc/passwd", "a/b", "a\\b", "\0", "é" * 400, "\ud800"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    base = tmp_path / "base"
    serdes: FileSystemSerDes[int] = FileSystemSerDes(base)
    for context in (SerDesContext(name, ARN), SerDesContext("op-1", name), SerDesContext(name, name)):
        assert serdes.deserialize(serdes.serialize(5, context), context) == 5
    assert os.listdir(tmp_path) == ["base"]


@pytest.mark.parametrize("pointer", ["/etc/hostname", "../secret", "{base}/../secret", "{base}/link/secret", "\0", ""])
def test_no_pointer_leads_out_of_the_folder(tmp_path: Path, pointer: str) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (tmp_path / "secret").write_text("5")
    (base / "link").symlink_to(tmp_path)
    data = json.dumps({"file": pointer.format(base=base)})
    with pytest.raises(SerDesError, match="is not below"):
        FileSystemSerDes[int](base).deserialize(data, CONTEXT)


@pytest.mark.parametrize("pointer", ["/a", "../a", "a/../b", "a//b", "a\\b", "", "."])
def test_no_pointer_leads_out_of_an_object_store(pointer: str) -> None:
    with pytest.raises(SerDesError, match="is not a key of this store"):
        ObjectStoreSerDes[int](Shelf()).deserialize(json.dumps({"file": pointer}), CONTEXT)
    with pytest.raises(SerDesError, match="is not a key of this store"):
        Folder("anywhere").put(pointer, b"")


def test_only_large_values_overflow(tmp_path: Path) -> None:
    serdes: FileSystemSerDes[str] = FileSystemSerDes(
        tmp_path, FileSystemSerDesConfig(storage_mode=FileSystemSerDesMode.OVERFLOW, serdes=PassThroughSerDes())
    )
    around = len('{"data": ""}')
    small, large = "x" * (INLINE_BYTES_MAX - around), "x" * (INLINE_BYTES_MAX - around + 1)
    assert serdes.serialize(small, CONTEXT) == json.dumps({"data": small})
    assert json.loads(serdes.serialize(large, CONTEXT)).keys() == {"file"}
    for value in (small, large):
        assert serdes.deserialize(serdes.serialize(value, CONTEXT), CONTEXT) == value


def test_a_later_attempt_does_not_change_what_an_earlier_pointer_means(tmp_path: Path) -> None:
    serdes: FileSystemSerDes[int] = FileSystemSerDes(tmp_path)
    first, second = serdes.serialize(1, CONTEXT), serdes.serialize(2, CONTEXT)
    assert (serdes.deserialize(first, CONTEXT), serdes.deserialize(second, CONTEXT)) == (1, 2)


def test_a_pointer_shows_the_preview_that_was_asked_for(tmp_path: Path) -> None:
    config = FileSystemSerDesConfig(generate_preview=lambda value: {"count": value} if value else None)
    serdes: FileSystemSerDes[int] = FileSystemSerDes(tmp_path, config)
    assert json.loads(serdes.serialize(7, CONTEXT))["preview"] == {"count": 7}
    assert "preview" not in json.loads(serdes.serialize(0, CONTEXT))


def test_typed_values_can_be_stored_too(tmp_path: Path) -> None:
    serdes: FileSystemSerDes[set[int]] = FileSystemSerDes(
        tmp_path, FileSystemSerDesConfig(serdes=TypedSerDes(set[int]))
    )
    assert serdes.deserialize(serdes.serialize({1, 2}, CONTEXT), CONTEXT) == {1, 2}


def test_the_official_sdks_pointers_are_read(tmp_path: Path) -> None:
    official = pytest.importorskip(
        "aws_durable_execution_sdk_python.filesystem_serdes", reason="the official SDK is absent: NOT compared"
    )
    value = {"a": [1, b"x"]}
    data = official.FileSystemSerDes(str(tmp_path)).serialize(value, CONTEXT)
    assert FileSystemSerDes[Any](tmp_path).deserialize(data, CONTEXT) == value
    assert official.FileSystemSerDes(str(tmp_path)).deserialize(
        FileSystemSerDes[Any](tmp_path).serialize(value, CONTEXT), CONTEXT
    ) == value  # fmt: skip


def test_a_file_that_is_gone_is_a_final_failure(tmp_path: Path) -> None:
    serdes: FileSystemSerDes[int] = FileSystemSerDes(tmp_path)
    data = serdes.serialize(5, CONTEXT)
    Path(json.loads(data)["file"]).unlink()
    with pytest.raises(SerDesError, match="could not be read: No such file"):
        serdes.deserialize(data, CONTEXT)


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "taken").mkdir()
    with pytest.raises(SerDesError, match="could not be written"):
        folder.put("taken", b"1")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


class Answered(Exception):
    """As botocore's ClientError carries it."""

    def __init__(self, status: int) -> None:
        self.response = {"ResponseMetadata": {"HTTPStatusCode": status}}


@pytest.mark.parametrize(
    ("failure", "verdict"),
    [
        (Answered(404), SerDesError),
        (Answered(403), SerDesError),
        (Answered(429), RetryableSerDesError),
        (Answered(503), RetryableSerDesError),
        (ConnectionResetError("cut"), RetryableSerDesError),
        (FileNotFoundError("gone"), SerDesError),
    ],
)
def test_a_stores_failure_is_tried_again_unless_it_is_final(failure: Exception, verdict: type[Exception]) -> None:
    shelf = Shelf(failure=failure)
    for store in (S3ObjectStore(shelf, "bucket"), FsspecObjectStore(shelf, "root")):
        with pytest.raises(verdict) as wrote:
            store.put("k", b"")
        with pytest.raises(verdict) as read:
            store.get("k")
        assert wrote.value.__cause__ is read.value.__cause__ is failure


@pytest.mark.parametrize("data", ["[]", "{}", '{"file":1}', '{"data":{}}', "5"])
def test_text_that_is_no_pointer_is_refused(data: str) -> None:
    with pytest.raises(SerDesError, match="no pointer to a stored value"):
        ObjectStoreSerDes[int](Shelf()).deserialize(data, CONTEXT)
