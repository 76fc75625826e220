"""How a share's policy was changed, in words."""

from typing import Any

import pytest

from fileserver.i18n import Language
from fileserver.pages.share_story import line_of


@pytest.mark.parametrize(
    ("field", "before", "after", "said"),
    [
        ("visits_max", None, 9, ("Visits at most", "No limit", "9")),
        ("stamp", None, {"seal": 2}, ("Another rule, of a newer version", "not set", "{'seal': 2}")),
        ("lock", "none", "passkey", ("Also asks for", "Nothing", "passkey")),
        ("jobs", ["doctor"], ["doctor", "nurse"], ("Job", "Doctor", "Doctor · nurse")),
        ("expires_at", "2026-07-01T00:00:00Z", {"until": "read"}, ("Until", "2026-07-01 08:00", "{'until': 'read'}")),
        ("regions", 3, 2, ("Which regions", "3", "2")),
    ],
    ids=["known", "field", "lock", "job", "shape", "no list"],
)
def test_what_a_newer_release_wrote_is_told_plainly(field: str, before: Any, after: Any, said: tuple[str, ...]) -> None:
    """While nodes are upgraded the older ones read it, too: whatever it is, the page of the share is shown."""
    line = line_of(Language.EN, field, before, after)
    assert said == (line.what, line.before, line.after)
