"""Clinic users for tests: all steps of the way in by its own code, with a service that says yes to any name."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from compliance.access import Job
from compliance.clinics import normal_name
from compliance.consents import Purpose
from compliance.events import Trail
from compliance.id_numbers import CHECKS, WEIGHTS
from compliance.joining import KnownAs
from compliance.real_names import Claim, ask
from fileserver.entering import beginning, consent_texts, service, workplaces
from fileserver.entering.beginning import Began, Visitor
from fileserver.entering.inviting import token_of
from fileserver.entering.schemas import ConsentIn
from fileserver.entering.state import State, state_of
from fileserver.http.keys import SERVICES
from fileserver.i18n import Language
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import clinics
from storage.rows.aliases import clinic_behind
from storage.rows.clinics import ClinicRow
from tests.api import Api, Client
from tests.entry import CountingService

PHONE = "13800138000"
LANGUAGE = Language.ZH_CN
DAYS = 20_000


async def as_viewer(client: Client, **said: str) -> tuple[Api, dict[str, Any]]:
    """Somebody who is in, and their session. Without more it is 李娜, consultant at 瑞丽诊所."""
    session = await come_in(client.app[SERVICES], **said)
    return Api(client, session["token"]), session


async def come_in(services: Services, **said: str) -> dict[str, Any]:
    """The whole way in; the session.

    The same phone is the same person, who may have moved to another clinic or job; a clinic that is not listed is.
    """
    wanted = {"name": "李娜", "phone": PHONE, "clinic_name": "瑞丽诊所", "job": "consultant", **said}
    began = await begin(services, wanted["phone"], wanted.get("invitation", ""))
    async with services.database.transaction() as tx:
        state = await state_of(tx, services, began.person_id)
    if not state.is_verified:
        await verified(services, began, name=wanted["name"], phone=wanted["phone"])
    async with services.database.transaction() as tx:
        clinic = await _bound(tx, services, began, wanted, state)
    session = began.session
    return {
        "id": str(session.id),
        "token": session.token,
        "csrf_token": session.csrf_token,
        "person": {"id": str(began.person_id), "name": wanted["name"]},
        "clinic": {"id": str(clinic.id), "name": clinic.name},
    }


async def begin(services: Services, phone: str = PHONE, invitation: str = "") -> Began:
    """A session of somebody who is known by their phone, and of whom nothing else may be known."""
    visitor = Visitor(
        trail=Trail(role="viewer", ip="127.0.0.0/24"),
        address="127.0.0.1",
        invitation=await token_of(services, invitation),
    )
    subject = services.keys.master.keyed_hash("viewer-phone", phone)
    return await beginning.begin(services, visitor, (KnownAs(provider="tests", app="", subject=subject),))


async def verified(services: Services, began: Began, *, name: str, phone: str) -> None:
    """They agree to everything, and their name is verified."""
    texts = (consent_texts.text_of(each, LANGUAGE, brand=services.config.brand_name) for each in Purpose)
    said = [ConsentIn(purpose=each.purpose, version=each.version, sha256=each.sha256) for each in texts]
    await service.give(services, began.trail, began.person_id, said, LANGUAGE)
    claim = Claim(name=name, id_number=id_number(phone), phone=f"+86{phone}")
    await ask(service.desk_of(services), began.trail, CountingService(), began.person_id, claim)


def id_number(phone: str) -> str:
    """A well-formed one for each phone."""
    born = date(1940, 1, 1) + timedelta(days=int(phone) % DAYS)
    body = f"110101{born:%Y%m%d}{int(phone) // DAYS % 1000:03d}"
    return body + CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


async def _bound(tx: Transaction, services: Services, began: Began, said: dict[str, str], state: State) -> ClinicRow:
    """Where they work: as an invitation proposes, or as they say."""
    if state.proposal is not None:
        clinic, job = state.proposal.clinic, Job(state.proposal.job or said["job"])
    else:
        clinic, job = await _clinic(tx, said, services.clock()), Job(said["job"])
    return await workplaces.bind(tx, services, began.trail, began.person_id, clinic.id, job, now=services.clock())


async def _clinic(tx: Transaction, said: dict[str, str], now: datetime) -> ClinicRow:
    if "clinic_id" in said:
        found = await clinics.clinic_by_id(tx, UUID(said["clinic_id"]))
    else:
        name = normal_name(said["clinic_name"])
        row = ClinicRow(id=uuid4(), name=name, region="", owner_id=None, created_at=now)
        await clinics.add_clinic(tx, row)
        found = await clinics.clinic_by_name(tx, name)
    assert found is not None
    behind = await clinics.clinic_by_id(tx, await clinic_behind(tx, found.id))
    assert behind is not None
    return behind
