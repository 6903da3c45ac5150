"""Signatures as AWS computes them."""

from datetime import UTC, datetime

import pytest

from everstep.sdk.clients.signing import Credentials, SignableRequest, encode, query_text, sign

NOW = datetime(2015, 8, 30, 12, 36, 0, tzinfo=UTC)
KEYS = Credentials(access_key="AKIDEXAMPLE", secret_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
TEMPORARY = Credentials(access_key="AKID", secret_key="secret", session_token="token/with+signs=")

REQUESTS = [
    SignableRequest(method="GET", host="lambda.us-east-1.amazonaws.com", path="/"),
    SignableRequest(
        method="POST",
        host="127.0.0.1:9014",
        path=f"/2025-12-01/durable-executions/{encode('arn:aws:lambda:us-east-1:1:function:f:$LATEST/d/n/i')}/checkpoint",
        headers={"Content-Type": "application/json"},
        body=b'{"CheckpointToken":"dG9rZW4="}',
    ),
    SignableRequest(
        method="GET",
        host="lambda.eu-west-1.amazonaws.com",
        path="/prefix/2025-12-01/x~y/state",
        query=(("MaxItems", "1000"), ("CheckpointToken", "a+b/c="), ("Marker", "m 1~ä"), ("Empty", "")),
        headers={"X-Spaces": "  a   b  "},
    ),
]


def test_a_published_example_has_its_published_signature() -> None:
    """The "get-vanilla" case of the test suite that AWS published for signers (service "service")."""
    request = SignableRequest(method="GET", host="example.amazonaws.com", path="/")
    headers = sign(request, KEYS, "us-east-1", NOW, service="service")
    assert headers["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )


@pytest.mark.parametrize("keys", [KEYS, TEMPORARY])
@pytest.mark.parametrize("request_", REQUESTS)
def test_botocore_computes_the_same_signature(request_: SignableRequest, keys: Credentials) -> None:
    auth = pytest.importorskip("botocore.auth", reason="botocore is not installed: signatures NOT compared")
    awsrequest = pytest.importorskip("botocore.awsrequest")
    credentials = pytest.importorskip("botocore.credentials")

    ours = sign(request_, keys, "eu-west-1", NOW)
    signer = auth.SigV4Auth(
        credentials.Credentials(keys.access_key, keys.secret_key, keys.session_token), "lambda", "eu-west-1"
    )
    theirs = awsrequest.AWSRequest(
        method=request_.method,
        url=f"https://{request_.host}{request_.path}?{query_text(request_.query)}",
        headers={key: value for key, value in ours.items() if key != "Authorization"},
        data=request_.body,
    )
    theirs.context["timestamp"] = ours["X-Amz-Date"]
    canonical = signer.canonical_request(theirs)
    signature = signer.signature(signer.string_to_sign(theirs, canonical), theirs)

    assert ours["Authorization"].endswith(f"Signature={signature}")
    assert f"SignedHeaders={signer.signed_headers(signer.headers_to_sign(theirs))}," in ours["Authorization"]


def test_secrets_do_not_show_in_a_representation() -> None:
    assert "secret" not in repr(TEMPORARY).replace("secret_key", "")
    assert "token/with" not in repr(TEMPORARY)
