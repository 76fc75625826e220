"""Rows of tokens that platforms gave us, shared by all nodes; what they hold is sealed by the caller."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from storage.database import Transaction
from storage.schema import platform_token

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('platform-token:' || CAST(:name AS text), 0))")


@dataclass(frozen=True, kw_only=True)
class TokenRow:
    """One token; `forced_at` is when it was last fetched by force."""

    name: str
    sealed: bytes = field(repr=False)
    renew_at: datetime
    fetched_at: datetime
    forced_at: datetime | None


COLUMNS = tuple(platform_token.c)


async def lock_token(tx: Transaction, name: str) -> None:
    """Until `tx` ends, nobody else fetches this token; others wait here. Raises StoreUnavailable after ten seconds."""
    await tx.execute(LOCK, {"name": name})


async def token_of(tx: Transaction, name: str) -> TokenRow | None:
    """What is kept under this name, ended or not."""
    row = (await tx.execute(select(*COLUMNS).where(platform_token.c.name == name))).mappings().one_or_none()
    return TokenRow(**row) if row else None


async def put_token(tx: Transaction, row: TokenRow) -> None:
    """Keeps it in place of an earlier one."""
    values = {column.name: getattr(row, column.name) for column in COLUMNS}
    query = insert(platform_token).values(values)
    await tx.execute(query.on_conflict_do_update(index_elements=["name"], set_=values))
