"""Where the console leads from every page: what somebody needs each day in one line, the rest in a menu behind it.

A role sees only places that some rule may ever open to it; whether one opens now is decided there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from compliance.access import Action, Role, may_ever


class Shelf(StrEnum):
    """Where in the navigation a place stands: in the line, or under which heading of the menu."""

    LINE = "line"
    CONTENT = "content"
    BRAND = "brand"


@dataclass(frozen=True)
class Place:
    """One entry of the console's navigation."""

    key: str
    path: str
    action: Action
    shelf: Shelf = Shelf.LINE

    def holds(self, path: str) -> bool:
        """Whether a page belongs to the place: the place itself, or what lies below it."""
        return path == self.path or path.startswith(f"{self.path}/")


PLACES: Sequence[Place] = (
    Place("materials", "/materials", Action.MATERIAL_LIST),
    Place("reviews", "/reviews", Action.REVIEW_LIST),
    Place("shares", "/shares", Action.SHARE_LIST),
    Place("tasks", "/tasks", Action.TASK_LIST),
    Place("my-tasks", "/my-tasks", Action.TASK_COMPLETE),
    Place("figures", "/analytics", Action.ANALYTICS_READ),
    Place("recruiting", "/recruiting", Action.INVITATION_LIST),
    Place("people", "/people", Action.PERSON_LIST),
    Place("log", "/log", Action.EVENT_SEARCH),
    Place("traces", "/traces", Action.TRACE_LIST),
    Place("accounts", "/accounts", Action.ACCOUNT_LIST),
    Place("flights", "/flights", Action.UPLOAD_WATCH),
    Place("uploads", "/my-uploads", Action.UPLOAD_CREATE, Shelf.CONTENT),
    Place("reviewing", "/reviewing", Action.PROCEDURE_READ, Shelf.CONTENT),
    Place("rules", "/rules", Action.RULES_READ, Shelf.CONTENT),
    Place("certificates", "/certificates", Action.CERTIFICATE_LIST, Shelf.CONTENT),
    Place("pledges", "/pledges", Action.PLEDGE_READ, Shelf.CONTENT),
    Place("holds", "/holds", Action.HOLD_LIST, Shelf.BRAND),
    Place("organisation", "/organisation", Action.ORGANISATION_LIST, Shelf.BRAND),
    Place("quotas", "/quotas", Action.QUOTA_LIST, Shelf.BRAND),
    Place("webhooks", "/webhooks", Action.WEBHOOK_LIST, Shelf.BRAND),
    Place("log-targets", "/log-targets", Action.SIEM_LIST, Shelf.BRAND),
    Place("glass", "/break-glass", Action.GLASS_LIST, Shelf.BRAND),
)


@dataclass(frozen=True)
class Navigation:
    """What a page's header shows; nothing of it for somebody who is no employee."""

    line: Sequence[Place] = ()
    menu: Sequence[tuple[Shelf, Sequence[Place]]] = ()
    glass: str | None = None  # where emergency access is ended, for whoever may look at it

    def in_menu(self, path: str) -> bool:
        """Whether a page belongs to a place of the menu, which is closed."""
        return any(place.holds(path) for _, shelved in self.menu for place in shelved)


def navigation_of(role: Role) -> Navigation:
    """Everywhere that an employee of this role may ever go."""
    mine = [place for place in PLACES if may_ever(role, place.action)]
    shelves = {shelf: tuple(place for place in mine if place.shelf is shelf) for shelf in Shelf}
    return Navigation(
        line=shelves.pop(Shelf.LINE),
        menu=tuple((shelf, shelved) for shelf, shelved in shelves.items() if shelved),
        glass=next((place.path for place in mine if place.key == "glass"), None),
    )
