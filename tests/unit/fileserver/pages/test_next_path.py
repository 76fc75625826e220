"""Where signing in leads: only to pages of our own."""

import pytest
from yarl import URL

from fileserver.pages.next_path import local_path, sign_in_url

FOREIGN = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "materials",
    "",
    "/\n/evil.example",
    "/a b",
)


@pytest.mark.parametrize("path", ["/", "/materials", "/log?person=p-1&result=deny", "/materials/0f3c/read?version=2"])
def test_own_pages_are_followed(path: str) -> None:
    """Whoever was on the way to a page gets there."""
    assert path == local_path(path)


@pytest.mark.parametrize("path", FOREIGN)
def test_foreign_addresses_are_not(path: str) -> None:
    """A link that pretends to be ours can't use the sign-in to send somebody elsewhere."""
    assert "/" == local_path(path)


@pytest.mark.parametrize("path", ["/materials?q={token}", "/log?person={csrf_token}"])
def test_no_placeholders(path: str) -> None:
    """forms.js fills braces from the answer, which holds the session's token: it must not end in an address."""
    assert "/" == local_path(path)


def test_signing_in_does_not_lead_to_itself() -> None:
    """No way in circles."""
    assert "/" == local_path("/sign-in?next=/sign-in")


def test_endless_paths_are_dropped() -> None:
    """An address that is too long is no page of ours."""
    assert "/" == local_path("/log?person=" + "x" * 600)


def test_the_way_in_remembers_the_page() -> None:
    """The query survives the way through the sign-in."""
    url = URL(sign_in_url("/log?person=p-1&act=viewer:"))
    assert ("/sign-in", "/log?person=p-1&act=viewer:") == (url.path, url.query["next"])
    assert "/sign-in" == sign_in_url("/")
