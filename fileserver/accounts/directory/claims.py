"""What a provider's claims say of somebody who signs in, followed like a directory by the mapping of that provider.

Without a mapping nothing is followed. A claim that is no text or list of texts names nothing.
"""

from compliance.directory import mapping as mappings
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
    said_place = next(iter(texts(who.claims.get(mapping.department_claim))), "") if mapping.department_claim else ""
    place = await directory_tree.place_of(tx, person_id) if person_id else None
    if said_place:
        organising = Organising(tx, DIRECTORY, by=None, reason="", now=now)
        try:
            found = await organising.place(said_place)
            place = found.id if found else place
        except InvalidValue:
            said_place = ""
    said = Said(
        source=who.method,
        provider=who.provider,
        app=who.app,
        subject=who.subject,
        name=next(iter(texts(who.claims.get("name"))), who.login_hint),
        role=mapping.role_for({("claim", value) for value in texts(who.claims.get(mapping.role_claim))}),
        login=normal_login(who.login_hint),
        department_id=place,
        makes_accounts=mapping.makes_accounts and bool(who.login_hint),
    )
    followed = await Follower(tx, master, DIRECTORY, now).follow(said)
    key = key_of(master, said.source, said.app, said.subject)
    await directories.replace_differences_of(tx, said.source, key, followed.differences)


def texts(claim: object) -> tuple[str, ...]:
    """The texts of a claim."""
    values = claim if isinstance(claim, list) else [claim]
    return tuple(value for value in values[:VALUES_MAX] if isinstance(value, str) and value)
