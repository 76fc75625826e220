"""Codes of six digits that are sent to somebody, who proves by them that the mailbox (or telephone) is theirs.

Promises: a code works once, for ten minutes, for the request it was made for, and dies of its fifth wrong try; of any
number of tries in the same moment at most one succeeds. A newer code for the same subject ends the older one. Only
keyed hashes are kept: neither the code nor whom it went to can be read from the database. How a code travels is the
caller's matter.

Who may ask and try how often is limited three ways, so that nobody floods a mailbox, nobody guesses by asking for new
codes, and nobody locks out a clinic whose people all stand behind one address: by subject (small), by link, subject and
address together (small), by address alone (generous). An IPv6 address counts with its /64, which one customer holds.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance.errors import CodeRefused
from compliance.keys import MasterKey
from compliance.limits import Limit, admit_by, network_of
from storage.database import Database, Transaction
from storage.rows import one_time_codes as rows
from storage.rows.one_time_codes import CodeRow

DIGITS = 6
LIFETIME_S = 10 * 60
TRIES_MAX = 5
KEEP_OVER_DAYS = 1

SENT_TO_SUBJECT = Limit("code-sent-subject", 5, 15 * 60)
SENT_BY_ADDRESS = Limit("code-sent-address", 300, 15 * 60)
TRIED_BY_SUBJECT = Limit("code-tried-subject", 50, 60 * 60)
TRIED_AT_PLACE = Limit("code-tried-place", 15, 60 * 60)
TRIED_BY_ADDRESS = Limit("code-tried-address", 600, 15 * 60)
CODE_LIMITS = (SENT_TO_SUBJECT, SENT_BY_ADDRESS, TRIED_BY_SUBJECT, TRIED_AT_PLACE, TRIED_BY_ADDRESS)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a code is for: the same on sending and on trying, or the code does not fit.

    `subject` is whom it goes to (an e-mail address in its one form), `link` what they want to open with it (a share's
    id, an invitation's, or nothing), `address` where the request came from.
    """

    purpose: str
    subject: str = field(repr=False)
    link: str = ""
    address: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A code just made: the only moment at which it is known. `id` goes to the client, the code to the mailbox."""

    id: UUID
    code: str = field(repr=False)
    expires_at: datetime


async def issue(database: Database, master: MasterKey, asked: Asked, *, now: datetime) -> Issued:
    """Makes a code and ends the one before it. Raises TooManyAttempts with `retry_after_s`; nothing is made then."""
    async with database.transaction() as tx:
        await admit_by(
            tx,
            master,
            ((SENT_TO_SUBJECT, f"{asked.purpose}\n{asked.subject}"), (SENT_BY_ADDRESS, network_of(asked.address))),
            now=now,
        )
        code_id, code = uuid4(), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        subject_hash = _subject_hash(master, asked)
        await rows.end_codes(tx, asked.purpose, subject_hash, now)
        row = CodeRow(
            id=code_id,
            purpose=asked.purpose,
            subject_hash=subject_hash,
            code_hash=_code_hash(master, code_id, code),
            created_at=now,
            expires_at=now + timedelta(seconds=LIFETIME_S),
        )
        await rows.add_code(tx, row)
    return Issued(id=code_id, code=code, expires_at=row.expires_at)


async def check(
    database: Database, master: MasterKey, asked: Asked, code_id: UUID, code: str, *, now: datetime
) -> None:
    """Returns once the code is used up by this call, in a transaction of its own: a wrong try must count.

    Raises CodeRefused for a wrong, used, old or foreign code (it never says which), or TooManyAttempts.
    """
    async with database.transaction() as tx:
        await admit_by(
            tx,
            master,
            (
                (TRIED_BY_SUBJECT, f"{asked.purpose}\n{asked.subject}"),
                (TRIED_AT_PLACE, f"{asked.purpose}\n{asked.link}\n{asked.subject}\n{network_of(asked.address)}"),
                (TRIED_BY_ADDRESS, network_of(asked.address)),
            ),
            now=now,
        )
    async with database.transaction() as tx:
        right = await _use(tx, master, asked, code_id, code, now)
    if not right:
        raise CodeRefused(field="code")


async def forget_old(tx: Transaction, now: datetime) -> int:
    """Removes codes that are long over; returns how many. For a periodic job. Their counters: limits.forget_old."""
    return await rows.delete_codes_over(tx, now - timedelta(days=KEEP_OVER_DAYS))


async def _use(tx: Transaction, master: MasterKey, asked: Asked, code_id: UUID, code: str, now: datetime) -> bool:
    expected = await rows.count_try(
        tx, code_id, asked.purpose, _subject_hash(master, asked), tries_max=TRIES_MAX, now=now
    )
    if expected is None or not hmac.compare_digest(expected, _code_hash(master, code_id, code)):
        return False
    await rows.put_used(tx, code_id, now)
    return True


def _subject_hash(master: MasterKey, asked: Asked) -> str:
    return master.keyed_hash("one-time-code-subject", f"{asked.purpose}\n{asked.link}\n{asked.subject}")


def _code_hash(master: MasterKey, code_id: UUID, code: str) -> str:
    return master.keyed_hash("one-time-code", f"{code_id}\n{code.strip()}")
