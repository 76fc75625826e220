"""What the OpenAPI document says, the server does: schemathesis makes requests of it, for several kinds of caller.

Half of the requests name things that exist, so that successes are looked at too and not only refusals. `make whole`
sends many times as many.
"""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from compliance.access import may_ever
from fileserver.http.openapi import openapi_document
from fileserver.routes import ROUTES
from storage.engines import Endpoints
from tests.services import Clock, config_for, copied_database
from tests.stage import EMPLOYEES, Cast, running

EXAMPLES, MANY_EXAMPLES = 3, 40  # of each operation
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CALLERS = ("owner", "manager", "reviewer", "auditor", "admin", "li", None)
# These would end a session, a person or a thing that the other operations need: they get made-up ids, or a caller
# whom nobody misses. So do those that ask WeChat, which is not there.
HARMFUL = {
    "shares.mini_program_code",
    "shares.short_link",
    "uploads.terminate",
    "accounts.disable",
    "accounts.reset_password",
    "viewers.block",
    "materials.withdraw",
    "sessions.end",
}
CALLERS_OF = {"sessions.end_current": ("wang",)}
TUS = {"Tus-Resumable": "1.0.0"}
ROUTE_NAMED = {route.name: route for route in ROUTES}
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
SCHEMA = schemathesis.openapi.from_dict(
    openapi_document(ROUTES, title="SealShare", server_url="http://127.0.0.1"), config=SchemathesisConfig()
)
OPERATIONS = {
    found.ok().definition.raw["operationId"]: found.ok()
    for found in SCHEMA.get_all_operations()
    if isinstance(found, Ok)
}


@dataclass(frozen=True)
class Served:
    """A running application and what exists in it."""

    url: str
    cast: Cast
    things: dict[str, str]
    session: requests.Session


@pytest.fixture(scope="module")
def served(engines: Endpoints, cast: Cast) -> Iterator[Served]:
    """The stage, served by a thread of its own: schemathesis and its HTTP client are synchronous."""
    with copied_database(engines.database_url, cast.database_url) as url:
        config = config_for(engines, url, master_key=cast.master_key)
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        context = running(config, Clock())
        try:
            _, client = asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result()
            base = str(client.make_url("/")).rstrip("/")
            with requests.Session() as session:
                yield Served(base, cast, existing(base, cast), session)
            asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result()
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


def existing(base: str, cast: Cast) -> dict[str, str]:
    """Things that a path can name."""

    def post(who: str, path: str, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {cast.tokens[who]}"}
        answer = requests.post(f"{base}/api/v1{path}", json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    policy = {"material_id": str(cast.material_id), "download": True, "forward_depth": 3}
    share = post("owner", "/shares", policy)
    visit = post("li", "/visits", {"token": share["token"]})
    begun = {"Authorization": f"Bearer {cast.tokens['owner']}", **TUS, "Upload-Length": "5000"}
    upload = requests.post(f"{base}/uploads/", headers=begun, timeout=30)
    return {
        "upload_id": upload.headers["Location"].rpartition("/")[2],
        "material_id": str(cast.material_id),
        "version_id": str(cast.version_id),
        "review_id": str(cast.review_id),
        "share_id": share["id"],
        "visit_id": visit["id"],
        "clinic_id": str(cast.clinics["li"]),
        "person_id": str(cast.people["wang"]),
        "page": "1",
    }


def permitted(name: str) -> tuple[str, ...]:
    """Callers who are let in, once more for each refusal that chance would give them."""
    action = ROUTE_NAMED[name].action
    chosen = [who for who, (role, _) in EMPLOYEES.items() if action and who in CALLERS and may_ever(role, action)]
    return tuple((chosen or ["li"]) * 3)


def test_every_operation_can_be_read() -> None:
    """The document describes each route of the API so that a generator understands it."""
    assert {route.name for route in ROUTES if not route.hidden} == set(OPERATIONS)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_operation(served: Served, name: str, *, whole: bool) -> None:
    """Whatever is sent: no server error, a documented status, the documented content type, and the documented form."""
    operation = OPERATIONS[name]
    callers = CALLERS_OF.get(name) or (*CALLERS, *permitted(name))

    @settings(
        max_examples=MANY_EXAMPLES if whole else EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), who=st.sampled_from(callers), real=st.booleans())
    def conforms(*, case: schemathesis.Case[Any], who: str | None, real: bool) -> None:
        if real and name not in HARMFUL:
            case.path_parameters.update({k: v for k, v in served.things.items() if k in case.path_parameters})
        headers = {"Authorization": f"Bearer {served.cast.tokens[who]}"} if who else {}
        if name.startswith("uploads."):
            headers |= TUS
        case.call_and_validate(base_url=served.url, headers=headers, checks=CHECKS, session=served.session)

    conforms()
