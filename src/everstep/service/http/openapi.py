"""The API in OpenAPI 3.1, made from the table of routes and nothing else."""

from collections.abc import Iterable

from everstep.core.wire.text import Json, JsonObject
from everstep.service.http.about import NO_CONTENT, About, Parameter
from everstep.service.http.route import Route
from everstep.service.http.schemas import COMPONENTS
from everstep.version import __version__

PATH = "/everstep/v1/openapi.json"


def document(routes: Iterable[Route]) -> JsonObject:
    """The description of these routes."""
    paths: dict[str, Json] = {}
    for route in routes:
        item = paths.setdefault(template(route), {})
        assert isinstance(item, dict), item
        item[route.method.lower()] = _operation(route.about)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "everstep",
            "version": __version__,
            "description": "The AWS Lambda durable-execution API, and what this service answers beside it.",
        },
        "paths": paths,
        "components": {
            "schemas": {**COMPONENTS},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "sessionToken": {"type": "apiKey", "in": "header", "name": "X-Amz-Security-Token"},
            },
        },
        "security": [{}, {"bearer": []}, {"sessionToken": []}],
    }


def template(route: Route) -> str:
    """The route's path with its subject in braces."""
    subject = "" if route.about.subject is None else f"{{{route.about.subject}}}"
    return f"{route.shape.prefix}{subject}{route.shape.suffix}"


def _operation(about: About) -> JsonObject:
    parameters = [_parameter(given, "query") for given in about.query]
    parameters += [_parameter(given, "header") for given in about.headers]
    if about.subject is not None:
        parameters.insert(0, _parameter(Parameter(about.subject, about.subject_schema, required=True), "path"))
    answers: dict[str, Json] = {str(status): _answer(about, status) for status in about.answers}
    answers["default"] = {"description": "refused", "content": {"application/json": {"schema": about.refusal}}}
    found: JsonObject = {
        "operationId": about.id,
        "summary": about.summary,
        "tags": [about.tag],
        "parameters": [*parameters],
        "responses": answers,
    }
    if about.body is not None:
        found["requestBody"] = {
            "required": about.body.required,
            "content": {about.body.type: {"schema": about.body.schema}},
        }
    if about.open:
        found["security"] = []
    return found


def _parameter(given: Parameter, place: str) -> JsonObject:
    return {"name": given.name, "in": place, "required": given.required, "schema": given.schema}


def _answer(about: About, status: int) -> JsonObject:
    schema = about.answers[status]
    if schema == NO_CONTENT:
        return {"description": about.summary}
    return {"description": about.summary, "content": {about.answer_type: {"schema": schema}}}
