"""Which service is called, and as whom: the environment and the shared AWS files, read once into one value."""

from collections.abc import Mapping

from everstep.core.records import changed, dataclass
from everstep.errors import ValidationError
from everstep.sdk.clients.connection import Endpoint, parse_endpoint
from everstep.sdk.clients.credentials import (
    CredentialsSource,
    always,
    find_source,
    of_environment,
    of_profile,
    read_profile,
)
from everstep.sdk.clients.signing import Credentials

_SUFFIXES = {
    # The start of a region's name: its domain, its domain for IPv6 and IPv4 ("dual stack").
    "cn-": ("amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    "eusc-": ("amazonaws.eu", "api.amazonwebservices.eu"),
    "us-iso-": ("c2s.ic.gov", "api.aws.ic.gov"),
    "us-isob-": ("sc2s.sgov.gov", "api.aws.scloud"),
    "eu-isoe-": ("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    "us-isof-": ("csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    "": ("amazonaws.com", "api.aws"),
}
TOKEN_VARIABLE = "EVERSTEP_TOKEN"
"""The token of a service that asks for one."""
_UNCHECKED = Credentials(access_key="everstep", secret_key="everstep")
"""For a service of one's own: it does not check signatures, but a router on the way may look for one."""
_REGION_OF_OWN_SERVICE = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """All that a client must know about its service."""

    endpoint: Endpoint
    region: str
    credentials: CredentialsSource
    ca_bundle: str | None = None
    """File with the certificates to trust instead of the system's."""


def read_config(
    environ: Mapping[str, str],
    endpoint: str | None = None,
    region: str | None = None,
    credentials: Credentials | CredentialsSource | None = None,
) -> ClientConfig:
    """What was given, completed from the environment. Raises ValidationError, saying what is missing."""
    url = endpoint or environ.get("AWS_ENDPOINT_URL_LAMBDA") or environ.get("AWS_ENDPOINT_URL")
    region = region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    if isinstance(credentials, Credentials):
        credentials = always(credentials)
    elif credentials is None and (keys := of_environment(environ)) is not None:
        credentials = always(keys)

    # The files are opened only for what is still unknown: in Lambda they do not exist and nothing is.
    profile = read_profile(environ) if region is None or credentials is None else {}
    region = region or profile.get("region")
    found = parse_endpoint(url) if url else _aws_endpoint(region, environ)
    ours = not _is_aws(found.host)
    if ours and (token := environ.get(TOKEN_VARIABLE)):
        # A service of one's own looks for its token where AWS looks for that of a session, and at no signature.
        credentials = always(changed(_UNCHECKED, session_token=token))
    if region is None and not ours:
        raise ValidationError("the AWS region is unknown; set AWS_REGION or give `region`")
    return ClientConfig(
        endpoint=found,
        region=region or _REGION_OF_OWN_SERVICE,
        credentials=credentials or _search(environ, profile, ours),
        ca_bundle=environ.get("AWS_CA_BUNDLE") or None,
    )


def _search(environ: Mapping[str, str], profile: Mapping[str, str], ours: bool) -> CredentialsSource:
    if ours:
        # The long search would ask the network (EC2's metadata) for what such a service does not check.
        keys = of_profile(profile)
        return always(keys or _UNCHECKED)
    source = find_source(environ, profile)
    if source is None:
        raise ValidationError(
            "no AWS credentials found: not in the environment, the shared files or a container; for roles and single "
            "sign-on install boto3; for a service of your own set AWS_ENDPOINT_URL_LAMBDA"
        )
    return source


def _aws_endpoint(region: str | None, environ: Mapping[str, str]) -> Endpoint:
    if region is None:
        raise ValidationError(
            "neither a service nor a region is known; set AWS_ENDPOINT_URL_LAMBDA for a service of your own, "
            "or AWS_REGION for AWS"
        )
    domain, dual_stack_domain = next(found for start, found in _SUFFIXES.items() if region.startswith(start))
    service = "lambda-fips" if _is_on(environ, "AWS_USE_FIPS_ENDPOINT") else "lambda"
    suffix = dual_stack_domain if _is_on(environ, "AWS_USE_DUALSTACK_ENDPOINT") else domain
    return parse_endpoint(f"https://{service}.{region}.{suffix}")


def _is_on(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() == "true"


def _is_aws(host: str) -> bool:
    return any(host.endswith(f".{domain}") for domains in _SUFFIXES.values() for domain in domains)
