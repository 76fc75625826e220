"""The process that takes frames out of a film: `python -m compliance.reading.filming`, one for each film.

Promises: it shuts itself in (`jail`, `confinement`) before it looks at the film; its last line on standard output is a
JSON object with `complete`, false when the film holds what was not taken, or with `error`. Frames are then
`out/frame-<milliseconds>.jpg`, captions `out/<n>.vtt` in the job's folder. Trusts its parent, neither the film nor
ffmpeg. Leaves wall-clock time and removing the folder to the parent.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg

from compliance.reading.errors import TextDamaged
from watermark import jail
from watermark.confinement import allow_cpu, lower
from watermark.errors import WatermarkError

FILES_MAX = 256
FILE_MAX_BYTES = 16 << 20  # of a frame or of captions
FRAME_SIDE_PX = 1280
GAP_MIN_S = 1.0  # between two frames
CAPTION_STREAMS_MAX = 4
_SYSTEM = (
    "/usr/lib",
    "/lib",
    "/lib64",
    "/usr/share/zoneinfo",
    "/proc/self",
    "/proc/cpuinfo",
    "/sys/devices/system/cpu",
)
_DURATION = re.compile(rb"Duration: (\d{2,4}):(\d{2}):(\d{2})\.(\d{2})")
_CAPTIONS = re.compile(rb"Stream #0:\d+[^\n]*: Subtitle: ")
_FILM = re.compile(rb"Stream #0:\d+[^\n]*: Video: ")
_WITHIN = re.compile(rb"Stream #0:\d+[^\n]*: Video: [^\n]*Closed Captions")


def main() -> None:
    """Shut the door, take the frames, say what came of it."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--folder", type=Path, required=True)
    for bound in ("--memory-max-bytes", "--cpu-s", "--frames-max"):
        arguments.add_argument(bound, type=int, required=True)
    wanted = arguments.parse_args()
    ffmpeg = Path(imageio_ffmpeg.get_ffmpeg_exe())
    try:
        confine(wanted, ffmpeg)
        complete = take(wanted.folder, ffmpeg, wanted.frames_max)
    except WatermarkError as error:
        _say({"error": error.slug})
    else:
        _say({"complete": complete})


def confine(wanted: argparse.Namespace, ffmpeg: Path) -> None:
    """Give up everything this job doesn't need; the door as far as the kernel has one."""
    (wanted.folder / "out").mkdir()
    lower(resource.RLIMIT_AS, wanted.memory_max_bytes)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, FILE_MAX_BYTES)
    lower(resource.RLIMIT_NOFILE, FILES_MAX)
    allow_cpu(wanted.cpu_s)
    readable = [Path(sys.prefix), Path(sys.base_prefix), ffmpeg, *map(Path, _SYSTEM)]
    jail.enter(readable=readable, writable=[wanted.folder, Path("/dev/null")], required=False)


def take(folder: Path, ffmpeg: Path, frames_max: int) -> bool:
    """Frames of the first film and captions into the folder; False when there is another film, or captions are left.

    Raises TextDamaged when ffmpeg makes nothing of it.
    """
    probe = _run(ffmpeg, folder, "-i", "source").stderr
    if not _FILM.search(probe):
        raise TextDamaged(cause="film")
    found = _DURATION.search(probe)
    hours, minutes, seconds, hundredths = (int(each) for each in found.groups()) if found else (0, 0, 0, 0)
    duration_s = hours * 3600 + minutes * 60 + seconds + hundredths / 100
    gap_s = max(GAP_MIN_S, duration_s / (frames_max - 1))
    chosen = f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{gap_s:.3f})',settb=1/1000"
    smaller = f"scale='min({FRAME_SIDE_PX},iw)':-2"
    for keys in (("-skip_frame", "nokey"), ()):  # a film with one key frame is taken by time
        made = _run(
            ffmpeg,
            folder,
            *(*keys, "-i", "source", "-map", "0:v:0", "-an", "-sn", "-vf", f"{chosen},{smaller}"),
            *(
                "-fps_mode",
                "passthrough",
                "-enc_time_base",
                "1:1000",
                "-frame_pts",
                "1",
                "-frames:v",
                str(frames_max),
                "-q:v",
                "3",
            ),
            "out/frame-%d.jpg",
        )
        enough = len(list(folder.glob("out/frame-*.jpg"))) >= min(3, duration_s / gap_s / 8)
        if made.returncode == 0 and enough:
            break
    if not any(folder.glob("out/frame-*.jpg")):
        raise TextDamaged(cause="film")
    captions = len(_CAPTIONS.findall(probe))
    taken = [
        _run(ffmpeg, folder, "-i", "source", "-map", f"0:s:{stream}", f"out/{stream}.vtt").returncode == 0
        for stream in range(min(CAPTION_STREAMS_MAX, captions))
    ]
    return len(_FILM.findall(probe)) == 1 and captions == sum(taken) and not _WITHIN.search(probe)


def _run(ffmpeg: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """One thread, and of protocols none but files: what a playlist names elsewhere is not fetched."""
    bounds = ("-hide_banner", "-nostdin", "-y", "-threads", "1", "-protocol_whitelist", "file")
    return subprocess.run(
        [ffmpeg, *bounds, *arguments], cwd=folder, env={}, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )


def _say(answer: dict[str, str | bool]) -> None:
    os.write(sys.stdout.fileno(), json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
