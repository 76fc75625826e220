"""The brand film: a playable MP4 that starts at once."""

import re
import struct
import subprocess
import tempfile
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from fileserver.demo.materials import film


@pytest.fixture(scope="module")
def movie() -> bytes:
    """The film, encoded once."""
    return film.film_mp4()


def _boxes(data: bytes) -> list[str]:
    """The top-level boxes of an MP4 file in order (ISO/IEC 14496-12)."""
    names, position = [], 0
    while position < len(data):
        size, name = struct.unpack(">I4s", data[position : position + 8])
        names.append(name.decode())
        position += size
    return names


def test_film_starts_before_it_is_whole(movie: bytes) -> None:
    """The index stands before the frames, so that a browser plays while it loads."""
    boxes = _boxes(movie)
    assert boxes.index("moov") < boxes.index("mdat")


def test_film_decodes_to_every_frame(movie: bytes, tmp_path: Path) -> None:
    """Eight to twelve seconds of H.264, 1280 × 720, without an error from the first frame to the last."""
    path = tmp_path / "film.mp4"
    path.write_bytes(movie)
    played = subprocess.run(
        [get_ffmpeg_exe(), "-v", "info", "-xerror", "-i", path, "-f", "null", "-"], capture_output=True, check=True
    )
    report = played.stderr.decode()
    assert re.search(r"Video: h264.*yuv420p.*1280x720.*24 fps", report)
    frames = int(re.findall(r"frame=\s*(\d+)", report)[-1])
    assert 8 <= frames / film.FRAMES_PER_S <= 12


def test_film_is_small(movie: bytes) -> None:
    """The film is no more than a few megabytes."""
    assert 200_000 < len(movie) < 6_000_000


def test_film_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The temporary folder is gone when the film is made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(film, "SHOTS", film.SHOTS[3:4])
    film.film_mp4()
    assert [] == list(tmp_path.iterdir())


def test_film_reports_a_failing_encoder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An encoder that cannot write its file is an error that carries its message, not an empty film."""
    monkeypatch.setattr(film, "SHOTS", film.SHOTS[3:4])
    with pytest.raises(subprocess.CalledProcessError) as caught:
        film._encode(tmp_path / "no such folder" / "film.mp4")
    assert b"No such file" in caught.value.stderr
