"""What the hidden mark of a copy is made of."""

from compliance.marks import CopyMark, asset_of

SHA = "ab" * 32


def test_every_page_of_every_version_is_an_asset_of_its_own() -> None:
    """32 bytes, the same each time; another page or other bytes give others."""
    assets = {asset_of(SHA, 1), asset_of(SHA, 2), asset_of("cd" * 32, 1), asset_of(SHA, 1)}
    assert (3, {32}) == (len(assets), set(map(len, assets)))


def test_a_mark_does_not_show_its_secret() -> None:
    """It may stand in a message or a log line."""
    assert "hunter2" not in repr(CopyMark(7, 1, b"hunter2"))
