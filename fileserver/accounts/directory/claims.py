"""What a provider's claims say of somebody who signs in, followed like a directory by the mapping of that provider.

Without a mapping nothing is followed. A claim that is no text or list of texts names nothing. When the claim of the
roles is not there at all, the provider has said nothing: that is told as a difference, and nothing is changed.
"""

from datetime import datetime
from uuid import UUID

from compliance.directory import mapping as mappings
from compliance.directory.mapping import LEFT
from compliance.errors import InvalidValue
from compliance.organisation import Organising
from fileserver.accounts.directory.comparing import DIRECTORY
from fileserver.accounts.directory.following import Follower, Said, key_of
from fileserver.accounts.providers.port import EmployeeIdentity
from fileserver.accounts.sign_in import normal_login
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import directories
from storage.rows.directories import DifferenceRow
from storage.rows.viewers import person_by_identity

VALUES_MAX = 1_000


async def follow_claims(services: Services, tx: Transaction, who: EmployeeIdentity) -> None:
    """Makes the account of this identity what the claims say, as far as nobody else had a hand in it."""
    mapping = await mappings.in_force(tx, who.method)
    if who.provider != "oidc" or not mapping.revision:
        return
    now, master = services.clock(), services.keys.master
    person_id = await person_by_identity(tx, provider=who.provider, app=who.app, subject=who.subject)
    key = key_of(master, who.method, who.app, who.subject)
    if who.claims.get(mapping.role_claim) is None:
        missing = _missing(who, key, person_id, mapping.role_claim, now)
        await directories.replace_differences_of(tx, who.method, key, (missing,))
        return
    role = mapping.role_for({("claim", value) for value in texts(who.claims.get(mapping.role_claim))})
    place = None
    if role not in ("", LEFT) and mapping.department_claim:  # a stranger's claim makes no department
        place = await _place(tx, who, mapping.department_claim, now)
    said = Said(
        source=who.method,
        provider=who.provider,
        app=who.app,
        subject=who.subject,
        name=next(iter(texts(who.claims.get("name"))), who.login_hint),
        role=role,
        login=normal_login(who.login_hint),
        as_of=now,
        department_id=place,
        makes_accounts=mapping.makes_accounts and bool(who.login_hint),
    )
    followed = await Follower(tx, master, DIRECTORY, now).follow(said)
    await directories.replace_differences_of(tx, said.source, key, followed.differences)


def _missing(who: EmployeeIdentity, key: str, person_id: UUID | None, claim: str, now: datetime) -> DifferenceRow:
    return DifferenceRow(
        source=who.method,
        key_hash=key,
        kind="claim-missing",
        external_id=who.subject,
        person_id=person_id,
        detail=claim,
        seen_at=now,
    )


async def _place(tx: Transaction, who: EmployeeIdentity, claim: str, now: datetime) -> UUID | None:
    """The department that a claim names, made below the brand if there is none; None for a name that can't be one."""
    name = next(iter(texts(who.claims.get(claim))), "")
    try:
        found = await Organising(tx, DIRECTORY, by=None, reason="", now=now).place(name)
    except InvalidValue:
        return None
    return found.id if found else None


def texts(claim: object) -> tuple[str, ...]:
    """The texts of a claim."""
    values = claim if isinstance(claim, list) else [claim]
    return tuple(value for value in values[:VALUES_MAX] if isinstance(value, str) and value)
