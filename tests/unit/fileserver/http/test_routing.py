"""A careless route declaration stops the start."""

from typing import Any

import pytest
from pydantic import BaseModel

from compliance.access import Action
from fileserver.app import create_app
from fileserver.http.routing import Auth, RouteTableError, check_routes
from fileserver.http.schemas import Input
from fileserver.routes import ROUTES
from tests.unit.fileserver.frame import make_config, make_route


class Lenient(BaseModel):
    """A model that lets unknown members pass."""


class Body(Input):
    """A strict model."""


class OtherPath(Input):
    """Path parameters of some other path."""

    other: str


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"auth": Auth.EMPLOYEE}, "neither an action nor own=True"),
        ({"auth": Auth.SIGNED_IN}, "neither an action nor own=True"),
        ({"auth": Auth.VIEWER, "action": Action.VISIT_READ, "own": True}, "choose one"),
        ({"action": Action.MATERIAL_READ}, "is public, yet"),
        ({"auth": Auth.VIEWER, "own": True, "reads_session": False}, "must read the session"),
        ({"status": 200}, "neither `returns` nor `produces`"),
        ({"returns": Body, "produces": "text/plain"}, "JSON and something else"),
        ({"body": Body}, "with a safe method"),
        ({"method": "POST", "body": Body, "body_max_bytes": None}, "streams its body"),
        ({"method": "post"}, "upper case"),
        ({"path": "/things/{thing_id}", "path_params": OtherPath}, "placeholders"),
        ({"method": "POST", "body": Lenient}, "body model must set extra='forbid'"),
        ({"query": Lenient}, "query model must set extra='forbid'"),
    ],
)
def test_careless_declaration_is_refused(changes: dict[str, Any], fault: str) -> None:
    """The error names the route and what is wrong with it."""
    with pytest.raises(RouteTableError, match=r"things\.read: .*" + fault):
        check_routes([make_route(**changes)])


def test_two_routes_need_two_names() -> None:
    """Names become operationIds, so they are unique."""
    with pytest.raises(RouteTableError, match=r"name used twice: things\.read"):
        check_routes([make_route(), make_route(path="/other")])


def test_one_path_and_method_is_served_once() -> None:
    """Of two handlers for one place, aiohttp would silently take the first."""
    with pytest.raises(RouteTableError, match="served twice"):
        check_routes([make_route(), make_route(name="things.again")])


def test_application_does_not_start_with_an_undeclared_route() -> None:
    """Nobody gets past the check by forgetting it: create_app makes it."""
    with pytest.raises(RouteTableError):
        create_app(make_config(), routes=[make_route(auth=Auth.EMPLOYEE)])


def test_own_table_is_sound() -> None:
    """The table that is really served passes."""
    check_routes(ROUTES)
