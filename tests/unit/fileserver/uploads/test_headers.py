"""The headers of the upload protocol are read strictly and written back harmlessly."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fileserver.uploads.errors import TusVersionRefused, UploadHeaderInvalid
from fileserver.uploads.headers import (
    check_version,
    read_checksum,
    read_length,
    read_metadata,
    read_number,
    write_expiry,
    write_metadata,
)


def rule_of(error: UploadHeaderInvalid) -> tuple[str | None, object]:
    """What was refused, and why."""
    return error.field, error.params["rule"]


@pytest.mark.parametrize("text", ["-1", "+5", "1_0", " 5", "5 ", "0x10", "", "1.0", "٣", "9" * 20])
def test_only_ascii_digits_are_a_number(text: str) -> None:
    """What Python's int() would take and the protocol does not is refused."""
    with pytest.raises(UploadHeaderInvalid) as refused:
        read_number({"Upload-Offset": text}, "Upload-Offset")
    assert ("Upload-Offset", "not-a-number") == rule_of(refused.value)


@given(st.integers(min_value=0, max_value=10**19 - 1))
def test_every_number_of_at_most_nineteen_digits_is_read(number: int) -> None:
    """Leading zeros do not matter as long as the digits fit."""
    assert number == read_number({"Upload-Offset": str(number)}, "Upload-Offset")


@pytest.mark.parametrize(
    ("headers", "field", "rule"),
    [
        ({}, "Upload-Length", "missing"),
        ({"Upload-Defer-Length": "true"}, "Upload-Defer-Length", "not-one"),
        ({"Upload-Defer-Length": "1", "Upload-Length": "5"}, "Upload-Defer-Length", "length-twice"),
    ],
)
def test_the_length_is_said_now_or_said_to_come(headers: Mapping[str, str], field: str, rule: str) -> None:
    """Exactly one of the two."""
    with pytest.raises(UploadHeaderInvalid) as refused:
        read_length(headers)
    assert (field, rule) == rule_of(refused.value)


@pytest.mark.parametrize("headers", [{}, {"Tus-Resumable": "0.2.2"}, {"Tus-Resumable": "1.0.0,0.2.2"}])
def test_another_version_is_refused(headers: Mapping[str, str]) -> None:
    """Exactly one version is spoken here."""
    with pytest.raises(TusVersionRefused):
        check_version(headers)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("filename !!!", "not-base64"),
        ("filename YQ", "not-base64"),
        ("filename YQ== YQ==", "not-base64"),
        ("filename YQ==,filename Yg==", "metadata-repeated"),
        (",", "metadata-key"),
        ("a YQ==,", "metadata-key"),
        ("schlüssel YQ==", "metadata-key"),
        ("k" * 65, "metadata-key"),
        ("filename Li4vYQ==", "filename"),  # ../a
        ("filename Li4=", "filename"),  # ..
        ("filename YVxi", "filename"),  # a\b
        ("filename YQpi", "filename"),  # a line end inside
        ("filename /w==", "metadata-text"),  # not UTF-8
        ("filename " + base64.b64encode(b"a" * 256).decode(), "filename"),
        ("filetype bm90IGEgdHlwZQ==", "filetype"),
        ("a " + "YWFh" * 1100, "metadata-too-long"),
        (",".join(f"k{n}" for n in range(33)), "metadata-too-long"),
    ],
)
def test_metadata_is_well_formed_and_harmless(text: str, rule: str) -> None:
    """Keys once, base64, names without path or control characters."""
    with pytest.raises(UploadHeaderInvalid) as refused:
        read_metadata({"Upload-Metadata": text})
    assert ("Upload-Metadata", rule) == rule_of(refused.value)


@pytest.mark.parametrize("text", ["", "  "])
def test_no_metadata(text: str) -> None:
    """None is fine, and then none comes back."""
    assert {} == read_metadata({"Upload-Metadata": text}) == read_metadata({}) == write_metadata({})


KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=","), min_size=1, max_size=20)
VALUES = st.binary(max_size=40).map(lambda value: base64.b64encode(value).decode())


@given(st.dictionaries(KEYS.filter(lambda key: key not in ("filename", "filetype")), VALUES, max_size=8))
def test_metadata_comes_back(metadata: dict[str, str]) -> None:
    """What is written for HEAD reads as what was sent, and is one printable line."""
    written = write_metadata(metadata)
    assert metadata == read_metadata(written)
    assert all(" " <= character <= "~" for character in written.get("Upload-Metadata", ""))


@pytest.mark.parametrize("filetype", ["", "application/pdf", "text/plain; charset=utf-8", "application/vnd.ms-excel"])
def test_media_types_pass(filetype: str) -> None:
    """Also the empty one, which browsers send for a file that they do not know."""
    encoded = base64.b64encode(filetype.encode()).decode()
    assert {"filetype": encoded} == read_metadata({"Upload-Metadata": f"filetype {encoded}"})


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("md5 1B2M2Y8AsgTpgAmY7PhCfg==", "algorithm-unknown"),
        ("SHA1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "algorithm-unknown"),
        ("sha1", "digest-size"),
        ("sha1 AAAA", "digest-size"),
        ("sha1 ???", "not-base64"),
    ],
)
def test_a_checksum_that_can_not_be_checked(text: str, rule: str) -> None:
    """Is refused before any byte is taken."""
    with pytest.raises(UploadHeaderInvalid) as refused:
        read_checksum({"Upload-Checksum": text})
    assert ("Upload-Checksum", rule) == rule_of(refused.value)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_checksum(algorithm: str) -> None:
    """Is an algorithm and a digest."""
    digest = hashlib.new(algorithm, b"abc").digest()
    checksum = read_checksum({"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"})
    assert checksum is not None
    hasher = checksum.hasher()
    hasher.update(b"abc")
    assert digest == hasher.digest() == checksum.digest


def test_expiry_is_an_http_date() -> None:
    """In GMT, whatever zone the time comes in; none for an upload that does not expire."""
    at = datetime(2026, 11, 23, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    assert {"Upload-Expires": "Mon, 23 Nov 2026 01:30:00 GMT"} == write_expiry(at) == write_expiry(at.astimezone(UTC))
    assert {} == write_expiry(None)
