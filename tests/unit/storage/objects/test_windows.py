"""Answers to requests for windows: exactly what was asked for is taken, and nothing else."""

import socket
from collections.abc import Iterator

import pytest
from yarl import URL

from storage.objects.carriers import Hold
from storage.objects.windows import HEAD_MAX_BYTES, Rest, Windows

ETAG = '"abc"'
REST = Rest(lambda: URL("http://store:8333/b/k?sig=1"), 4, 10, 12, ETAG)
GOOD = {"Content-Range": "bytes 4-9/12", "Content-Length": "6", "ETag": ETAG}

Ends = tuple[Windows, socket.socket]


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ends]:
    """Windows whose first has been taken, and the store's end of the connection, which has been asked for more."""
    monkeypatch.setattr("storage.objects.windows.FAST_S", 0.0)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0)
        theirs.sendall(b"0123")
        windows = Windows(ours, 4, REST)
        assert 4 == windows.take(Hold().carrier())
        yield windows, theirs


def answer(status: str = "206 Partial Content", **changed: str) -> bytes:
    """A head, and six bytes."""
    headers = GOOD | {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n456789"


def test_a_request_names_the_window_and_the_object(ends: Ends) -> None:
    """Its range, the ETag that the first answer had, and the host that was signed."""
    request = ends[1].recv(4096).decode()
    assert request.startswith("GET /b/k?sig=1 HTTP/1.1\r\nHost: store:8333\r\n")
    assert 'Range: bytes=4-9\r\nIf-Match: "abc"\r\n' in request


def test_the_bytes_behind_the_head_are_taken(ends: Ends) -> None:
    """All six, after which nothing is missing."""
    windows, store = ends
    store.sendall(answer())
    assert 6 == windows.take(Hold().carrier())
    assert 0 == windows.missing_bytes


def test_a_head_may_come_in_pieces(ends: Ends) -> None:
    """However it is torn: until it is whole, nothing has come."""
    windows, store = ends
    whole = answer()
    end = whole.index(b"\r\n\r\n")
    for start, stop in [(0, 20), (20, end + 1), (end + 1, end + 3)]:
        store.sendall(whole[start:stop])
        with pytest.raises(BlockingIOError):
            windows.take(Hold().carrier())
    store.sendall(whole[end + 3 :])
    assert 6 == windows.take(Hold().carrier())


@pytest.mark.parametrize(
    "said",
    [
        answer("200 OK"),
        answer("412 Precondition Failed"),
        answer(Content_Range="bytes 4-9/13"),
        answer(Content_Range="bytes 3-8/12"),
        answer(Content_Length="7"),
        answer(ETag='"other"'),
        b"x" * (2 * HEAD_MAX_BYTES),
    ],
)
def test_another_answer_is_none(ends: Ends, said: bytes) -> None:
    """Another status, range, size or object, or no HTTP at all: not a byte of it is taken."""
    windows, store = ends
    store.sendall(said)
    with pytest.raises(ConnectionError):
        windows.take(Hold().carrier())
    assert 6 == windows.missing_bytes


def test_a_store_that_hangs_up_has_not_answered(ends: Ends) -> None:
    """Whoever asks has to ask again."""
    windows, store = ends
    store.shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionError):
        windows.take(Hold().carrier())
