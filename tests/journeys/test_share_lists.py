"""Personal shares for a list of people: looked at by line first, then all of them or none."""

import csv
import io
from typing import Any

from tests.stage import Stage

NOBODY = "00000000-0000-4000-8000-000000000000"


async def looked_at(stage: Stage, text: str, who: str = "owner") -> tuple[int, Any]:
    """What the API says of a list."""
    path = f"/api/v1/shares/list?material_id={stage.cast.material_id}"
    headers = {"Authorization": f"Bearer {stage.cast.tokens[who]}", "Content-Type": "text/csv"}
    async with stage.client.post(path, data=text.encode(), headers=headers) as response:
        return response.status, await response.json(content_type=None)


async def test_a_list_becomes_personal_links(stage: Stage) -> None:
    """By id and by phone; each link opens for its person alone, each is an event, and the file has them all."""
    li, wang = (str(stage.cast.people[who]) for who in ("li", "wang"))
    status, found = await looked_at(stage, f"编号,手机号,姓名,备注\n{li},,李娜,=VIP\n,13800138002,,\n")
    assert (200, [(2, li, "李娜", "=VIP"), (3, wang, "王强", "")]) == (
        status,
        [(each["line"], each["person_id"], each["person"], each["note"]) for each in found["items"]],
    )
    people = [{"person_id": each["person_id"], "note": each["note"]} for each in found["items"]]
    wanted = {"material_id": str(stage.cast.material_id), "people": people, "visits_max": 3}
    made = (await stage.api("owner").post("/shares/bulk", wanted)).ok
    tokens = [each["url"].rpartition("/")[2] for each in made["items"]]
    assert [201, 403] == [(await stage.open(who, tokens[0])).status for who in ("li", "wang")]
    assert [403, 201] == [(await stage.open(who, tokens[1])).status for who in ("li", "wang")]
    _, *rows = csv.reader(io.StringIO(made["csv"]))
    assert [("李娜", "'=VIP"), ("王强", "")] == [(row[0], row[4]) for row in rows]
    assert [each["url"] for each in made["items"]] == [row[2] for row in rows]
    told = await stage.told("employee:share:create")
    assert [(1, "person", 3)] * 2 == [(e["det"]["people"], e["det"]["audience"], e["det"]["visits_max"]) for e in told]
    assert [2, 2] == [each["det"]["found"] for each in await stage.told("employee:person:search")]


async def test_faults_are_told_by_line_and_nothing_is_made(stage: Stage) -> None:
    """Nobody, another name, twice: each by its line in the reader's language; one fault, and no share at all."""
    li = str(stage.cast.people["li"])
    status, problem = await looked_at(stage, f"person_id,name\n{NOBODY},\n{li},王强\n{li},李娜\n")
    faults = [
        ("/lines/2/person_id", "must-exist"),
        ("/lines/3/name", "another-name"),
        ("/lines/4/person_id", "repeated"),
    ]
    assert (422, [field for field, _ in faults]) == (status, [each["field"] for each in problem["errors"]])
    _, problem = await looked_at(stage, f"person_id,phone,email\n{li},13800138002,\n{li},13800138001,x@y.cn\n")
    assert ["/lines/2/phone", "/lines/3/email", "/lines/3/person_id"] == [each["field"] for each in problem["errors"]]
    assert 403 == (await looked_at(stage, "person_id\n", who="auditor"))[0]
    for second in (NOBODY, li):
        people = [{"person_id": li}, {"person_id": second}]
        refused = await stage.api("owner").post(
            "/shares/bulk", {"material_id": str(stage.cast.material_id), "people": people}
        )
        assert (422, {"/people/1/person_id"}) == (refused.status, refused.fields)
    assert [] == (await stage.api("owner").get("/shares")).ok["items"]
