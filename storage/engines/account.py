"""Which account the engines run under.

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


def _entry_for(data_dir: Path) -> pwd.struct_passwd:
    owner = data_dir.stat().st_uid
    try:
        if owner != 0:
            return pwd.getpwuid(owner)
    except KeyError as error:
        raise EngineFailed(
            engine="all", reason=f"the data folder belongs to the unknown uid {owner}", log=()
        ) from error
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
