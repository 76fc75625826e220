"""What confined processes say is read with care: a file may have taken them over."""

from collections.abc import Callable

import pytest

from compliance.rendering.replies import page_count, raw_page
from compliance.scanning.inspectors import looked
from watermark.errors import RenderCrashed

NO_NUMBER = float("inf")  # as JSON's 1e999 is read


@pytest.mark.parametrize(
    "read",
    [
        lambda: page_count({}),
        lambda: page_count({"page_count": NO_NUMBER}),
        lambda: raw_page(1, 1, {"width_px": 1, "height_px": NO_NUMBER}, b""),
        lambda: looked("type", ({"version": "1", "cut": False}, b"[" * 100_000)),
        lambda: looked("type", ({"version": "1", "cut": False}, b"[[]]")),
    ],
    ids=["a member missing", "no number of pages", "no number of pixels", "brackets without end", "a row of nothing"],
)
def test_nonsense_is_a_crash(read: Callable[[], object]) -> None:
    """Whatever is wrong with a reply, the job fails as one whose process died, and nothing else is raised."""
    with pytest.raises(RenderCrashed):
        read()
