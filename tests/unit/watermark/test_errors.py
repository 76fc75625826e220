"""Refusals across a process border."""

import pytest

from watermark.errors import TooManyPages, WatermarkError, error_of


def test_every_slug_is_unique() -> None:
    """One slug names one reason."""
    kinds: list[type[WatermarkError]] = [WatermarkError, *WatermarkError.__subclasses__()]
    slugs = [each.slug for each in kinds]

    assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize("kind", WatermarkError.__subclasses__())
def test_an_error_survives_as_slug_and_params(kind: type[WatermarkError]) -> None:
    """An error made of another's slug and params is of the same class and says the same."""
    again = error_of(kind.slug, kind(limit=3).params)

    assert (kind, {"limit": 3}) == (type(again), again.params)


def test_an_unknown_slug_is_still_a_refusal() -> None:
    """A slug nobody knows becomes the base class."""
    assert type(error_of("no-such-slug", {})) is WatermarkError


def test_the_message_holds_the_case() -> None:
    """What is logged names slug and numbers."""
    assert str(TooManyPages(pages=1200, limit=1000)) == "too-many-pages {'pages': 1200, 'limit': 1000}"
