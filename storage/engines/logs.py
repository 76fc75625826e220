"""An engine's log file: bounded in size, private, and quoted in errors."""

import os
import re
from pathlib import Path
from typing import BinaryIO

from storage.engines.account import Account

LOG_BYTES_MAX = 8 * 1024 * 1024
LINES_SHOWN = 12
QUOTED_BYTES_MAX = 256 * 1024
# A Go program that ends in despair prints every goroutine; the reason stands before them.
STACK_LINE = re.compile(r"\t|goroutine |created by |\S+\(.*\)$|\s*$")


def open_log(log_file: Path, account: Account | None) -> BinaryIO:
    """For appending, the account's own; a log that has grown too large becomes `.1` first."""
    if log_file.exists() and log_file.stat().st_size > LOG_BYTES_MAX:
        log_file.replace(log_file.with_name(f"{log_file.name}.1"))
    # The folder belongs to the engines' account: a link planted there is not followed.
    descriptor = os.open(log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if account is not None:
        os.fchown(descriptor, account.uid, account.gid)
    return os.fdopen(descriptor, "ab")


def stands_in(log_file: Path, words: str, since_byte: int = 0) -> bool:
    """Whether these words are among the first that it said after `since_byte`."""
    try:
        with log_file.open("rb") as log:
            log.seek(since_byte)
            return words.encode() in log.read(QUOTED_BYTES_MAX)
    except OSError:
        return False


def last_lines(log_file: Path, since_byte: int = 0) -> tuple[str, ...]:
    """What the engine said last, after `since_byte`, without stack traces; empty when nothing can be read."""
    try:
        with log_file.open("rb") as log:
            log.seek(max(since_byte, log_file.stat().st_size - QUOTED_BYTES_MAX))
            lines = log.read(QUOTED_BYTES_MAX).decode(errors="replace").splitlines()
    except OSError:
        return ()
    return tuple(line for line in lines if not STACK_LINE.match(line))[-LINES_SHOWN:]
