"""Setting the attributes by which people find an execution."""

from collections.abc import Mapping

from everstep.core.wire.attributes import SUB_TYPE, AttributeValue, problem_of
from everstep.core.wire.text import dump
from everstep.errors import ValidationError
from everstep.sdk.replay.attributes import set_attributes
from everstep.sdk.replay.requests import Script
from everstep.sdk.scope import Scope


def setting(scope: Scope, attributes: Mapping[str, AttributeValue]) -> Script[None]:
    """Raises ValidationError for attributes that no service could index."""
    problem = problem_of(attributes)
    if problem is not None:
        raise ValidationError(problem)
    yield from set_attributes(scope.nth_marker(SUB_TYPE), dump(dict(attributes)), scope.journal)
