"""Which account the engines run under, and files only that account and we can read.

PostgreSQL refuses to run as root, and nothing that stores strangers' bytes should. Promises: an ordinary user's engines
run as that user; root's engines run as the owner of the data folder, or, when that is root, as the first of `ACCOUNTS`
that exists. Leaves changing over to `keeper.py`.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from storage.errors import EngineFailed

# An operator who makes a `sealshare` account gets it used; `nobody` is on every Unix.
ACCOUNTS = ("sealshare", "nobody")


@dataclass(frozen=True)
class Account:
    """Who the engines become. `closed_parents`: a folder above their files is closed to them, e.g. /root."""

    uid: int
    gid: int
    closed_parents: bool


def engine_account(data_dir: Path, *programs: Path) -> Account | None:
    """None when we aren't root and nothing needs to change."""
    if os.geteuid() != 0:
        return None
    entry = _entry_for(data_dir)
    closed = any(not _can_enter(parent, entry) for path in (data_dir, *programs) for parent in path.resolve().parents)
    return Account(entry.pw_uid, entry.pw_gid, closed)


def give(path: Path, account: Account | None) -> None:
    """Make `path` the engines' own. Nothing to do unless they run under another account than we."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def write_private(path: Path, content: bytes, account: Account | None) -> None:
    """Writes a file whole or not at all, readable to the engines' account alone.

    The folder belongs to that account, which we may not trust as root: a link planted there is not followed.
    """
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(content)
        if account is not None:
            os.fchown(file.fileno(), account.uid, account.gid)
    draft.replace(path)


def _entry_for(data_dir: Path) -> pwd.struct_passwd:
    owner = data_dir.stat().st_uid
    if owner != 0:
        try:
            return pwd.getpwuid(owner)
        except KeyError:
            reason = f"the data folder belongs to uid {owner}, which has no account here"
            raise EngineFailed(engine="all", reason=reason, log=()) from None
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EngineFailed(engine="all", reason="root needs an account 'sealshare' to run the engines under", log=())


def _can_enter(folder: Path, entry: pwd.struct_passwd) -> bool:
    status = folder.stat()
    if status.st_uid == entry.pw_uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == entry.pw_gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)
