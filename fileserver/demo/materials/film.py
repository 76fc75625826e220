"""The brand film: slow pans over five pictures with titles, H.264 in MP4, no sound.

Promises a file that starts playing before it is whole (`moov` in front) and the same bytes on every call on one
machine. The frames are drawn here and piped to the packaged ffmpeg; the file passes through a temporary folder,
because moving `moov` to the front needs a seekable output. Raises `subprocess.CalledProcessError` if ffmpeg refuses.
"""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from fileserver.demo.materials import brand
from fileserver.demo.materials.lettering import Letter, Lettering
from fileserver.demo.materials.studio.darkroom import photograph
from fileserver.demo.materials.studio.scenes import SCENES

WIDTH, HEIGHT = 1280, 720
SOURCE = (1472, 828)
FRAMES_PER_S = 24
SHOT_FRAMES = 48
FADE_FRAMES = 10
TITLE_FADE_FRAMES = 14
ENCODER_THREADS = 2


@dataclass(frozen=True)
class Shot:
    """One picture with a title; the camera moves from one corner share to another."""

    scene: str
    seed: int
    zh: str
    en: str
    start: tuple[float, float]
    end: tuple[float, float]


SHOTS = (
    Shot("arches", 21, "循光", "Follow the light", (0.5, 0.9), (0.5, 0.1)),
    Shot("niches", 4, "入序", "Enter the order", (0.0, 0.5), (1.0, 0.5)),
    Shot("drops", 15, "看清", "See clearly", (1.0, 0.2), (0.2, 0.8)),
    Shot("stones", 3, "放稳", "Place with care", (0.2, 0.8), (0.8, 0.2)),
    Shot("curtains", 9, brand.NAME_ZH, brand.NAME_EN, (0.8, 0.4), (0.2, 0.6)),
)


def film_mp4() -> bytes:
    """About eight seconds, 1280 × 720, 24 frames/s."""
    with tempfile.TemporaryDirectory(prefix="sealshare-film-") as folder:
        target = Path(folder) / "film.mp4"
        _encode(target)
        return target.read_bytes()


def _encode(target: Path) -> None:
    with subprocess.Popen(_command(target), stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        if process.stdin is not None:
            # If ffmpeg gives up, its message and status say why.
            with contextlib.suppress(BrokenPipeError):
                for frame in frames():
                    process.stdin.write(frame.tobytes())
        _, message = process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "ffmpeg", stderr=message)


def _command(target: Path) -> list[str]:
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FRAMES_PER_S), "-i", "-"]
    colour = ["-vf", "scale=out_color_matrix=bt709:out_range=tv", "-colorspace", "bt709", "-color_primaries", "bt709"]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p", "-color_trc", "bt709"]
    exact = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-threads", str(ENCODER_THREADS)]
    return [
        get_ffmpeg_exe(),
        "-loglevel",
        "error",
        "-y",
        *source,
        *colour,
        *codec,
        *exact,
        "-movflags",
        "+faststart",
        str(target),
    ]


def frames() -> Iterator[Image.Image]:
    """Every frame in order; neighbouring shots overlap by a cross-fade."""
    previous: list[Image.Image] = []
    for number, shot in enumerate(SHOTS):
        current = _shot(shot, still=number == len(SHOTS) - 1)
        for index in range(FADE_FRAMES):
            frame = next(current)
            yield Image.blend(previous[index], frame, (index + 1) / (FADE_FRAMES + 1)) if previous else frame
        rest = SHOT_FRAMES - FADE_FRAMES
        for _ in range(rest - FADE_FRAMES):
            yield next(current)
        previous = list(current)
    yield from previous


def _shot(shot: Shot, *, still: bool) -> Iterator[Image.Image]:
    picture = photograph(SCENES[shot.scene], shot.seed, *SOURCE, scale=0.6, grain=0)
    title, corner = _title(shot)
    room = SOURCE[0] - WIDTH, SOURCE[1] - HEIGHT
    for index in range(SHOT_FRAMES):
        t = index / (SHOT_FRAMES - 1)
        eased = t * t * (3 - 2 * t)
        # By whole pixels: at some four a frame nobody sees the difference, and interpolating costs forty times as much.
        x, y = (round(room[axis] * (shot.start[axis] + (shot.end[axis] - shot.start[axis]) * eased)) for axis in (0, 1))
        frame = picture.crop((x, y, x + WIDTH, y + HEIGHT))
        left = SHOT_FRAMES if still else SHOT_FRAMES - index - 1
        strength = min(1.0, index / TITLE_FADE_FRAMES, left / TITLE_FADE_FRAMES)
        frame.paste(title, corner, title.getchannel("A").point(lambda alpha, s=strength: round(alpha * s)))
        yield frame


def _title(shot: Shot) -> tuple[Image.Image, tuple[int, int]]:
    """The title on its own ground, and where it goes."""
    image = Image.new("RGBA", (420, 190), (*brand.PINE, 214))
    type_ = Lettering(image)
    type_.line(44, 74, shot.zh, Letter(62, brand.IVORY, 0.14))
    type_.line(46, 140, shot.en.upper(), Letter(20, brand.SAND, 0.16))
    return image, (72, HEIGHT - 190 - 64)
