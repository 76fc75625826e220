"""How bytes are named and cut: single ranges as RFC 9110 has them, and headers that no file name can break."""

from urllib.parse import unquote

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from fileserver.viewing.delivery import content_disposition, headers_of, range_of
from storage.errors import RangeUnsatisfiable


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, None),
        ("bytes=0-99", range(100)),
        ("bytes=990-", range(990, 1000)),
        ("bytes=-10", range(990, 1000)),
        ("bytes=-5000", range(1000)),
        ("bytes=5-5", range(5, 6)),
        ("bytes=999-99999", range(999, 1000)),
        ("bytes=6-5", None),
        ("bytes=0-0,5-6", None),
        ("items=0-5", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=١-٢", None),
        ("", None),
    ],
)
def test_range(asked: str | None, expected: range | None) -> None:
    """One range of bytes is cut out; what is not that, or several at once, means the whole."""
    request = make_mocked_request("GET", "/", headers={"Range": asked} if asked is not None else {})
    assert expected == range_of(request, 1000)


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=1000-1001", f"bytes={10**18}-", "bytes=-0"])
def test_range_past_the_end_is_refused(asked: str) -> None:
    """There is nothing to give."""
    with pytest.raises(RangeUnsatisfiable):
        range_of(make_mocked_request("GET", "/", headers={"Range": asked}), 1000)


@given(st.text(max_size=80))
def test_no_name_breaks_the_header(filename: str) -> None:
    """Whatever a file is called: one line of ASCII, one fallback in quotes, and the real name to decode."""
    disposition = content_disposition(filename.encode("utf-8", "ignore").decode(), attachment=True)
    assert disposition.isascii()
    assert disposition.isprintable()
    assert disposition.startswith("attachment")
    if filename.encode("utf-8", "ignore"):
        assert 2 == disposition.count('"')
        encoded = disposition.partition("filename*=UTF-8''")[2]
        assert filename.encode("utf-8", "ignore").decode() == unquote(encoded)
        assert not set(encoded) & set(' ;,"\\')


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/jpeg", "inline"),
        ("image/png", "inline"),
        ("video/mp4", "inline"),
        ("image/svg+xml", "attachment"),
        ("text/html", "attachment"),
        ("application/pdf", "attachment"),
        ("application/octet-stream", "attachment"),
    ],
)
def test_nothing_runs_as_a_page(media_type: str, kind: str) -> None:
    """Only pictures and films are shown in place; everything is sandboxed and stored by no cache."""
    headers = headers_of(media_type, "手册.bin")
    assert kind == headers["Content-Disposition"].partition(";")[0]
    assert "default-src 'none'; sandbox" == headers["Content-Security-Policy"]
    assert "no-store, private" == headers["Cache-Control"]
