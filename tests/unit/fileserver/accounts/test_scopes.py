"""Scopes: one closed list, and every route within it."""

from fileserver.accounts.routes import ROUTES as ACCOUNTS
from fileserver.http.scopes import Scope
from fileserver.routes import ROUTES


def test_every_route_that_takes_tokens_names_a_scope_of_the_list() -> None:
    """A misspelt scope would shut every token out without a word."""
    assert not {route.scope for route in ROUTES if route.scope is not None} - set(Scope)


def test_tokens_never_make_tokens_or_change_passwords() -> None:
    """A stolen token can't turn itself into something that outlives it."""
    guarded = [
        route for route in ACCOUNTS if route.path.startswith("/api/v1/tokens") or route.path.endswith("/me/password")
    ]
    assert len(guarded) == 4
    assert all(route.scope is None for route in guarded)
