"""One row of the table of routes: how a request is recognised, who answers it, and what it is described as."""

from dataclasses import dataclass

from everstep.service.http.about import About
from everstep.service.http.desk import Answer
from everstep.service.http.paths import Shape


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    shape: Shape
    answer: Answer
    about: About
    """What the OpenAPI description says of it."""
