"""Two persons that are made one: what stands in the way, what the one kept takes over, and how it is given back.

The name that was verified wins, and the proof that lasts longer; a telephone number and a place of work are taken where
there is none. What stood there before is kept with the merge: names and numbers under the kept person's own key.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance.errors import MergeRefused, NotFound
from compliance.holds import require_unheld
from compliance.keys import MasterKey
from compliance.profiles import Profile, profiles_of, replace_profile, seal_for, unseal_for
from storage.database import Transaction
from storage.rows import merging, verifications
from storage.rows.joining import Joined, lock_people
from storage.rows.merging import PROOF, MergeRow

SEALED_FOR = "merge"

Values = dict[str, Any]


async def examine(tx: Transaction, kept: Joined, merged: Joined) -> None:
    """Returns for two that may be one. Raises NotFound for employees and the erased, MergeRefused, LegalHold."""
    for each in (kept, merged):
        if each.kind == "employee" or each.is_erased:
            raise NotFound
    if kept.strong_key and merged.strong_key and kept.strong_key != merged.strong_key:
        raise MergeRefused(reason="verified-differs")
    if kept.is_blocked or merged.is_blocked:  # whoever is kept out must not come in as somebody else
        raise MergeRefused(reason="blocked")
    for each in (kept, merged):
        await require_unheld(tx, each.person_id)


async def take(tx: Transaction, master: MasterKey, kept: Joined, merged: Joined, now: datetime) -> Values:
    """Makes one the other's name, and signs it out; what stood in the rows of the one kept."""
    profile = await _take_profile(tx, master, kept, merged)
    workplace = await _take_workplace(tx, kept.person_id, merged.person_id)
    await verifications.put_strong_key(tx, merged.person_id, None)
    await verifications.put_strong_key(tx, kept.person_id, kept.strong_key or merged.strong_key)
    await merging.put_person(tx, merged.person_id, merged_into=kept.person_id)
    await merging.end_sessions(tx, merged.person_id, now)
    return {
        "kept_key": kept.strong_key,
        "merged_key": merged.strong_key,
        "profile": profile,
        "workplace": workplace,
    }


async def separable(tx: Transaction, row: MergeRow) -> Mapping[UUID, Joined]:
    """What is known of the two, held until `tx` ends.

    Raises NotFound for an erased one, LegalHold, and MergeRefused for a blocked one or where somebody else proved since
    to be whom the merge has under another name.
    """
    keys = sorted({key for key in (row.undo.get("kept_key"), row.undo.get("merged_key")) if key})
    for key in keys:  # before the people, as whoever proves it does
        await verifications.lock_strong_key(tx, key)
    both = (row.kept_id, row.merged_id)
    known = await lock_people(tx, both)
    if any(each.is_erased for each in known.values()):
        raise NotFound(field="merge_id")
    if any(each.is_blocked for each in known.values()):
        raise MergeRefused(reason="blocked")
    for each in both:
        await require_unheld(tx, each)
    for key in keys:
        if await verifications.person_by_strong_key(tx, key) not in (None, *both):
            raise MergeRefused(reason="proved-elsewhere")
    return known


async def give_back(tx: Transaction, master: MasterKey, row: MergeRow, kept: Joined, now: datetime) -> None:
    """Makes two of one: what the merge gave goes back, what came since stays with the one kept."""
    key_kept, key_merged = row.undo["kept_key"], row.undo["merged_key"]
    taken, current = key_kept or key_merged, kept.strong_key
    await verifications.put_strong_key(tx, row.kept_id, key_kept if current == taken else current)
    await verifications.put_strong_key(tx, row.merged_id, key_merged if current is not None else None)
    await merging.put_person(tx, row.merged_id, merged_into=None)
    await merging.forget_session_keys(tx, row.merged_id)
    await merging.end_sessions(tx, row.kept_id, now)  # either of the two may hold them
    await _give_profile_back(tx, master, row)
    proof_ended = await _give_workplace_back(tx, row)
    if proof_ended or (taken and current is None):  # a proof that was taken back is taken back of both
        await verifications.end_verification(tx, row.merged_id)


async def _take_profile(tx: Transaction, master: MasterKey, kept: Joined, merged: Joined) -> str | None:
    profiles = await profiles_of(tx, master, person_ids=(kept.person_id, merged.person_id))
    one, other = profiles[kept.person_id], profiles[merged.person_id]
    named = one if kept.strong_key or not merged.strong_key else other
    whole = Profile(name=named.name or one.name or other.name, phone=one.phone or other.phone)
    if whole == one:
        return None
    await replace_profile(tx, master, kept.person_id, whole)
    both = json.dumps({"before": asdict(one), "after": asdict(whole)})
    return base64.b64encode(await seal_for(tx, master, kept.person_id, both.encode(), SEALED_FOR)).decode()


async def _give_profile_back(tx: Transaction, master: MasterKey, row: MergeRow) -> None:
    if not (sealed := row.undo.get("profile")):
        return
    kept = json.loads(await unseal_for(tx, master, row.kept_id, base64.b64decode(sealed), SEALED_FOR))
    current = asdict((await profiles_of(tx, master, person_ids=[row.kept_id]))[row.kept_id])
    restored = {name: _restored(kept, name, value) for name, value in current.items()}
    if restored != current:
        await replace_profile(tx, master, row.kept_id, Profile(**restored))


async def _take_workplace(tx: Transaction, kept_id: UUID, merged_id: UUID) -> Values | None:
    one, other = await merging.workplace_of(tx, kept_id), await merging.workplace_of(tx, merged_id)
    if other is None:
        return None
    whole = dict(one or other)
    if one is not None and _lasts_longer(other["verified_until"], one["verified_until"]):
        whole |= {name: other[name] for name in ("verified_at", "verified_until")}
    whole["consented"] = max(other["consented"], one["consented"] if one else 0)
    if whole == one:
        return None
    await merging.put_workplace(tx, kept_id, whole)
    return {"before": _plain(one) if one else None, "after": _plain(whole)}


async def _give_workplace_back(tx: Transaction, row: MergeRow) -> bool:
    """Whether a proof that the merge gave was ended since."""
    kept, current = row.undo.get("workplace"), await merging.workplace_of(tx, row.kept_id)
    if not kept or current is None:
        return False
    plain = _plain(current)
    if kept["before"] is None:
        if plain != kept["after"] or not await merging.drop_workplace(tx, row.kept_id):
            nothing = {"verified_at": None, "verified_until": None, "consented": 0}
            theirs = {name: value for name, value in nothing.items() if plain[name] == kept["after"][name]}
            await merging.put_workplace(tx, row.kept_id, theirs)
    else:
        restored = {name: _restored(kept, name, value) for name, value in plain.items()}
        await merging.put_workplace(tx, row.kept_id, {name: _rich(name, value) for name, value in restored.items()})
    return kept["after"]["verified_at"] is not None and plain["verified_at"] is None


def _lasts_longer(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def _restored(kept: Mapping[str, Any], name: str, current: Any) -> Any:
    """What stood there before, unless somebody changed since what the merge put there."""
    return kept["before"][name] if current == kept["after"][name] else current


def _plain(values: Mapping[str, Any]) -> Values:
    """The values as JSON knows them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
        for name, value in values.items()
    }


def _rich(name: str, value: Any) -> Any:
    """The opposite."""
    if value is None or name not in ("clinic_id", *PROOF[:2]):
        return value
    return UUID(value) if name == "clinic_id" else datetime.fromisoformat(value)
