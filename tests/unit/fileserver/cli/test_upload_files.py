"""Which files are meant, and what tells one from another."""

import os
from pathlib import Path

import pytest

from fileserver.cli.upload_files import SAMPLE_BYTES, Source, Unusable, collect, pieces, sha256_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some files in no order."""
    for name in ("b/2", "b/1", "a", "b.txt", "c/d/e", ".hidden"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def test_a_folder_means_every_file_in_one_order(folder: Path) -> None:
    """Sorted by name at each level, hidden files too; sizes are known."""
    names = [".hidden", "a", "b/1", "b/2", "b.txt", "c/d/e"]
    found = collect([folder])
    assert [folder / name for name in names] == [each.path for each in found]
    assert [len(name) for name in names] == [each.size_bytes for each in found]


def test_a_file_named_twice_is_sent_once(folder: Path) -> None:
    """By itself, by its folder, by another spelling of its path."""
    found = collect([folder / "a", folder / "b" / ".." / "a", folder, folder])
    assert 6 == len(found)


def test_links_inside_a_folder_are_told(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """To files as to folders: nothing from outside is sent by mistake. A link that is named itself is meant."""
    outside = tmp_path_factory.mktemp("outside") / "secret"
    outside.write_bytes(b"secret")
    for name, target in (("to-file", outside), ("to-folder", outside.parent), ("to-nothing", folder / "gone")):
        (folder / name).symlink_to(target)
    told = {each.path.name for each in collect([folder]) if each.problem is not None}
    assert {"to-file", "to-folder", "to-nothing"} == told
    [named] = collect([folder / "to-file"])
    assert (None, 6) == (named.problem, named.size_bytes)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    """Whoever names one expects something to be sent."""
    (tmp_path / "empty" / "below").mkdir(parents=True)
    [found] = collect([tmp_path / "empty"])
    assert "there is no file in this folder" == found.problem


def test_a_file_that_vanishes_is_told(folder: Path) -> None:
    """In the words of the system."""
    with pytest.raises(Unusable, match="No such file"):
        Source.look(folder / "gone")


def test_a_changed_file_is_another_one(tmp_path: Path) -> None:
    """Another time, another size, other bytes at either end; the name alone does not make it the same."""
    path, middle = tmp_path / "a", b"x" * (3 * SAMPLE_BYTES)
    seen = set[str]()
    for content, at in ((middle, 1), (middle, 2), (middle + b"y", 2), (b"y" + middle, 2), (b"z" + middle, 2)):
        path.write_bytes(content)
        os.utime(path, ns=(at, at))
        assert Source.look(path) == Source.look(path)
        seen.add(Source.look(path).fingerprint)
    other = tmp_path / "b"
    other.write_bytes(b"z" + middle)
    os.utime(other, ns=(2, 2))
    assert 6 == len(seen | {Source.look(other).fingerprint})


def test_a_name_is_sent_as_the_server_takes_it(tmp_path: Path) -> None:
    """What can't stand in a file's name there is replaced: control characters, bytes that are no text."""
    path = tmp_path / os.fsdecode(b"a\nb\xff\xe8\xb5\x84.pdf")
    path.write_bytes(b"")
    assert "a_b_资.pdf" == Source.look(path).name


async def test_a_file_that_shrinks_or_grows_is_noticed(tmp_path: Path) -> None:
    """While it is read, and by its hash."""
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    source = Source.look(path)
    path.write_bytes(b"123")
    with pytest.raises(Unusable, match="shorter"):
        sha256_of(source, 0, 5)
    with pytest.raises(Unusable, match="shorter"):
        [piece async for piece in pieces(source, 0, 5, lambda _: None)]
    path.write_bytes(b"123456")
    with pytest.raises(Unusable, match="changed"):
        [piece async for piece in pieces(source, 0, 5, lambda _: None)]


async def test_a_piece_of_a_file_is_that_piece(tmp_path: Path) -> None:
    """From an offset, so many bytes; progress is told."""
    path, told = tmp_path / "a", list[int]()
    path.write_bytes(b"0123456789")
    assert b"345" == b"".join([piece async for piece in pieces(Source.look(path), 3, 3, told.append)])
    assert [3] == told
