"""The brand around a history: employees, materials, campaigns, clinics and viewers. The first viewers have names."""

import secrets
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from benchmarks.dashboards.histories import Size, uuid_of
from benchmarks.dashboards.log import UNHINDERED, run_all
from compliance.keys import KEY_BYTES, MasterKey
from compliance.profiles import Profile, key_context, replace_profile
from storage.database import Transaction
from storage.rows import keys
from storage.rows.departments import ROOT_ID

BRANCH = UUID(int=77)  # a department with a fifth of the employees
REGIONS = 5
CAMPAIGNS = 20
NAMED_MAX = 1_000
STATEMENTS = (Path(__file__).parent / "people.sql").read_text(encoding="utf-8")


async def bring_in(tx: Transaction, master: MasterKey, size: Size) -> None:
    """All of them."""
    await run_all(tx, UNHINDERED)
    asked = {
        "branch": str(BRANCH),
        "root": str(ROOT_ID),
        "regions": REGIONS,
        "campaigns": CAMPAIGNS,
        "employees": size.employees,
        "materials": size.materials,
        "clinics": size.clinics,
        "people": size.people,
    }
    for statement in STATEMENTS.split(";"):
        await tx.execute(text(statement), {name: value for name, value in asked.items() if f":{name}" in statement})
    for number in range(size.employees):
        await _name(tx, master, uuid_of(4, number), f"Employee {number}")
    for number in range(min(size.people, NAMED_MAX)):
        await _name(tx, master, uuid_of(6, number), f"Viewer {number}")


async def _name(tx: Transaction, master: MasterKey, person_id: UUID, name: str) -> None:
    wrapped = master.wrap(secrets.token_bytes(KEY_BYTES), key_context(person_id))
    await keys.add_person_key(tx, person_id, wrapped, master.kek_id)
    await replace_profile(tx, master, person_id, Profile(name=name))
