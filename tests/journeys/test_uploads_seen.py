"""Uploads as the page sees them: listed, found by their file's fingerprint, known to be used."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from fileserver.uploads.service import RECENT
from storage.schema import upload
from tests.materials import add_upload
from tests.stage import Stage
from tests.uploads import VERSION, metadata

FILE = metadata(filename="brochure.pdf", fingerprint="1-5-abc")


async def begun(stage: Stage, headers: dict[str, str]) -> str:
    """The id of a new upload by the owner."""
    made = await stage.request("POST", "owner", "/uploads/", headers={**VERSION, "Upload-Length": "5", **headers})
    assert 201 == made.status
    return made.headers["Location"].rpartition("/")[2]


async def found(stage: Stage, fingerprint: str = "1-5-abc", who: str = "owner") -> list[str]:
    """The ids of somebody's uploads with this fingerprint."""
    answer = (await stage.api(who).get(f"/uploads?fingerprint={fingerprint}")).ok
    return [item["id"] for item in answer["items"]]


async def listed(stage: Stage) -> list[dict[str, Any]]:
    """The owner's unfinished and recent uploads."""
    items: list[dict[str, Any]] = (await stage.api("owner").get("/uploads")).ok["items"]
    return items


async def test_a_file_is_found_by_its_fingerprint(stage: Stage) -> None:
    """The upload whose metadata names it, no other, and nobody else's."""
    one = await begun(stage, FILE)
    await begun(stage, metadata(fingerprint="1-5-abd"))
    await begun(stage, {})
    assert [one] == await found(stage)
    assert [] == await found(stage, "1-5-")
    assert [] == await found(stage, who="rival")
    assert "1-5-abc" == (await stage.api("owner").get(f"/uploads/{one}")).ok["fingerprint"]


async def test_it_is_found_however_old(stage: Stage) -> None:
    """A finished upload leaves the list after a week, and is still known by its file."""
    one = await begun(stage, FILE)
    assert one in [item["id"] for item in await listed(stage)]
    long_ago = stage.clock() - RECENT - timedelta(seconds=1)
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(upload).where(upload.c.id == one).values(state="complete", updated_at=long_ago))
    assert one not in [item["id"] for item in await listed(stage)]
    assert [one] == await found(stage)


async def test_what_was_cancelled_is_not_found(stage: Stage) -> None:
    """The same file is sent anew then."""
    one = await begun(stage, FILE)
    assert 204 == (await stage.request("DELETE", "owner", f"/uploads/{one}", headers=VERSION)).status
    assert [] == await found(stage)


async def test_a_fingerprint_has_a_form(stage: Stage, subtests: pytest.Subtests) -> None:
    """What can't be one is refused, not searched for."""
    for fingerprint in ["", "a%20b", "x" * 101, "%00"]:
        with subtests.test(str(fingerprint)):
            assert 422 == (await stage.api("owner").get(f"/uploads?fingerprint={fingerprint}")).status


async def test_the_material_is_named(stage: Stage) -> None:
    """A used upload says in which material; an unused one says none."""
    unused = await add_upload(stage.services, stage.cast.people["owner"], b"%PDF-1.7 unused")
    materials = {item["material_id"]: item["id"] for item in await listed(stage)}
    assert {str(stage.cast.material_id), str(stage.cast.draft_id), str(stage.cast.pending_id)} < set(materials)
    assert str(unused) == materials[None]
    used = (await stage.api("owner").get(f"/uploads/{materials[str(stage.cast.material_id)]}")).ok
    assert str(stage.cast.material_id) == used["material_id"]
