"""The published description tells of every route, and says nothing that is not there."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from everstep.service.http.openapi import document, template
from everstep.service.http.route import Route
from everstep.service.http.routes import ROUTES
from tests.service.http.world import Client, with_api


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_the_service_publishes_its_own_description() -> None:
    async def talk(client: Client) -> None:
        reply = await client.ask("GET", "/everstep/v1/openapi.json")
        assert (reply.status, reply.json["openapi"]) == (200, "3.1.0")
        assert reply.json == json.loads(json.dumps(document(ROUTES)))

    with_api(talk)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {template(route)}")
def test_every_route_is_described_by_its_own_template(route: Route) -> None:
    described: Any = document(ROUTES)
    path = described["paths"][template(route)]
    assert path[route.method.lower()]["operationId"] == route.about.id
    assert route.shape.has_subject == (route.about.subject is not None)


def test_operation_ids_are_unique_and_references_lead_somewhere() -> None:
    described: Any = document(ROUTES)
    ids = Counter(route.about.id for route in ROUTES)
    assert [name for name, count in ids.items() if count > 1] == []
    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert set(references(described)) <= known
