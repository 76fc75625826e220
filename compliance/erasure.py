"""Erasing a person: their key is destroyed, no row holds their words any more, and no event changes.

What is done, in one transaction with its event: the key that encrypts the profile is deleted, and with it every copy
of the profile in backups loses its meaning as soon as the backup's own copy of the key does; the profile, identities,
sessions and API tokens are deleted; login, department, notes and file names that are theirs are emptied; and their
name, telephone number and login are replaced by `[erased]` wherever somebody wrote them into a free text. Where the log
has a hash of that text an event says which text has which hash now, so that the two can still be brought together.
Afterwards the files of traces that name a copy of theirs are deleted by a job, for a leaked page has the name in its
pixels.

A name that stands in many texts may be a word: whoever calls themselves by one must not be able to blacken the brand's
titles by leaving. So it is replaced only if somebody who erases them says so.

What stays: events, which know a pseudonym; shares, visits and decisions, which know an id; materials and versions,
which are the brand's. PostgreSQL itself keeps old rows until it vacuums and old log segments until it recycles them:
docs/how-to/erase-a-person.md says what an operator does about that.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from compliance.access import Role
from compliance.administrators import require_others
from compliance.errors import NameCommon, NotFound, WrongState
from compliance.events import Act, Event, Trail
from compliance.holds import digest, require_unheld
from compliance.keys import MasterKey
from compliance.ledger import append
from compliance.profiles import Profile, profiles_of
from storage.database import Transaction
from storage.rows import accounts, erasure, keys, scrubbing, transfers
from storage.rows.aliases import aliases_of, person_behind

NAME_CHARS_MIN = 2
LATIN_CHARS_MIN = 4  # shorter ones are parts of other words
COUNTRY = "+86"
COMMON_MAX = 20  # texts that a name or login may stand in before somebody has to say what to do about it


class Common(StrEnum):
    """What to do about a name or login that stands in more than COMMON_MAX texts."""

    REFUSE = "refuse"  # erase nobody, and say in how many
    REPLACE = "replace"
    LEAVE = "leave"


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was done. `left`: texts in which a common name was left. `traces`: whose files are still to be deleted."""

    pseudonym: str
    rows: int
    texts: int
    left: int
    traces: tuple[UUID, ...]


async def erase(  # what is done, by whom, to whom and why
    tx: Transaction,
    master: MasterKey,
    trail: Trail,
    person_id: UUID,
    *,
    reason: str,
    now: datetime,
    why: str = "",
    common: Common = Common.REFUSE,
) -> Erased:
    """Erases a person for good, with whoever was merged into them, or whom they were merged into.

    The caller asked the rules, and enqueues what is to happen to the traces.

    Raises NotFound, WrongState for somebody erased already, LegalHold, LastAdmin, LastEmergency, or NameCommon.
    """
    root_id = await person_behind(tx, person_id)
    done = await _erase_one(tx, master, trail, root_id, reason=reason, now=now, why=why, common=common)
    for alias in await aliases_of(tx, root_id):  # one human under several ids
        also = await _erase_one(tx, master, trail, alias, reason=reason, now=now, why=why, common=common)
        done = replace(
            done,
            rows=done.rows + also.rows,
            texts=done.texts + also.texts,
            left=done.left + also.left,
            traces=(*done.traces, *also.traces),
        )
    return done


async def _erase_one(
    tx: Transaction,
    master: MasterKey,
    trail: Trail,
    person_id: UUID,
    *,
    reason: str,
    now: datetime,
    why: str,
    common: Common,
) -> Erased:
    known = await erasure.lock_person(tx, person_id)
    if known is None:
        raise NotFound
    pseudonym, _, erased_at = known
    if erased_at is not None:
        raise WrongState
    await require_unheld(tx, person_id)
    await require_others(tx, await accounts.lock_administrators(tx, now), person_id)
    profile = (await profiles_of(tx, master, person_ids=[person_id]))[person_id]
    account = await accounts.account_of(tx, person_id, lock=True)
    traces = await erasure.traces_naming(tx, person_id)
    await keys.destroy_person_key(tx, person_id)
    await transfers.add_handovers_of(tx, person_id, now)  # of an employee who was not shut out before
    counts = await erasure.blank_person(tx, person_id, pseudonym, now)
    texts, left = await _scrub(tx, words_of(profile, account.login if account else ""), common, now)
    det: dict[str, str | int] = {**counts, "texts": texts, "traces": len(traces), "reason_sha256": digest(reason)}
    if left:
        det["left"] = left
    act = Act.VIEWER_PERSON_ERASE if trail.role == Role.VIEWER.value else Act.EMPLOYEE_PERSON_ERASE
    await append(tx, trail.event(act, why=why, obj=f"person:{pseudonym}", det=det), now=now)
    return Erased(pseudonym=pseudonym, rows=sum(counts.values()), texts=texts, left=left, traces=traces)


async def _scrub(tx: Transaction, words: Sequence[str], common: Common, now: datetime) -> tuple[int, int]:
    """In how many texts a word was replaced, and in how many it was left."""
    texts = left = 0
    for word in words:
        if not _is_number(word) and (hits := await scrubbing.count_hits(tx, word)) > COMMON_MAX:
            if common is Common.REFUSE:
                raise NameCommon(count=hits, max=COMMON_MAX)
            if common is Common.LEAVE:
                left += hits
                continue
        count, changed = await scrubbing.scrub(tx, word)
        texts += count
        for each in changed:
            det: dict[str, str | int] = {
                "text": each.place,
                "row": each.row,
                "before_sha256": digest(each.before),
                "after_sha256": digest(each.after),
            }
            await append(tx, Event(act=Act.SYSTEM_TEXT_REDACT, role="system", det=det), now=now)
    return texts, left


def words_of(profile: Profile, login: str) -> tuple[str, ...]:
    """What to look for in free texts, the longest first: the name, the number with and without +86, and the login.

    A single character, and a short Latin word, stand in too many other words to be replaced.
    """
    phones = {profile.phone, profile.phone.removeprefix(COUNTRY)} if profile.phone else set()
    words = {word for word in (profile.name.strip(), login) if _telling(word)}
    return tuple(sorted(phones | words, key=lambda word: (-len(word), word)))


def _is_number(word: str) -> bool:
    return word.removeprefix("+").isdecimal()


def _telling(word: str) -> bool:
    enough = LATIN_CHARS_MIN if re.fullmatch(r"[\x00-\x7f]*", word) else NAME_CHARS_MIN
    return len(word) >= enough
