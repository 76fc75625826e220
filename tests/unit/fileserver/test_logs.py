"""No secret reaches a log line, whichever way it tries."""

import io
import json
import logging
from datetime import date
from typing import Any

import pytest
import structlog
from aiohttp.http_exceptions import BadStatusLine

from fileserver.config import LogFormat
from fileserver.logs import REDACTED, configure_logging, redact, redact_text
from tests.unit.fileserver.frame import make_config


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("GET /s/AbCd_012-xyz HTTP/1.1", "AbCd_012-xyz"),
        ("GET /v/3f/pages/1?sig=deadbeef&exp=1", "deadbeef"),
        ("Authorization: Bearer abc.def", "abc.def"),
        ("could not connect to postgresql://app:hunter2@db/seal", "hunter2"),
        ("http://x/y?X-Amz-Signature=0a1b&z=1", "0a1b"),
        ("http://x/y?token=0a1b", "0a1b"),
        ("Upload-Metadata: filename YWJj", "YWJj"),
        ("{'Cookie': 'session=abc'}", "abc"),
        ("X-CSRF-Token: abcdef", "abcdef"),
        ("AUTHORIZATION: BASIC YWJj", "YWJj"),
        (f"of sst_{'a1' * 21}", "a1a1"),
        (f"of ss_{'a1' * 21}", "a1a1"),
        ("$argon2id$v=19$m=8$c2FsdA$aGFzaA", "aGFzaA"),
        ("/s/AbCd_012-xyz of /s/{token}", "AbCd_012-xyz"),
    ],
)
def test_string_loses_its_secret(text: str, secret: str) -> None:
    """Tokens in paths, headers, addresses and signatures are cut out of any text."""
    redacted = redact_text(text)
    assert (False, True) == (secret in redacted, REDACTED in redacted)


@pytest.mark.parametrize(
    "text", ["GET /api/v1/shares 200", "route /s/{token}", "route /v/{visit_id}/beacons", "https://x.example/y"]
)
def test_harmless_string_stays(text: str) -> None:
    """Redaction leaves a line readable."""
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "name", ["password", "new_password", "Authorization", "cookie", "csrf_token", "s3_secret_key", "Upload-Metadata"]
)
def test_value_under_a_telling_name_is_replaced(name: str) -> None:
    """At any depth."""
    event: Any = redact(None, "info", {"event": "x", name: "abc", "nested": {"list": [{name: "abc"}]}})
    assert "abc" not in str(event)


def log_lines(monkeypatch: pytest.MonkeyPatch, act: Any, *, stream: io.StringIO | None = None) -> list[str]:
    """What `act` writes to standard error under the JSON configuration, with logging restored afterwards."""
    stream = stream or io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        configure_logging(make_config(log_format=LogFormat.JSON))
        act()
    finally:
        root.handlers[:], root.level = before
        structlog.reset_defaults()
    return stream.getvalue().splitlines()


def test_line_is_one_json_object(monkeypatch: pytest.MonkeyPatch) -> None:
    """Structlog and the standard library come out alike: level, name, time, message."""

    def act() -> None:
        structlog.get_logger("ours").info("hello", who="资料")
        logging.getLogger("theirs").warning("careful %s", "now")

    lines = [json.loads(line) for line in log_lines(monkeypatch, act)]
    assert [("hello", "info", "ours"), ("careful now", "warning", "theirs")] == [
        (line["event"], line["level"], line["logger"]) for line in lines
    ]


def test_traceback_is_kept_and_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect can be found from its log, whose exception may quote an address with a password."""

    def act() -> None:
        error = ValueError("postgresql://app:hunter2@db/seal")
        structlog.get_logger().error("failed", exc_info=error)

    (line,) = log_lines(monkeypatch, act)
    assert (True, False) == ("ValueError: postgresql://" in line, "hunter2" in line)


def test_request_that_is_no_http_is_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that follows a wrong length is taken for a request; what it holds stays out, and so does the traceback."""
    error = BadStatusLine('"password": "hunter2"}')
    lines = log_lines(
        monkeypatch,
        lambda: logging.getLogger("aiohttp.server").error(
            "Error handling request from %s", "192.0.2.1", exc_info=error
        ),
    )
    (line,) = (json.loads(each) for each in lines)
    assert {"event": "malformed request: BadStatusLine", "level": "info"}.items() <= line.items()
    assert "hunter2" not in "".join(lines)


@pytest.mark.parametrize(
    "gone", [pytest.param(BrokenPipeError(), id="reader-gone"), pytest.param(ValueError("closed"), id="stream-closed")]
)
def test_line_that_nobody_takes_stops_no_work(monkeypatch: pytest.MonkeyPatch, gone: Exception) -> None:
    """Whoever reads the log may go while we serve: lines are lost then, requests are not."""

    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise gone

    monkeypatch.setattr(logging, "raiseExceptions", False)
    log_lines(monkeypatch, lambda: structlog.get_logger("ours").exception("answered"), stream=Gone())


def test_names_of_what_is_told_may_be_of_any_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is written where a table by id is told of, too."""
    (line,) = log_lines(monkeypatch, lambda: structlog.get_logger("ours").info("told", by_day={date(2026, 1, 2): 3}))
    assert {"2026-01-02": 3} == json.loads(line)["by_day"]
