"""Answers that several handlers give, or that none gives: failed functions and refusals."""

from dataclasses import replace

from everstep.core.model import ErrorObject
from everstep.core.refusal import Code, Refused
from everstep.service.http.asgi import RETRY_AFTER_SECONDS, Response, Streamed, json_response, refusal_response
from everstep.service.http.dialect import Manners


class WrongMethodError(Refused):
    """A known path, but not with this method; `allowed` is what the header Allow says."""

    def __init__(self, message: str, allowed: str) -> None:
        super().__init__(Code.METHOD_NOT_ALLOWED, message)
        self.allowed = allowed


def refusal(refused: Refused, manners: Manners) -> Response:
    """How a dialect says no."""
    if refused.code is Code.NOT_FOUND and not manners.not_found_code:
        return json_response(refused.code.http_status, {"Type": refused.code.value, "Message": refused.message})
    response = refusal_response(refused, type_is_code=manners.type_is_code)
    if isinstance(refused, WrongMethodError):
        return with_headers(response, ("Allow", refused.allowed))
    return response


def plain_refusal(refused: Refused) -> Response:
    """How our own API says no."""
    code = "read_only" if refused.code is Code.ACCESS_DENIED else refused.code.name.lower()
    headers = [("Retry-After", RETRY_AFTER_SECONDS)] if refused.code is Code.TOO_MANY else []
    if isinstance(refused, WrongMethodError):
        headers.append(("Allow", refused.allowed))
    body = {"error": {"code": code, "message": refused.message}}
    return json_response(refused.code.http_status, body, tuple(headers))


def function_error(error: ErrorObject, otherwise: str = "the function failed") -> Response:
    """A failed function in the form that every caller of Lambda knows; `otherwise` stands in for a missing message."""
    body = {
        "errorMessage": error.message if error.message is not None else otherwise,
        "errorType": error.type,
        "stackTrace": list(error.stack_trace or ()),
    }
    return json_response(200, body, (("X-Amz-Function-Error", "Unhandled"),))


def with_headers(response: Response, *headers: tuple[str, str]) -> Response:
    if isinstance(response, Streamed):
        return replace(response, headers=(*response.headers, *headers))
    return Response(response.status, response.body, (*response.headers, *headers))
