"""The console's navigation: a line that fits, a menu for the rest, and nothing that no rule would open."""

import pytest

from compliance.access import Role, may_ever
from fileserver.pages.places import PLACES, Navigation, Shelf, navigation_of
from fileserver.pages.routes import ROUTES

LINE_MAX = 7  # entries beside the menu, so that the English ones stand in one line of a desk's screen


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_everywhere_it_may_ever_go_once(role: Role) -> None:
    """In the line or under one heading of the menu; a heading without entries is not there."""
    shown = navigation_of(role)
    everywhere = [*shown.line, *(place for _, shelved in shown.menu for place in shelved)]
    assert sorted(place.key for place in PLACES if may_ever(role, place.action)) == sorted(
        each.key for each in everywhere
    )
    assert all(shelved for _, shelved in shown.menu)
    assert len(shown.line) <= LINE_MAX


def test_a_viewer_sees_no_navigation() -> None:
    """The console is the employees'."""
    assert Navigation() == navigation_of(Role.VIEWER)


def test_each_place_is_a_page_with_its_own_act() -> None:
    """What the navigation offers is what the page's route asks for."""
    acts = {route.path: route.action for route in ROUTES}
    assert {each.path: each.action for each in PLACES}.items() <= acts.items()


def test_a_page_belongs_to_the_place_above_it() -> None:
    """A share's page to the shares; nothing to a place whose name it only begins with."""
    shares = next(place for place in PLACES if place.key == "shares")
    assert (True, True, False) == tuple(shares.holds(path) for path in ("/shares", "/shares/1", "/shares-of-others"))
    manager = navigation_of(Role.MANAGER)
    assert (True, False) == (manager.in_menu("/rules/new"), manager.in_menu("/shares"))
    assert Shelf.LINE not in dict(manager.menu)
