"""A crowd that reads: viewers with a session and a visit each, through shares that were passed on from a few.

Their rows are copies of those of one viewer who came in and opened a share like anybody; what is measured comes after.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text

from compliance.beacons import PageToken, sign_page
from compliance.sessions import PREFIX
from fileserver.services import Services
from storage.database import Transaction

READERS = 4_000
SHARES = 400  # each passed on by a viewer
ROOTS = 40
PAGES = 8
SERVED_BEFORE = timedelta(hours=1)
SEEN_BEFORE = timedelta(minutes=2)  # so that each session's use is noted once
LASTS = timedelta(hours=12)


@dataclass(frozen=True)
class Like:
    """Whose rows are copied."""

    person_id: UUID
    session_id: UUID
    share_id: UUID
    visit_id: UUID


@dataclass(frozen=True)
class CrowdReader:
    """Somebody who reads, with the tokens of the pages that they were served."""

    person_id: UUID
    session_id: UUID
    session_token: str
    visit_id: UUID
    tokens: tuple[str, ...]  # of pages 1, 2, 3…


@dataclass
class Crowd:
    """All of them; the number of the last beacon that each has sent."""

    readers: Sequence[CrowdReader]
    seq: int = 0

    def reports(self, beacons: int) -> Iterator[tuple[CrowdReader, int]]:
        """A reader and their last number again and again, each after all the others; `beacons` are sent with it."""
        while True:
            before, self.seq = self.seq, self.seq + beacons
            for reader in self.readers:
                yield reader, before


async def gathered(services: Services, like: Like) -> Crowd:
    """A crowd, straight into the tables."""
    now = services.clock()
    readers = [_reader(services, now - SERVED_BEFORE) for _ in range(READERS)]
    roots = [uuid4() for _ in range(ROOTS)]
    shares = [(uuid4(), roots[number % ROOTS]) for number in range(SHARES)]
    async with services.database.transaction() as tx:
        people = [
            {"id": each.person_id, "pseudonym": f"p-{each.person_id}", "strong_key": None, "merged_into": None}
            for each in readers
        ]
        await copied(tx, "person", "id", like.person_id, people)
        await copied(tx, "viewer", "person_id", like.person_id, [{"person_id": each.person_id} for each in readers])
        await copied(tx, "session", "id", like.session_id, [_session(each) for each in readers])
        await copied(tx, "share", "id", like.share_id, [_root(each) for each in roots])
        forwards = [
            _root(root) | {"id": share_id, "parent_id": root, "depth": 1, "creator_id": each.person_id} | _named()
            for (share_id, root), each in zip(shares, readers, strict=False)
        ]
        await copied(tx, "share", "id", like.share_id, forwards)
        visits = [
            {
                "id": each.visit_id,
                "share_id": shares[number % SHARES][0],
                "person_id": each.person_id,
                "copy_id": secrets.randbits(48),
                "started_at": now - SERVED_BEFORE,
                "expires_at": now + LASTS,
            }
            for number, each in enumerate(readers)
        ]
        await copied(tx, "visit", "id", like.visit_id, visits)
    return Crowd(readers)


async def long_unseen(services: Services) -> None:
    """Nobody was heard of for two minutes: their next request notes that they were."""
    async with services.database.transaction() as tx:
        await tx.execute(text("UPDATE session SET seen_at = :at"), {"at": services.clock() - SEEN_BEFORE})


def _reader(services: Services, served_at: datetime) -> CrowdReader:
    person_id, visit_id = uuid4(), uuid4()
    tokens = (
        sign_page(services.keys, PageToken(visit_id=visit_id, page=page, person_id=person_id, served_at=served_at))
        for page in range(1, PAGES + 1)
    )
    return CrowdReader(person_id, uuid4(), PREFIX + secrets.token_urlsafe(32), visit_id, tuple(tokens))


def _session(reader: CrowdReader) -> dict[str, object]:
    kept = hashlib.sha256(reader.session_token.encode()).hexdigest()
    return {"id": reader.session_id, "person_id": reader.person_id, "token_hash": f"\\x{kept}"}


def _root(share_id: UUID) -> dict[str, object]:
    return {"id": share_id, "root_id": share_id, **_named()}


def _named() -> dict[str, object]:
    return {"token_id": f"\\x{secrets.token_hex(11)}"}


async def copied(tx: Transaction, table: str, key: str, like: UUID, rows: Sequence[Mapping[str, object]]) -> None:
    """Rows like one, but for what each says itself."""
    query = (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(l, n.said)).* FROM {table} l, "  # noqa: S608  # our own names
        f"unnest(CAST(CAST(:rows AS text[]) AS jsonb[])) AS n (said) WHERE l.{key} = :like"
    )
    await tx.execute(text(query), {"rows": [json.dumps(row, default=str) for row in rows], "like": like})
