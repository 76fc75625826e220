"""What a witness keeps: whole after a crash, nobody else's while it runs, and never silently forgotten."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compliance.verifying.errors import Malformed
from fileserver.witness import records
from fileserver.witness.cosigning import Witness
from fileserver.witness.folders import Folder, FolderUnusable, opened
from fileserver.witness.records import RecordBroken, origin_hash
from fileserver.witness.requests import parse_add_checkpoint
from tests.trees import ORIGIN, Log

LOG = Log.of(9)
NEXT_KEY = Log(LOG.leaves, seed=bytes(32))
OTHER_LOG = Log(LOG.leaves, origin="other.example/log")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder with a witness that watches LOG."""
    with opened(tmp_path / "witness") as folder:
        folder.make("witness.example/w1", [LOG.vkey])
    return tmp_path / "witness"


def witness_of(folder: Folder) -> Witness:
    """The witness as a process has it that was just started."""
    return Witness(folder.key(), folder.records(), folder.logs, lambda: 1_767_225_600)


def record_file(path: Path) -> Path:
    """Where the record of LOG is."""
    return path / "logs" / f"{origin_hash(ORIGIN)}.json"


async def test_what_was_cosigned_is_known_after_a_restart(path: Path) -> None:
    """Another process goes on from the same size."""
    await witness_of(Folder(path)).add(parse_add_checkpoint(LOG.request(0, 7)))
    await witness_of(Folder(path)).add(parse_add_checkpoint(LOG.request(7, 9)))

    assert 9 == Folder(path).records()[ORIGIN].head[0]


STEPS: dict[str, tuple[Any, str]] = {
    "open": (os, "open"),
    "flush": (os, "fsync"),
    "into place": (Path, "replace"),
}


@pytest.mark.parametrize("step", STEPS)
async def test_what_can_not_be_written_is_not_cosigned(path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Whichever step fails, there is no cosignature, and the old record stands for this process and the next."""
    witness = witness_of(Folder(path))
    await witness.add(parse_add_checkpoint(LOG.request(0, 3)))
    where, name = STEPS[step]
    with monkeypatch.context() as broken:
        broken.setattr(where, name, failing(name))
        with pytest.raises(OSError, match="disk"):
            await witness.add(parse_add_checkpoint(LOG.request(3, 9)))

    assert 3 == Folder(path).records()[ORIGIN].head[0]
    assert await witness.add(parse_add_checkpoint(LOG.request(3, 9)))


async def test_the_record_is_flushed_before_the_answer(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file's content, then its name: in this order, and both before there is a cosignature."""
    steps: list[str] = []
    for where, name in ((os, "fsync"), (Path, "replace")):
        monkeypatch.setattr(where, name, noting(getattr(where, name), name, steps))
    witness = witness_of(Folder(path))
    steps.clear()
    await witness.add(parse_add_checkpoint(LOG.request(0, 3)))

    assert ["fsync", "replace", "fsync"] == steps


def failing(name: str) -> Callable[..., None]:
    """A call that fails as on a broken disk."""

    def call(*_: object, **__: object) -> None:
        raise OSError(5, f"disk: {name}")

    return call


def noting(real: Callable[..., Any], name: str, steps: list[str]) -> Callable[..., Any]:
    """A call that notes its name and goes on."""

    def call(*arguments: Any, **named: Any) -> Any:
        steps.append(name)
        return real(*arguments, **named)

    return call


async def test_a_crash_between_writing_and_moving_leaves_the_old_record(path: Path) -> None:
    """Half a new file beside the record is no record, and is written over."""
    await witness_of(Folder(path)).add(parse_add_checkpoint(LOG.request(0, 3)))
    record_file(path).with_name(f".{record_file(path).name}.new").write_text("{")

    assert 3 == Folder(path).records()[ORIGIN].head[0]
    assert await witness_of(Folder(path)).add(parse_add_checkpoint(LOG.request(3, 9)))


DAMAGE: dict[str, Callable[[dict[str, Any]], object]] = {
    "another size": lambda record: record.update(checkpoint=record["checkpoint"].replace("\n7\n", "\n3\n", 1)),
    "another log's checkpoint": lambda record: record.update(checkpoint=OTHER_LOG.checkpoint(7)),
    "not cosigned": lambda record: record.update(checkpoint=LOG.checkpoint(7)),
    "no keys": lambda record: record.update(keys=[]),
    "another log's keys": lambda record: record.update(keys=[OTHER_LOG.vkey]),
    "another origin": lambda record: record.update(origin="other.example/log"),
    "another format": lambda record: record.update(format="sealshare-witness/v2"),
    "a checkpoint that is no text": lambda record: record.update(checkpoint=7),
    "no checkpoint": lambda record: record.pop("checkpoint"),
}


@pytest.mark.parametrize("name", DAMAGE)
async def test_a_damaged_record_stops_the_start(path: Path, name: str) -> None:
    """It is never taken for "nothing cosigned yet"."""
    await witness_of(Folder(path)).add(parse_add_checkpoint(LOG.request(0, 7)))
    record = json.loads(record_file(path).read_text())
    DAMAGE[name](record)
    record_file(path).write_text(json.dumps(record))

    with pytest.raises(RecordBroken, match=origin_hash(ORIGIN)):
        Folder(path).records()


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
def test_a_record_cut_short_stops_the_start(path: Path, content: str) -> None:
    """Neither is an empty file, or half of one."""
    record_file(path).write_text(content)
    with pytest.raises(RecordBroken):
        Folder(path).records()


async def test_a_new_key_of_the_log_is_trusted_beside_the_old(path: Path) -> None:
    """After a rotation either signature will do, and what was cosigned stays."""
    await witness_of(Folder(path)).add(parse_add_checkpoint(LOG.request(0, 7)))
    with opened(path) as folder:
        assert not folder.trust(NEXT_KEY.vkey)
        assert folder.trust(OTHER_LOG.vkey)
    witness = witness_of(Folder(path))

    assert await witness.add(parse_add_checkpoint(NEXT_KEY.request(7, 9)))
    assert await witness.add(parse_add_checkpoint(OTHER_LOG.request(0, 9)))


def test_the_key_of_a_witness_is_no_log_s(path: Path) -> None:
    """A mix-up is refused when it is made."""
    with opened(path) as folder, pytest.raises(Malformed):
        folder.trust(folder.key().vkey)


def test_a_folder_belongs_to_one_process(path: Path) -> None:
    """A second one is refused while the first runs."""
    with opened(path), pytest.raises(FolderUnusable, match="in use"), opened(path):
        raise AssertionError("two are in")


def test_a_witness_is_made_once(path: Path) -> None:
    """A second `init` would forget the key and everything cosigned."""
    with opened(path) as folder, pytest.raises(FolderUnusable, match="already"):
        folder.make("witness.example/w2", [LOG.vkey])


def test_nobody_else_reads_the_key(path: Path) -> None:
    """Key and records are the owner's alone."""
    assert {0o600} == {file.stat().st_mode & 0o777 for file in (path / "key", record_file(path))}
    assert records.MODE == 0o600


def test_evidence_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever repeats signed checkpoints fills the disk no further than this."""
    monkeypatch.setattr("fileserver.witness.folders.EVIDENCE_MAX", 3)
    folder = Folder(path)
    for size in (1, 2, 3, 3, 4, 5):
        body = LOG.request(0, size)
        folder.keep(parse_add_checkpoint(body), body)

    assert 3 == len(list(folder.evidence.iterdir()))
