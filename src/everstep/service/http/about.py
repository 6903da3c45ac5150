"""What a route is described as, beside the route itself.

Whoever adds a route writes one `About` into its row; nothing else has to be told, the published description at
`GET /everstep/v1/openapi.json` is made from the rows (`openapi`).

    Route("GET", Shape("/everstep/v1/things/", "/parts"), parts, About(
        id="ListParts", summary="The parts of a thing", subject="ThingId", query=(Parameter("Limit", INTEGER),),
        answers={200: an_object({"Parts": a_list(TEXT)})}))

Schemas are JSON Schema (2020-12) as plain values; `{"$ref": "#/components/schemas/NAME"}` names one of
`schemas.COMPONENTS`. Every route may also refuse, with the body of `schemas.ERROR`, unless `refusal` says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from everstep.core.wire.text import JsonObject

Schema: TypeAlias = JsonObject

NO_CONTENT: Schema = {}
"""The schema of an answer without a body."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter or a header."""

    name: str
    schema: Schema
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a request carries."""

    schema: Schema
    required: bool = True
    type: str = "application/json"
    """Its media type, as it is described; the API itself asks nobody for a Content-Type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A route in words and schemas."""

    id: str
    """The operation's name, unique; the Lambda API's own where it has one."""
    summary: str
    tag: str = "everstep"
    subject: str | None = None
    """What the path names between the prefix and the suffix of its shape; None for a fixed path."""
    subject_schema: Schema = field(default_factory=lambda: {"type": "string", "minLength": 1})
    query: tuple[Parameter, ...] = ()
    headers: tuple[Parameter, ...] = ()
    body: Body | None = None
    answers: Mapping[int, Schema] = field(default_factory=lambda: {200: NO_CONTENT})
    """Bodies of success by status; NO_CONTENT for none."""
    answer_type: str = "application/json"
    refusal: Schema = field(default_factory=lambda: {"$ref": "#/components/schemas/Error"})
    open: bool = False
    """Whether it asks for no token: what probes call."""
