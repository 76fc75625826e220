"""Sign-in providers: what is kept of them, changed by administrators with a reason, each state with its author.

The secret that this installation has at a provider is wrapped by the master key, bound to the provider; the history
says that it was replaced, never what it was.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from compliance.errors import InvalidValue, NotFound
from compliance.events import Act, Trail, short_hash
from compliance.keys.master import MasterKey
from compliance.ledger import append
from storage.database import Transaction
from storage.rows import sign_in_providers as rows
from storage.rows.sign_in_providers import PROVIDERS_MAX, ChangeRow, ProviderRow

WECOM = "wecom"  # the slug that is nobody's: WeCom is configured by the operator


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A provider as an administrator wants it. `secret` None keeps the one that is there; empty: a public client."""

    slug: str
    label: str
    issuer: str
    client_id: str
    secret: str | None = field(default=None, repr=False)
    scopes: str = "openid"
    login_claim: str = ""
    enabled: bool = True


async def add(
    tx: Transaction, master: MasterKey, trail: Trail, by: UUID, wanted: Wanted, *, reason: str, now: datetime, why: str
) -> ProviderRow:
    """Adds a provider. Raises InvalidValue for a name that is taken, or one too many."""
    await rows.lock_providers(tx)
    if wanted.slug == WECOM or await rows.provider_by_slug(tx, wanted.slug) is not None:
        raise InvalidValue(field="slug", rule="slug-taken")
    if len(await rows.list_providers(tx)) >= PROVIDERS_MAX:
        raise InvalidValue(field="slug", rule="too-many-providers", max=PROVIDERS_MAX)
    provider_id = uuid4()
    row = ProviderRow(
        id=provider_id,
        slug=wanted.slug,
        label=wanted.label,
        issuer=wanted.issuer,
        client_id=wanted.client_id,
        sealed_secret=_sealed(master, provider_id, wanted.secret or ""),
        kek=master.kek_id,
        scopes=wanted.scopes,
        login_claim=wanted.login_claim,
        revision=1,
        disabled_at=None if wanted.enabled else now,
    )
    return await _put(tx, trail, by, row, Act.EMPLOYEE_PROVIDER_ADD, reason=reason, now=now, why=why)


async def change(
    tx: Transaction, master: MasterKey, trail: Trail, by: UUID, wanted: Wanted, *, reason: str, now: datetime, why: str
) -> ProviderRow:
    """Changes the provider of this name. Its issuer stays: people are linked to it. Raises NotFound, InvalidValue."""
    await rows.lock_providers(tx)
    before = await rows.provider_by_slug(tx, wanted.slug)
    if before is None:
        raise NotFound
    if wanted.issuer != before.issuer:
        raise InvalidValue(field="issuer", rule="issuer-stays")
    kept = wanted.secret is None
    row = replace(
        before,
        label=wanted.label,
        client_id=wanted.client_id,
        sealed_secret=before.sealed_secret if kept else _sealed(master, before.id, wanted.secret or ""),
        kek=before.kek if kept else master.kek_id,
        scopes=wanted.scopes,
        login_claim=wanted.login_claim,
        revision=before.revision + 1,
        disabled_at=None if wanted.enabled else before.disabled_at or now,
    )
    return await _put(tx, trail, by, row, Act.EMPLOYEE_PROVIDER_CHANGE, reason=reason, now=now, why=why)


def secret_of(master: MasterKey, row: ProviderRow) -> str:
    """What this installation proves itself to the provider with; empty for a public client. Raises KeyUnavailable."""
    return master.unwrap(row.sealed_secret, provider_context(row.id)).decode() if row.sealed_secret else ""


def provider_context(provider_id: UUID) -> str:
    """What a provider's secret is wrapped for."""
    return f"sign-in-provider:{provider_id}"


def _sealed(master: MasterKey, provider_id: UUID, secret: str) -> bytes:
    return master.wrap(secret.encode(), provider_context(provider_id)) if secret else b""


async def _put(
    tx: Transaction, trail: Trail, by: UUID, row: ProviderRow, act: Act, *, reason: str, now: datetime, why: str
) -> ProviderRow:
    facts = {
        "slug": row.slug,
        "label": row.label,
        "issuer": row.issuer,
        "client_id": row.client_id,
        "secret_sha256": short_hash(row.sealed_secret.hex()) if row.sealed_secret else "",
        "scopes": row.scopes,
        "login_claim": row.login_claim,
        "enabled": row.disabled_at is None,
    }
    change_row = ChangeRow(
        provider_id=row.id, revision=row.revision, facts=facts, reason=reason, changed_by=by, changed_at=now
    )
    await rows.put_provider(tx, row, change_row)
    det: dict[str, str | int] = {"revision": row.revision, "reason_sha256": short_hash(reason)}
    await append(tx, trail.event(act, why=why, obj=f"provider:{row.slug}", det=det), now=now)
    return row
