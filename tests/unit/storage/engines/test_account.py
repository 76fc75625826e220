"""The engines' account and its private files."""

import os
from pathlib import Path

import pytest

from storage.engines.account import Account, engine_account, write_private


def test_private_files_are_written_whole(tmp_path: Path) -> None:
    """A file is replaced at once, readable to its owner alone, and no draft stays."""
    for content in (b"first", b"second"):
        write_private(tmp_path / "key", content, None)
    assert (tmp_path / "key").read_bytes() == b"second"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


def test_private_files_replace_planted_links(tmp_path: Path) -> None:
    """A link in the place of the file, or of its draft, is replaced and not followed."""
    for name in ("key", "key.new"):
        (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    write_private(tmp_path / "key", b"secret", None)
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "key").is_symlink()


def test_root_becomes_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For root the engines get an account that isn't root's: the folder's owner's, or one that stands ready."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    account = engine_account(tmp_path)
    assert isinstance(account, Account)
    assert account.uid != 0
    assert account.uid == (tmp_path.stat().st_uid or account.uid)


def test_an_ordinary_user_stays_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without root's rights there is nothing to change."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert engine_account(tmp_path) is None
