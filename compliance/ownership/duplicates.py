"""Clinics and persons that may be there twice: found by names and numbers, put into a queue, decided by somebody."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import combinations
from uuid import UUID, uuid4

from compliance.errors import NotFound, WrongState
from compliance.events import Act, Trail
from compliance.keys import MasterKey
from compliance.ledger import append
from compliance.profiles import Profile, profiles_of
from storage.database import Transaction
from storage.rows import merging, twins
from storage.rows.merging import DuplicateRow

SIMILAR = 0.85
BUCKET_MAX = 40  # more that begin alike are no sign of anything
# What clinics add to what they are called.
TRIMMINGS = re.compile(
    "(有限责任公司|股份有限公司|有限公司|医疗美容|医学美容|整形外科|美容|医院|门诊部|诊所|分院|总院|集团|[()（）·\\s])"
)


@dataclass(frozen=True)
class Twin:
    """Something with a name, and what else it may be known by."""

    id: UUID
    name: str
    number: str = ""


async def find(tx: Transaction, master: MasterKey, now: datetime) -> int:
    """Puts pairs into the queue that were not there before, whatever was decided of them; how many."""
    found = 0
    for kind, pairs in (("clinic", await _clinics(tx)), ("person", await _people(tx, master))):
        for (first, second), grounds in pairs.items():
            values = {
                "id": uuid4(),
                "kind": kind,
                "first_id": first,
                "second_id": second,
                "grounds": sorted(grounds),
                "found_at": now,
            }
            found += await merging.add_duplicate(tx, values)
    return found


async def dismiss(
    tx: Transaction, trail: Trail, duplicate_id: UUID, *, by: UUID, reason: str, now: datetime, rule: str = ""
) -> DuplicateRow:
    """Says that two are not the same; they are not found again. Raises NotFound, WrongState."""
    row = await merging.duplicate_by_id(tx, duplicate_id, lock=True)
    if row is None:
        raise NotFound(field="duplicate_id")
    if row.state != "open":
        raise WrongState
    decided = {"state": "dismissed", "decided_by": by, "decided_at": now, "reason": reason}
    await merging.put_duplicate(tx, (row.kind, row.first_id, row.second_id), decided)
    det = {"duplicate": str(row.id), "kind": row.kind}
    await append(tx, trail.event(Act.EMPLOYEE_DUPLICATE_DISMISS, why=rule, det=det), now=now)
    return row


def bare_name(name: str) -> str:
    """A name without what many have: width, case, blanks, and words for a kind of house."""
    text = unicodedata.normalize("NFKC", name).lower()
    return TRIMMINGS.sub("", text) or text


def similar(twins_: Iterable[Twin]) -> dict[tuple[UUID, UUID], set[str]]:
    """Pairs whose names are alike, or whose numbers are the same, with the grounds; the smaller id first."""
    pairs: dict[tuple[UUID, UUID], set[str]] = defaultdict(set)
    for some, ground in ((_by(twins_, lambda one: one.number), "number"), (_by(twins_, _beginning), "name")):
        for group in some.values():
            for one, two in combinations(group[:BUCKET_MAX], 2):
                if ground == "number" or _alike(one.name, two.name):
                    pairs[(min(one.id, two.id), max(one.id, two.id))].add(ground)
    return pairs


async def _clinics(tx: Transaction) -> Mapping[tuple[UUID, UUID], set[str]]:
    found = await twins.clinics(tx)
    names = similar([Twin(each.id, each.name) for each in found])
    full = similar([Twin(each.id, each.full_name) for each in found if each.full_name])
    codes = {each.id: each.credit_code for each in found}
    pairs: dict[tuple[UUID, UUID], set[str]] = {pair: set(grounds) for pair, grounds in names.items()}
    for pair in full:
        pairs.setdefault(pair, set()).add("full-name")
    return {pair: grounds for pair, grounds in pairs.items() if not (codes[pair[0]] and codes[pair[1]])}


async def _people(tx: Transaction, master: MasterKey) -> Mapping[tuple[UUID, UUID], set[str]]:
    found = await twins.viewers(tx)
    profiles: Mapping[UUID, Profile] = await profiles_of(tx, master, person_ids=[each.id for each in found])
    places = {each.id: each.clinic_id for each in found}
    keys = {each.id: each.strong_key for each in found}
    pairs = similar([Twin(each.id, profiles[each.id].name, profiles[each.id].phone) for each in found])
    return {
        pair: grounds
        for pair, grounds in pairs.items()
        if ("number" in grounds or places[pair[0]] == places[pair[1]])  # a common name alone says little
        and not (keys[pair[0]] and keys[pair[1]])
    }


def _beginning(one: Twin) -> str:
    return bare_name(one.name)[:2]


def _alike(one: str, two: str) -> bool:
    return SequenceMatcher(None, bare_name(one), bare_name(two)).ratio() >= SIMILAR


def _by(found: Iterable[Twin], key: Callable[[Twin], str]) -> Mapping[str, Sequence[Twin]]:
    groups: dict[str, list[Twin]] = defaultdict(list)
    for one in found:
        if text := key(one):
            groups[text].append(one)
    return groups
