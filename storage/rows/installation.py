"""Which installation this database is: several may keep their bytes in one store, and none may tidy up another's."""

import hashlib

from sqlalchemy import text

from storage.database import Transaction

MARK_CHARS = 8

IDENTITY = text(
    "SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "FROM pg_control_system()"
)


async def mark_of(tx: Transaction) -> str:
    """`MARK_CHARS` hexadecimal digits that another database hardly shares: one in 4 billion does.

    What pg_dump copies into another database has another mark. A replica and a snapshot have the same.
    """
    identity = str(await tx.scalar(IDENTITY))
    return hashlib.sha256(identity.encode()).hexdigest()[:MARK_CHARS]
