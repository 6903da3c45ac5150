"""Which function a call names: by its name, and perhaps a qualifier beside it."""

from dataclasses import replace

from everstep.core.names import FUNCTION_PATTERN, FunctionName, parse_function
from everstep.core.refusal import invalid
from everstep.service.http.query import violation


def function_of(name: str, qualifier: str | None) -> FunctionName:
    """The function of that name in that version.

    Raises Refused for a name of no known form, and for a qualifier that is not the one within the name.
    """
    function = parse_function(name)
    if function is None:
        pattern = f"Member must satisfy regular expression pattern: {FUNCTION_PATTERN}"
        raise violation(name, "FunctionName", pattern)
    if qualifier is None:
        return function
    if function.qualifier not in (None, qualifier):
        raise invalid(f"the function's name says {function.qualifier}, the qualifier says {qualifier}")
    return replace(function, qualifier=qualifier)
