"""Going on in another execution, for work beyond what one execution may hold."""

from typing import Any

from everstep.core.names import parse_arn
from everstep.errors import InvalidStateError, ValidationError
from everstep.sdk import asking
from everstep.sdk.replay.requests import Script
from everstep.sdk.scope import Scope
from everstep.sdk.types import LambdaContext

NAME = "continue-as-new"
"""Of the chained invoke that links an execution to its successor."""


def continue_as_new(
    scope: Scope, payload: object, function_name: str | None, lambda_context: LambdaContext | None
) -> Script[Any]:
    if not scope.is_outermost:
        raise InvalidStateError(
            "continue_as_new hands over all the work that is left, so it belongs into the handler itself; a child "
            "context or branch that wants another execution to work for it uses context.invoke."
        )
    return asking.invoke(scope, function_name or _own_name(scope, lambda_context), payload, NAME, None)


def _own_name(scope: Scope, lambda_context: LambdaContext | None) -> str:
    """The function with the version that runs this execution."""
    own = parse_arn(scope.arn)
    name = own.function_arn if own is not None else getattr(lambda_context, "invoked_function_arn", None)
    if not name:
        raise ValidationError(f"The execution's ARN names no function, so give continue_as_new one: {scope.arn}")
    return str(name)
