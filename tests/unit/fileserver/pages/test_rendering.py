"""What templates use to show times and sizes, and how big our own browser code is."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fileserver.pages import rendering, static_files
from fileserver.pages.rendering import input_time, local_time, machine_time, with_query
from fileserver.sizes import human_size

NOON = datetime(2026, 11, 23, 4, 0, 5, tzinfo=UTC)
CONSOLE_PAGE_BYTES_MAX = 68_000
UPLOAD_PAGE_BYTES_MAX = 110_000  # the engine that sends tens of gigabytes past every fault of a network
VIEWER_PAGE_BYTES_MAX = 28_000  # clinic users' pages are opened on cheap phones
IMPORTED = re.compile(r"""^(?:import|export) [^;]*"\./([^"]+)";""", re.MULTILINE)
STATIC_NAME = re.compile(r"""static\('([^']+)'\)""")
TEMPLATE_NAME = re.compile(r"""\{%-? (?:extends|include|from|import) ["']([^"']+)["']""")
TEMPLATES = Path(rendering.__file__).parent / "templates"


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


def test_each_page_loads_little_code() -> None:
    """Cheap phones and slow lines: our own scripts and styles that one page loads, with what they import."""
    sizes = {page.name: _own_bytes(page.name) for page in TEMPLATES.glob("*.html")}
    assert sizes["share_view.html"] > sizes["enter_sign_in.html"] > 0
    assert {} == {page: size for page, size in sizes.items() if size > _bytes_max(page)}


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
    return {name for page in TEMPLATES.glob("*.html") for name in _named_in(page.name)}


def _named_in(page: str) -> list[str]:
    return STATIC_NAME.findall((TEMPLATES / page).read_text(encoding="utf-8"))


def _bytes_max(page: str) -> int:
    """A page's limit, by whom it is for."""
    templates = _closure(page, _templates_of)
    if "uploader.html" in templates:
        return UPLOAD_PAGE_BYTES_MAX
    return CONSOLE_PAGE_BYTES_MAX if "layout.html" in templates else VIEWER_PAGE_BYTES_MAX


def _own_bytes(page: str) -> int:
    """What a browser reads of ours to show a page, uncompressed."""
    named = {name for template in _closure(page, _templates_of) for name in _named_in(template)}
    own = {name for name in named if not name.startswith("vendor/")}
    files = {imported for name in own for imported in _closure(name, _imports_of)}
    return sum((static_files.ROOT / name).stat().st_size for name in files)


def _templates_of(page: str) -> list[str]:
    return TEMPLATE_NAME.findall((TEMPLATES / page).read_text(encoding="utf-8"))


def _imports_of(name: str) -> list[str]:
    return IMPORTED.findall((static_files.ROOT / name).read_text(encoding="utf-8")) if name.endswith(".js") else []


def _closure(first: str, following: Callable[[str], list[str]]) -> set[str]:
    """The first and all that follow from it."""
    seen, left = {first}, [first]
    while left:
        new = set(following(left.pop())) - seen
        seen |= new
        left += new
    return seen
