"""A preview shows what its rules allow, and never more than fits."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everstep.sdk.preview import FieldMatchMode, PreviewConfig, PreviewField, PreviewMode, build_preview

ALL, NONE = PreviewMode.INCLUDE_ALL, PreviewMode.EXCLUDE_ALL
CUSTOMER = {"name": "Ada", "email": "a@b.c", "card": {"number": "4111", "owner": {"email": "x@y.z"}}}


def anywhere(*names: str) -> list[PreviewField]:
    return [PreviewField(name) for name in names]


def at(*paths: str) -> list[PreviewField]:
    return [PreviewField(path, FieldMatchMode.PATH) for path in paths]


CASES: list[tuple[PreviewConfig, dict[str, Any] | None]] = [
    (PreviewConfig(ALL), CUSTOMER),
    (PreviewConfig(NONE), None),
    (PreviewConfig(ALL, exclude=anywhere("email", "number")), {"name": "Ada"}),
    (PreviewConfig(ALL, exclude=at("email", "card.number")), {"name": "Ada", "card": {"owner": {"email": "x@y.z"}}}),
    (PreviewConfig(NONE, include=anywhere("email")), {"email": "a@b.c", "card": {"owner": {"email": "x@y.z"}}}),
    (PreviewConfig(NONE, include=at("card.owner.email")), {"card": {"owner": {"email": "x@y.z"}}}),
    (PreviewConfig(NONE, include=anywhere("card"), exclude=anywhere("owner")), {"card": {"number": "4111"}}),
    (PreviewConfig(NONE, mask=anywhere("card"), mask_string="#"), {"card": "#"}),
    (PreviewConfig(ALL, mask=at("email"), exclude=anywhere("card")), {"name": "Ada", "email": "***"}),
    (PreviewConfig(ALL, mask=anywhere("email"), exclude=anywhere("email", "card")), {"name": "Ada"}),
]


@pytest.mark.parametrize(("config", "preview"), CASES)
def test_rules_choose_the_fields(config: PreviewConfig, preview: dict[str, Any] | None) -> None:
    assert build_preview(CUSTOMER, config) == preview


def test_items_of_lists_are_laid_over_each_other() -> None:
    value = {"items": [{"sku": "a", "n": 1}, {"sku": "b"}, "loose"]}
    assert build_preview(value, PreviewConfig(ALL)) == {"items": {"sku": "b", "n": 1}}


def test_names_with_dots_are_never_shown() -> None:
    assert build_preview({"a.b": 1, "a": {"c": 2}}, PreviewConfig(ALL)) == {"a": {"c": 2}}


def test_any_object_with_fields_has_a_preview() -> None:
    @dataclass
    class Order:
        total: int
        at: date

    assert build_preview(Order(3, date(2026, 1, 2)), PreviewConfig(ALL)) == {"total": 3, "at": "2026-01-02"}
    assert build_preview({"at": date(2026, 1, 2)}, PreviewConfig(ALL)) == {"at": "2026-01-02"}


@pytest.mark.parametrize("value", [None, 5, "text", [], {}, object()])
def test_what_has_no_fields_has_no_preview(value: object) -> None:
    assert build_preview(value, PreviewConfig(ALL)) is None


def test_fields_are_added_until_the_preview_is_full() -> None:
    value = {f"field{i}": "x" * 10 for i in range(100)}
    preview = build_preview(value, PreviewConfig(ALL, max_preview_bytes=100))
    assert preview == dict(list(value.items())[: len(preview or {})])
    assert 2 <= len(preview or {}) <= 4


nests = st.recursive(
    st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30
)


@given(st.dictionaries(st.text(), nests), st.integers(2, 300))
def test_a_preview_is_never_larger_than_allowed(value: dict[str, Any], bytes_max: int) -> None:
    preview = build_preview(value, PreviewConfig(ALL, max_preview_bytes=bytes_max))
    assert len(json.dumps(preview or {}).encode()) <= bytes_max
