"""Which role goes with which department, tag or claim: set by administrators with a reason, each state kept.

The first line that fits counts. Whoever fits none gets no account, and one that the directory made is shut out.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance.errors import InvalidValue
from compliance.events import Act, Trail, short_hash
from compliance.ledger import append
from storage.database import Transaction
from storage.rows import directories as rows
from storage.rows.directories import MappingRow

LEFT = "left"  # instead of a role: whoever fits has left the company
WECOM_KINDS = frozenset({"department", "tag"})
OIDC_KINDS = frozenset({"claim"})
LINES_MAX = 100


@dataclass(frozen=True, kw_only=True)
class Line:
    """Whoever has this value of this kind gets this role, or has left."""

    kind: str  # department, tag, claim
    value: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """What is in force for one directory. `revision` is 0 while nobody set anything: then nobody is mapped."""

    source: str
    revision: int = 0
    lines: tuple[Line, ...] = ()
    role_claim: str = ""  # of a provider: the claim whose values the lines name
    department_claim: str = ""  # of a provider: the claim that names the department
    makes_accounts: bool = True

    def role_for(self, facts: Collection[tuple[str, str]]) -> str:
        """The role that goes with these (kind, value), or LEFT; empty for none."""
        return next((line.role for line in self.lines if (line.kind, line.value) in facts), "")


async def in_force(tx: Transaction, source: str) -> Mapping:
    """The mapping of this moment."""
    row = await rows.newest_mapping(tx, source)
    return mapping_of(row) if row else Mapping(source=source)


async def put(
    tx: Transaction, trail: Trail, by: UUID, wanted: Mapping, *, reason: str, now: datetime, why: str = ""
) -> Mapping:
    """Puts a mapping into force. It is applied when the directory is compared next, or somebody signs in.

    Raises InvalidValue for a revision that is not in force, too many lines, a line of the wrong kind, or lines
    of a provider without the claim that they are about.
    """
    await rows.lock_directory(tx, wanted.source)
    if wanted.revision != (await in_force(tx, wanted.source)).revision:
        raise InvalidValue(field="revision", rule="changed-meanwhile")
    kinds = WECOM_KINDS if wanted.source == "wecom" else OIDC_KINDS
    for number, line in enumerate(wanted.lines):
        if line.kind not in kinds:
            raise InvalidValue(field=f"lines/{number}/kind", rule="literal-error", expected=", ".join(sorted(kinds)))
    if wanted.lines and kinds is OIDC_KINDS and not wanted.role_claim:
        raise InvalidValue(field="role_claim", rule="missing")
    if len(wanted.lines) > LINES_MAX:
        raise InvalidValue(field="lines", rule="too-long", max_length=LINES_MAX)
    facts = asdict(wanted)
    del facts["source"], facts["revision"]
    facts["lines"] = list(facts["lines"])
    row = MappingRow(
        source=wanted.source,
        revision=wanted.revision + 1,
        facts=facts,
        reason=reason,
        changed_by=by,
        changed_at=now,
    )
    await rows.add_mapping(tx, row)
    det: dict[str, str | int] = {
        "revision": row.revision,
        "lines": len(wanted.lines),
        "reason_sha256": short_hash(reason),
    }
    obj = f"directory:{wanted.source}"
    await append(tx, trail.event(Act.EMPLOYEE_DIRECTORY_SET, why=why, obj=obj, det=det), now=now)
    return mapping_of(row)


def mapping_of(row: MappingRow) -> Mapping:
    """What a row says."""
    facts: dict[str, Any] = dict(row.facts)
    lines = tuple(Line(**line) for line in facts.pop("lines"))
    return Mapping(source=row.source, revision=row.revision, lines=lines, **facts)
