"""Which service is called, and with which keys, given an environment and the shared files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from everstep.errors import ValidationError
from everstep.sdk.clients.settings import ClientConfig, read_config
from everstep.sdk.clients.signing import Credentials

KEYS = Credentials(access_key="AKID", secret_key="secret")
ENV_KEYS = {"AWS_ACCESS_KEY_ID": "env-id", "AWS_SECRET_ACCESS_KEY": "env-secret"}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """An environment that names two shared files with some profiles."""
    config, keys = tmp_path / "config", tmp_path / "credentials"
    config.write_text(
        "[default]\nregion = eu-north-1\n[profile work]\nregion = us-west-2\naws_access_key_id = old-id\n"
        "aws_secret_access_key = old-secret\ns3 =\n  max_queue_size = 9\n"
        "[profile odd]\nregion = us-west-2\naws_access_key_id = half\n"
    )
    keys.write_text(
        "[default]\naws_access_key_id = file-id\naws_secret_access_key = file-secret\n"
        "[work]\naws_access_key_id = work-id\naws_secret_access_key = work%secret\naws_session_token = work-token\n"
    )
    return {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(keys)}


def url_in(environ: Mapping[str, str], region: str | None = "eu-west-1") -> str:
    return read_config(environ, region=region, credentials=KEYS).endpoint.url


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, "https://lambda.eu-west-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://localhost:4566/"}, "http://localhost:4566"),
        ({"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_LAMBDA": "https://b:443/x/"}, "https://b/x"),
        ({"AWS_ENDPOINT_URL_LAMBDA": "http://[::1]:9014"}, "http://[::1]:9014"),
    ],
)
def test_the_endpoint_comes_from_the_environment_or_the_region(environ: dict[str, str], url: str) -> None:
    assert url_in(environ) == url


@pytest.fixture(scope="module")
def botocores_rules() -> Any:
    """What botocore goes by when it looks for the host of a service."""
    provider = pytest.importorskip("botocore.endpoint_provider", reason="botocore is not installed: hosts NOT compared")
    data = pytest.importorskip("botocore.loaders").create_loader()
    rules = data.load_service_model("lambda", "endpoint-rule-set-1")
    return provider.EndpointProvider(rules, data.load_data("partitions"))


@pytest.mark.parametrize(
    "region",
    [
        "us-east-1",
        "us-gov-west-1",
        "cn-north-1",
        "eusc-de-east-1",
        "us-iso-east-1",
        "us-isob-east-1",
        "eu-isoe-west-1",
        "us-isof-south-1",
    ],
)
@pytest.mark.parametrize("fips", [False, True])
@pytest.mark.parametrize("dual_stack", [False, True])
def test_botocore_finds_the_same_host_in_every_partition(
    botocores_rules: Any, region: str, fips: bool, dual_stack: bool
) -> None:
    theirs = botocores_rules.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual_stack)
    environ = {"AWS_USE_FIPS_ENDPOINT": str(fips), "AWS_USE_DUALSTACK_ENDPOINT": str(dual_stack)}
    assert url_in(environ, region) == theirs.url


def test_what_is_given_wins_over_the_environment(files: dict[str, str]) -> None:
    environ = {**files, **ENV_KEYS, "AWS_REGION": "us-east-2", "AWS_ENDPOINT_URL_LAMBDA": "http://env"}
    found = read_config(environ, "http://given:1", "ap-south-1", KEYS)
    assert (found.endpoint.url, found.region, found.credentials()) == ("http://given:1", "ap-south-1", KEYS)


@pytest.mark.parametrize(
    ("environ", "region", "access_key"),
    [
        ({"AWS_REGION": "a-1", "AWS_DEFAULT_REGION": "b-1", **ENV_KEYS}, "a-1", "env-id"),
        ({"AWS_DEFAULT_REGION": "b-1"}, "b-1", "file-id"),
        ({}, "eu-north-1", "file-id"),
        ({"AWS_PROFILE": "work"}, "us-west-2", "work-id"),
        ({"AWS_PROFILE": "work", **ENV_KEYS}, "us-west-2", "env-id"),
    ],
)
def test_region_and_keys_come_from_the_environment_then_the_files(
    files: dict[str, str], environ: dict[str, str], region: str, access_key: str
) -> None:
    found = read_config({**files, **environ})
    assert (found.region, found.credentials().access_key) == (region, access_key)


def test_temporary_keys_come_with_their_token(files: dict[str, str]) -> None:
    of_file = read_config({**files, "AWS_PROFILE": "work"}).credentials()
    of_environment = read_config({**ENV_KEYS, "AWS_SESSION_TOKEN": "t", "AWS_REGION": "r-1"}).credentials()
    assert of_file == Credentials(access_key="work-id", secret_key="work%secret", session_token="work-token")
    assert of_environment == Credentials(access_key="env-id", secret_key="env-secret", session_token="t")


def nowhere(tmp_path: Path) -> dict[str, str]:
    return {"AWS_CONFIG_FILE": str(tmp_path / "no"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no")}


def test_a_service_of_ones_own_needs_neither_region_nor_keys(tmp_path: Path) -> None:
    found: ClientConfig = read_config(nowhere(tmp_path), "http://127.0.0.1:9014")
    assert found.region == "us-east-1"
    assert found.credentials().access_key


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "AWS_ENDPOINT_URL_LAMBDA"),
        ({"AWS_ENDPOINT_URL": "https://lambda.us-east-1.amazonaws.com", **ENV_KEYS}, "AWS_REGION"),
        ({"AWS_PROFILE": "missing"}, "profile 'missing'"),
        ({"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a"}, "AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ENDPOINT_URL": "localhost:9014", **ENV_KEYS}, "an endpoint looks like"),
        ({"AWS_ENDPOINT_URL": "http://x:port", **ENV_KEYS}, "not a URL"),
        ({"AWS_ENDPOINT_URL": "http://u:p@x", **ENV_KEYS}, "an endpoint looks like"),
    ],
)
def test_what_is_missing_or_wrong_is_said(tmp_path: Path, environ: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        read_config({**nowhere(tmp_path), **environ})


def test_half_a_key_in_a_file_is_said(files: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="aws_secret_access_key"):
        read_config({**files, "AWS_PROFILE": "odd"})


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("region = before any section\n")
    with pytest.raises(ValidationError, match="config cannot be read"):
        read_config({**nowhere(tmp_path), "AWS_CONFIG_FILE": str(tmp_path / "config")})


def test_files_are_left_alone_when_nothing_is_missing(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("no settings at all")
    environ = {**ENV_KEYS, "AWS_REGION": "us-east-1", "AWS_CONFIG_FILE": str(tmp_path / "config")}
    assert read_config(environ).region == "us-east-1"
