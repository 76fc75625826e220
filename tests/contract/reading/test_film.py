"""What is taken out of a film, and what is told of what is not."""

import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from compliance.reading.film import Film

CAPTION = "1\n00:00:00,000 --> 00:00:00,500\n永久有效\n"
ONE, TWO = ("-map", "0:v"), ("-map", "0:v", "-map", "0:v")


def film(folder: Path, *streams: str, captions: int = 0) -> bytes:
    """A second of grey with these streams, in Matroska."""
    (folder / "a.srt").write_text(CAPTION)
    inputs = ["-f", "lavfi", "-i", "color=c=gray:s=64x64:r=4:d=1", *["-i", "a.srt"] * captions]
    maps = [part for at in range(captions) for part in ("-map", f"{at + 1}:s")]
    made = [get_ffmpeg_exe(), "-v", "error", *inputs, *streams, *maps, "-c:v", "mpeg4", "-c:s", "srt", "film.mkv"]
    subprocess.run(made, cwd=folder, check=True)
    return (folder / "film.mkv").read_bytes()


async def streamed(body: bytes) -> AsyncIterator[bytes]:
    """In one piece."""
    yield body


@pytest.mark.parametrize(("streams", "captions", "complete"), [(ONE, 1, True), (TWO, 0, False), (ONE, 5, False)])
async def test_streams_that_were_not_taken_make_it_incomplete(
    tmp_path: Path, streams: Sequence[str], captions: int, *, complete: bool
) -> None:
    """A second film, or more captions than are read, may say what nobody has seen: the text is not whole then."""
    body = film(tmp_path, *streams, captions=captions)
    found = await Film().frames(streamed(body), size_bytes=len(body))
    assert found.frames
    assert {"永久有效"} >= {each.text for each in found.captions}
    assert (complete, bool(captions)) == (found.complete, bool(found.captions))
