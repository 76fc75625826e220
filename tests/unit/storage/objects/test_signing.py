"""Signatures made here beside botocore's, over what makes signatures go wrong: characters, headers, hosts, days."""

import base64
import calendar
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.config import Config
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from storage.objects.control import presigned
from storage.objects.signing import EXPIRES_MAX_S, Presigner
from storage.settings import S3Settings

SETTINGS = S3Settings("http://127.0.0.1:8333", "AKIA+/=", "secret/+=", bucket="a-bucket")
CONFIG = Config(signature_version="s3v4", s3={"addressing_style": "path"}, request_checksum_calculation="when_required")
BOTOCORE = Session()


def botocore(settings: S3Settings = SETTINGS) -> Any:
    """The client that we must not differ from; it sends nothing."""
    return BOTOCORE.create_client(
        "s3",
        region_name=settings.region,
        endpoint_url=settings.endpoint_url,
        aws_access_key_id=settings.access_key,
        aws_secret_access_key=settings.secret_key,
        config=CONFIG,
    )


CLIENT = botocore()


def both(operation: str, key: str, arguments: dict[str, Any], expires_s: int = 900) -> tuple[str, str]:
    """The same request signed by botocore and by us, at the moment at which botocore did."""
    params = {"Bucket": SETTINGS.bucket, "Key": key, **arguments}
    theirs: str = CLIENT.generate_presigned_url(operation, Params=params, ExpiresIn=expires_s)
    return theirs, presigned(Presigner(SETTINGS, lambda: moment_of(theirs)), operation, key, expires_s, arguments)


def moment_of(url: str) -> float:
    """When the URL says that it was signed."""
    [date] = parse_qs(urlsplit(url).query)["X-Amz-Date"]
    return calendar.timegm(time.strptime(date, "%Y%m%dT%H%M%SZ"))


DIGEST = base64.b64encode(bytes(range(200, 232))).decode()


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("get_object", {}),
        (
            "get_object",
            {"ResponseContentDisposition": "attachment; filename*=UTF-8''a%20b", "ResponseContentType": "x/y"},
        ),
        ("put_object", {}),
        ("put_object", {"ContentType": "text/plain;  charset=utf-8 "}),
        ("upload_part", {"UploadId": "a+b/c=d~e", "PartNumber": 10_000}),
        (
            "upload_part",
            {"UploadId": "u", "PartNumber": 1, "ContentLength": 5 << 20, "ChecksumSHA256": DIGEST, "ContentMD5": "x="},
        ),
    ],
)
def test_botocore_would_sign_the_same(operation: str, arguments: dict[str, Any]) -> None:
    """Method, arguments in the query and arguments that become headers: URL and signature are botocore's."""
    theirs, ours = both(operation, "uploads/资料 a+b%2F~(1).pdf", arguments)
    assert theirs == ours


KEYS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\/."), min_size=1, max_size=40)


@given(key=KEYS, upload_id=st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1), number=st.integers(1))
def test_whatever_the_key_and_the_upload_are_called(key: str, upload_id: str, number: int) -> None:
    """No character changes the signature or the address."""
    theirs, ours = both("upload_part", key, {"UploadId": upload_id, "PartNumber": number})
    assert theirs == ours


@pytest.mark.parametrize(
    "endpoint",
    ["https://s3.example.com", "http://s3.example.com:80", "https://s3.example.com:443", "http://[::1]:9000"],
)
def test_the_host_is_signed_as_clients_send_it(endpoint: str) -> None:
    """A port that the scheme has anyway is not part of the Host header, so not of the signature."""
    settings = S3Settings(endpoint, "a", "b", region="cn-north-1")
    theirs = botocore(settings).generate_presigned_url("get_object", Params={"Bucket": "sealshare", "Key": "k"})
    ours = Presigner(settings, lambda: moment_of(theirs)).url("GET", "k", expires_s=3600)
    assert theirs.partition("X-Amz-Signature=")[2] == ours.partition("X-Amz-Signature=")[2]


def test_a_signature_is_made_with_the_key_of_its_day() -> None:
    """The presigner of a process that runs for days signs like a fresh one."""
    now = [0.0]
    old = Presigner(SETTINGS, lambda: now[0])
    old.url("GET", "k", expires_s=60)
    now[0] = 86_400.0 * 400
    assert Presigner(SETTINGS, lambda: now[0]).url("GET", "k", expires_s=60) == old.url("GET", "k", expires_s=60)


@pytest.mark.parametrize("expires_s", [0, -1, EXPIRES_MAX_S + 1])
def test_a_life_time_has_limits(expires_s: int) -> None:
    """What S3 would refuse is refused here."""
    with pytest.raises(ValueError, match="can't live"):
        Presigner(SETTINGS).url("GET", "k", expires_s=expires_s)


def test_an_argument_without_a_place_is_refused() -> None:
    """An argument that is not signed would not bind: that is a defect, and told."""
    with pytest.raises(ValueError, match="Tagging"):
        presigned(Presigner(SETTINGS), "put_object", "k", 60, {"Tagging": "a=b"})
    with pytest.raises(ValueError, match="portable"):
        presigned(Presigner(SETTINGS), "put_object", "a/../b", 60, {})


def test_the_secret_is_not_shown() -> None:
    """Neither the presigner nor what it keeps for a day shows a key in its repr."""
    signer = Presigner(SETTINGS)
    signer.url("GET", "k", expires_s=60)
    assert SETTINGS.secret_key not in repr(vars(signer))
    assert "key=" not in repr(vars(signer)["_day"])
