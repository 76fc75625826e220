"""Logs: one JSON object per line (or coloured lines for people), from structlog and from the standard library alike.

Promise: no secret reaches a line. Values under telling names are replaced, and every string is searched for bearer
tokens, share tokens, signed addresses and passwords in URLs, tracebacks included. What callers must not do is log a
body: nothing can clean that.
"""

import logging
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from json import JSONEncoder
from types import NoneType
from typing import Any, TextIO

import structlog
from aiohttp.http_exceptions import HttpProcessingError

from fileserver.config import Config, LogFormat

REDACTED = "[redacted]"
SECRET_NAMES = re.compile(
    r"authorization|cookie|password|passwd|secret|token|signature|credential|api_?key|master_?key|upload-metadata",
    re.IGNORECASE,
)
PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+"), rf"\1 {REDACTED}"),
    (re.compile(r"\bsst?_[A-Za-z0-9_-]{40,}"), REDACTED),  # tokens of the API and of sessions
    (re.compile(r"\$argon2[^\s'\"]+"), REDACTED),
    (re.compile(r"/s/[A-Za-z0-9_-]+"), f"/s/{REDACTED}"),
    (re.compile(r"/v/(?!\{)[^\s\"'<>]+"), f"/v/{REDACTED}"),  # the template of a route is no secret
    (re.compile(r"(?i)([a-z][a-z0-9+.-]*://)[^/\s:@]*:[^/\s]*@"), rf"\1{REDACTED}@"),
    (
        re.compile(r"(?i)([?&;](?:sig|signature|token|password|x-amz-[a-z-]+)=)[^&\s\"']+"),
        rf"\1{REDACTED}",
    ),
    (
        re.compile(r"(?i)\b(upload-metadata|set-cookie|cookie|x-csrf-token)(['\"]?\s*[:=]\s*)[^\r\n]+"),
        rf"\1\2{REDACTED}",
    ),
)
# Every pattern needs one of these, or such a path; most strings hold none, and to look for plain words costs a tenth of
# what a pattern without case does.
MARKS = ("bearer", "basic", "ss_", "sst_", "$argon2", "://", "?", "&", ";", "upload-metadata", "cookie", "x-csrf-token")
PATHS = re.compile(r"/[sv]/(?!\{)")
PLAIN = frozenset({str, int, float, bool, NoneType})
NAMES_MAX = 1024
NOISY = ("aiobotocore", "alembic", "asyncio", "botocore", "procrastinate", "urllib3")

EventDict = structlog.typing.EventDict


class Lines(structlog.WriteLogger):
    """Takes rendered lines of the logger with this name.

    A line that can't be written is lost, as in the standard library: what it tells of goes on.
    """

    def __init__(self, name: str, file: TextIO) -> None:
        super().__init__(file)
        self.name = name

    def msg(self, message: str) -> None:
        """Write it, if anybody still reads."""
        with suppress(OSError, ValueError):  # ValueError: the stream is closed
            super().msg(message)

    debug = info = warning = error = critical = exception = msg


def configure_logging(config: Config) -> None:
    """Route every logger of this process to standard error in the configured form. Call once, at start."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact,
    ]
    render, stream = _renderer(config.log_format), sys.stderr
    # Past the standard library, whose records cost as much as all the rest of a line: each request writes one.
    structlog.configure(
        processors=[*shared, render],
        logger_factory=lambda name="": Lines(name, stream),
        wrapper_class=structlog.make_filtering_bound_logger(config.log_level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(handlers=[handler], level=config.log_level.upper(), force=True)
    # What no line tells needn't be looked up for each (logging HOWTO, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.getLogger("aiohttp.server").addFilter(_unquoted)
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


def _unquoted(record: logging.LogRecord) -> bool:
    """Of a request that is no HTTP only the kind of fault is kept: aiohttp quotes its bytes, whatever stands there.

    Anybody can send such bytes, so they are no error of ours either.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.msg, record.args, record.exc_info = f"malformed request: {type(error).__name__}", (), None
        record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
    return True


def _renderer(log_format: LogFormat) -> structlog.typing.Processor:
    if log_format is LogFormat.CONSOLE:
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    encode = JSONEncoder(ensure_ascii=False).encode  # json.dumps makes such a one for each line
    return lambda _logger, _method, event: encode(event)


def redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The last processor before rendering: the event, without secrets."""
    return event if _is_harmless(event) else {name: _redact_member(name, value) for name, value in event.items()}


def _is_harmless(event: EventDict) -> bool:
    """Nearly every event; one look at all of its values costs a third of one at each."""
    plain = PLAIN.issuperset(map(type, event.values()))
    return plain and not any(map(_is_telling, event)) and not _is_suspicious("\n".join(map(str, event.values())))


def _redact_member(name: str, value: Any) -> Any:
    return REDACTED if value is not None and _is_telling(name) else _redact_value(value)


@lru_cache(NAMES_MAX)
def _is_telling(name: str) -> bool:
    return SECRET_NAMES.search(name) is not None


def _redact_value(value: Any) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {str(name): _redact_member(str(name), item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact_value(item) for item in value]
    return value if type(value) in PLAIN else redact_text(str(value))


def redact_text(text: str) -> str:
    """One string without anything that opens a door."""
    if not _is_suspicious(text):
        return text
    for pattern, replacement in PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _is_suspicious(text: str) -> bool:
    return any(map(text.lower().__contains__, MARKS)) or PATHS.search(text) is not None
