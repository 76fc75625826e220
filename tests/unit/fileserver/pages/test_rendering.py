"""What templates use to show times and sizes, and how big our own browser code is."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fileserver.pages import rendering, static_files
from fileserver.pages.rendering import input_time, local_time, machine_time, with_query
from fileserver.sizes import human_size

NOON = datetime(2026, 11, 23, 4, 0, 5, tzinfo=UTC)
OWN_BYTES_MAX = 160_000  # no page loads all: zoom, traces, looks, exports and rules are for five different ones
IMPORTED = re.compile(r"""^import [^;]*"\./([^"]+)";""", re.MULTILINE)
STATIC_NAME = re.compile(r"""static\('([^']+)'\)""")


def test_people_read_chinas_time() -> None:
    """Wherever the server stands."""
    assert "2026-11-23 12:00" == local_time(NOON)
    assert "2026-11-23 12:00:05" == local_time(NOON, seconds=True)
    assert "2026-11-23T12:00" == input_time(NOON)


def test_machines_read_utc() -> None:
    """The `datetime` attribute is exact."""
    assert "2026-11-23T04:00:05+00:00" == machine_time(NOON.astimezone(rendering.CHINA_TIME))


def test_no_time_is_no_text() -> None:
    """What has not happened shows nothing."""
    assert ("", "") == (local_time(None), input_time(None))


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1530, "1.53 KB"), (2_950_000, "2.95 MB"), (10**13, "10 TB")]
)
def test_sizes_have_three_digits(size: int, text: str) -> None:
    """Enough to compare, few enough to read."""
    assert text == human_size(size)


def test_a_query_is_replaced_in_part() -> None:
    """Turning the page keeps the filter."""
    assert "/log?act=viewer:&before=7" == with_query("/log", {"act": "viewer:", "before": "9"}, before=7)
    assert "/log" == with_query("/log", {"before": "9"}, before=None)


def test_our_browser_code_is_small() -> None:
    """Cheap phones and slow lines: all of our own scripts and styles together."""
    own = [path for path in static_files.ROOT.iterdir() if path.suffix in {".js", ".css"}]
    assert OWN_BYTES_MAX > sum(path.stat().st_size for path in own)


def test_templates_take_static_files_by_content() -> None:
    """A file that is missing is found here, not by a reader; what `make vendor` fetches has its own check."""
    names = _loaded()
    assert "console.css" in names
    assert [] == sorted(n for n in names if not n.startswith("vendor/") and not (static_files.ROOT / n).is_file())


def test_no_script_imports_what_pages_load() -> None:
    """A page's address has a hash, an import's has none: the browser would run the script twice."""
    scripts = list(static_files.ROOT.glob("*.js"))
    imported = {name for path in scripts for name in IMPORTED.findall(path.read_text(encoding="utf-8"))}
    assert "api.js" in imported
    assert [] == sorted(imported & _loaded())


def _loaded() -> set[str]:
    """The names of static files that templates name."""
    templates = (Path(rendering.__file__).parent / "templates").glob("*.html")
    return {name for path in templates for name in STATIC_NAME.findall(path.read_text(encoding="utf-8"))}
