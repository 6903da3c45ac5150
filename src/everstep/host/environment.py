"""The environment of a worker process: the program's own, what was asked for, and what Lambda would add."""

from collections.abc import Mapping

REGION = "us-east-1"
AWS_SDK_ALIAS_VARIABLE = "EVERSTEP_AWS_SDK_ALIAS"
"""Set to 1: in workers, the official SDK's name means everstep."""
TOKEN_VARIABLE = "EVERSTEP_TOKEN"
"""The token of a service that asks for one; it reads it where AWS clients send that of a session."""
_CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


def worker_environment(
    inherited: Mapping[str, str], added: Mapping[str, str], *, has_credentials: bool = False
) -> dict[str, str]:
    """`added` wins over `inherited`; both win over the defaults.

    A local service asks for no credentials, but AWS clients insist on some: where nothing in the environment names
    any, and the user has none elsewhere (`has_credentials`), dummies are set, with the service's token if it has one.
    """
    merged = {**inherited, **added}
    region = merged.get("AWS_REGION") or merged.get("AWS_DEFAULT_REGION") or REGION
    defaults = {
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_STREAM_NAME": "everstep",
        # A pipe is no terminal: without this, lines appear only when a block is full.
        "PYTHONUNBUFFERED": "1",
    }
    if not has_credentials and not any(merged.get(name) for name in _CREDENTIALS):
        defaults |= {"AWS_ACCESS_KEY_ID": "everstep", "AWS_SECRET_ACCESS_KEY": "everstep"}
        if token := merged.get(TOKEN_VARIABLE):
            defaults["AWS_SESSION_TOKEN"] = token
    return {**defaults, **merged, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
