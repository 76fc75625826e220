"""Personal data, readable only while the person's own key exists.

A profile is JSON under AES-256-GCM with a key of its own per person, which the master key wraps. Destroying the
wrapped key erases the person everywhere at once, backups of the profile included, and changes no event.
"""

import json
import secrets
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from uuid import UUID, uuid4

from compliance.errors import KeyUnavailable
from compliance.keys import KEY_BYTES, MasterKey, decrypt, encrypt
from storage.database import Transaction
from storage.rows import keys, people

PSEUDONYM_BYTES = 10


@dataclass(frozen=True)
class Profile:
    """What is known of a person by name. `phone` holds digits with an optional leading +, or nothing."""

    name: str = field(repr=False)
    phone: str = field(default="", repr=False)

    @property
    def phone_tail(self) -> str:
        """The last four digits, which is all that a watermark shows."""
        return self.phone[-4:]


ERASED = Profile(name="")


async def add_person(tx: Transaction, master: MasterKey, kind: str, profile: Profile) -> UUID:
    """Adds an `employee` or a `viewer` with a key, a pseudonym and a profile of their own."""
    person_id, key = uuid4(), secrets.token_bytes(KEY_BYTES)
    await people.add_person(tx, person_id, kind, f"p-{secrets.token_hex(PSEUDONYM_BYTES)}")
    await keys.add_person_key(tx, person_id, master.wrap(key, key_context(person_id)), master.kek_id)
    await people.put_profile(tx, person_id, _seal(key, person_id, profile))
    return person_id


async def replace_profile(tx: Transaction, master: MasterKey, person_id: UUID, profile: Profile) -> None:
    """Keeps a newer profile. Raises KeyUnavailable once the person is erased."""
    key = await _key_of(tx, master, person_id)
    await people.put_profile(tx, person_id, _seal(key, person_id, profile))


async def profiles_of(
    tx: Transaction,
    master: MasterKey,
    *,
    person_ids: Collection[UUID] | None = None,
    pseudonyms: Collection[str] | None = None,
) -> dict[UUID, Profile]:
    """The profiles of these people (of everybody without a filter); an erased person has an empty one."""
    return open_profiles(master, await people.sealed_profiles(tx, person_ids=person_ids, pseudonyms=pseudonyms))


def open_profiles(master: MasterKey, rows: Iterable[people.SealedProfile]) -> dict[UUID, Profile]:
    """The profiles that these rows hold: some 20 µs each, so a thousand belong into a thread."""
    return {row.person_id: open_profile(master, row) for row in rows}


async def names_by_pseudonym(tx: Transaction, master: MasterKey, pseudonyms: Collection[str]) -> dict[str, str]:
    """Who stands behind the pseudonyms of some events; erased people are left out."""
    rows = await people.sealed_profiles(tx, pseudonyms=pseudonyms)
    return {row.pseudonym: profile.name for row in rows if (profile := open_profile(master, row)) != ERASED}


async def seal_name(tx: Transaction, master: MasterKey, person_id: UUID, name: str, context: str) -> bytes:
    """A name as it was at one moment, under the person's own key and bound to `context`. Raises KeyUnavailable."""
    wrapped = await keys.person_key_of(tx, person_id)
    if wrapped is None:
        raise KeyUnavailable(purpose="profile")
    return encrypt(master.unwrap(wrapped, key_context(person_id)), name.encode(), context)


async def open_name(tx: Transaction, master: MasterKey, person_id: UUID, sealed: bytes, context: str) -> str:
    """The name that was sealed; empty once the person is erased. Raises KeyUnavailable for another context."""
    wrapped = await keys.person_key_of(tx, person_id)
    return "" if wrapped is None else decrypt(master.unwrap(wrapped, key_context(person_id)), sealed, context).decode()


async def seal_secret(tx: Transaction, master: MasterKey, person_id: UUID, plain: bytes, context: str) -> bytes:
    """Something that nobody shows, under the person's own key and bound to `context`. Raises KeyUnavailable."""
    wrapped = await keys.person_key_of(tx, person_id)
    if wrapped is None:
        raise KeyUnavailable(purpose="profile")
    return encrypt(master.unwrap(wrapped, key_context(person_id)), plain, context)


async def open_secret(tx: Transaction, master: MasterKey, person_id: UUID, sealed: bytes, context: str) -> bytes:
    """What `seal_secret` sealed. Raises KeyUnavailable for another context, and once the person is erased."""
    wrapped = await keys.person_key_of(tx, person_id)
    if wrapped is None:
        raise KeyUnavailable(purpose="profile")
    return decrypt(master.unwrap(wrapped, key_context(person_id)), sealed, context)


async def erase(tx: Transaction, person_id: UUID) -> None:
    """Destroys the person's key: their profile can't be read again by anybody."""
    await keys.destroy_person_key(tx, person_id)


def open_profile(master: MasterKey, row: people.SealedProfile) -> Profile:
    """The profile that this row holds; an empty one of somebody who was erased."""
    if row.wrapped_key is None or row.sealed is None:
        return ERASED
    key = master.unwrap(row.wrapped_key, key_context(row.person_id))
    return Profile(**json.loads(decrypt(key, row.sealed, _profile_context(row.person_id))))


async def seal_for(tx: Transaction, master: MasterKey, person_id: UUID, plain: bytes, purpose: str) -> bytes:
    """Encrypts something under a person's own key, bound to `purpose`. Raises KeyUnavailable once they are erased."""
    return encrypt(await _key_of(tx, master, person_id), plain, f"{purpose}:{person_id}")


async def unseal_for(tx: Transaction, master: MasterKey, person_id: UUID, sealed: bytes, purpose: str) -> bytes:
    """The opposite. Raises KeyUnavailable."""
    return decrypt(await _key_of(tx, master, person_id), sealed, f"{purpose}:{person_id}")


async def _key_of(tx: Transaction, master: MasterKey, person_id: UUID) -> bytes:
    wrapped = await keys.person_key_of(tx, person_id)
    if wrapped is None:
        raise KeyUnavailable(purpose="profile")
    return master.unwrap(wrapped, key_context(person_id))


def _seal(key: bytes, person_id: UUID, profile: Profile) -> bytes:
    return encrypt(key, json.dumps(asdict(profile)).encode(), _profile_context(person_id))


def key_context(person_id: UUID) -> str:
    """What a person's key is wrapped for."""
    return f"person-key:{person_id}"


def _profile_context(person_id: UUID) -> str:
    return f"profile:{person_id}"
