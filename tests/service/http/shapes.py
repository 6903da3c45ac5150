"""Answers measured against botocore's own model of the API: every member known, none missing, each in its shape."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import OperationModel, Shape  # type: ignore[import-untyped]  # it has no types

_ELSEWHERE = ("header", "headers", "statusCode")
"""Where members may travel that are not in the body."""


def check_answer(operation: OperationModel, response: Any) -> None:
    """Raises AssertionError unless this is an answer that the model allows the operation to give."""
    shape, status = operation.output_shape, response.status_code
    if shape.serialization.get("payload") is not None:  # the body is the author's own, the status tells its type
        assert status in (200, 202, 204), (operation.name, status)
        return
    assert status == operation.http["responseCode"], (operation.name, status)
    found = list(complaints(shape, json.loads(response.content), operation.name))
    assert found == [], found


def check_error(shape: Shape, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Raises AssertionError unless this is how the model's error looks, code and message where clients look."""
    members = json.loads(body)
    assert status == shape.metadata["error"]["httpStatusCode"], (shape.name, status)
    assert headers["x-amzn-errortype"] == members["__type"] == shape.name
    known = {name: value for name, value in members.items() if name in shape.members}
    assert list(complaints(shape, known, shape.name)) == []
    assert {"Message", "message"} & known.keys(), known
    assert known["Type"] in {"User", "Service"}


def complaints(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """What is wrong with a value of a JSON body."""
    match shape.type_name:
        case "structure":
            yield from _of_structure(shape, value, path)
        case "list":
            for number, item in enumerate(value):
                yield from complaints(shape.member, item, f"{path}[{number}]")
        case "string":
            yield from _of_text(shape, value, path)
        case "integer" | "long":
            if type(value) is not int or not _is_within(shape, value):
                yield f"{path}: {value!r} is no {shape.name}"
        case "timestamp":
            if type(value) not in (int, float):
                yield f"{path}: {value!r} is no moment in seconds"
        case "boolean":
            if type(value) is not bool:
                yield f"{path}: {value!r} is neither true nor false"
        case other:
            yield f"{path}: a {other} has no form in JSON that is known here"


def _of_structure(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {value!r} is no object"
        return
    members = {
        member.serialization.get("name", name): (name, member)
        for name, member in shape.members.items()
        if member.serialization.get("location") not in _ELSEWHERE
    }
    for name in value.keys() - members.keys():
        yield f"{path}.{name}: unknown to the model"
    for wire_name, (name, member) in members.items():
        if wire_name in value:
            yield from complaints(member, value[wire_name], f"{path}.{wire_name}")
        elif name in shape.required_members:
            yield f"{path}.{wire_name}: missing"


def _of_text(shape: Shape, value: Any, path: str) -> Iterator[str]:
    pattern = shape.metadata.get("pattern")
    if not isinstance(value, str):
        yield f"{path}: {value!r} is no text"
    elif shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is none of {shape.enum}"
    elif pattern is not None and re.fullmatch(pattern, value) is None:
        yield f"{path}: {value!r} does not match {pattern}"
    elif not _is_within(shape, len(value)):
        yield f"{path}: {len(value)} characters"


def _is_within(shape: Shape, amount: int) -> bool:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    return (low is None or amount >= low) and (high is None or amount <= high)
