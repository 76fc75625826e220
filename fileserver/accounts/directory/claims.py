"""What a provider's claims say of somebody who signs in, followed like a directory by the mapping of that provider.

Without a mapping nothing is followed. A claim that is no text or list of texts names nothing.
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
from storage.rows import directories, directory_tree
from storage.rows.viewers import person_by_identity

VALUES_MAX = 1_000


async def follow_claims(services: Services, tx: Transaction, who: EmployeeIdentity) -> None:
    """Makes the account of this identity what the claims say, as far as nobody else had a hand in it."""
    mapping = await mappings.in_force(tx, who.method)
    if who.provider != "oidc" or not mapping.revision:
        return
    now, master = services.clock(), services.keys.master
    person_id = await person_by_identity(tx, provider=who.provider, app=who.app, subject=who.subject)
    role = mapping.role_for({("claim", value) for value in texts(who.claims.get(mapping.role_claim))})
    place = await directory_tree.place_of(tx, person_id) if person_id else None
    if role not in ("", LEFT) and mapping.department_claim:  # a stranger's claim makes no department
        place = await _place(tx, who, mapping.department_claim, now) or place
    said = Said(
        source=who.method,
        provider=who.provider,
        app=who.app,
        subject=who.subject,
        name=next(iter(texts(who.claims.get("name"))), who.login_hint),
        role=role,
        login=normal_login(who.login_hint),
        department_id=place,
        makes_accounts=mapping.makes_accounts and bool(who.login_hint),
    )
    followed = await Follower(tx, master, DIRECTORY, now).follow(said)
    key = key_of(master, said.source, said.app, said.subject)
    await directories.replace_differences_of(tx, said.source, key, followed.differences)


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
