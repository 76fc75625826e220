"""Rule sets: reading, trying, keeping, and putting one into force; each in one transaction, with its event.

Compiling and matching leave the event loop. They are bounded by the file's and the text's length, and a pattern can't
stall them: `compliance.ruleset.patterns` says why.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance import ledger
from compliance.access import Action, Actor, MaterialClass, Target, require
from compliance.declaring import Declared, china_day
from compliance.errors import InvalidValue, NotFound, WrongState
from compliance.events import Act, Trail, short_hash
from compliance.rule_effects import Effect, effect_of
from compliance.ruleset import Hit, Problem, RuleFileInvalid, RuleSet
from compliance.ruling import loaded, matcher_of, rule_set_in_force, rule_set_of, version_in_force
from compliance.scanning import ask_for_scan
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import rule_sets, scans, versions
from storage.rows.rule_sets import ActivationRow, RuleSetRow
from storage.rows.scans import ScanRow

EFFECTS_PAGE = 5
RESCAN_JOB = "rules.rescan"
RESCAN_BATCH = 50


async def checked(source: str) -> RuleSet | tuple[Problem, ...]:
    """The rule set of a source, or what is wrong with it."""
    try:
        return await asyncio.to_thread(loaded, source)
    except RuleFileInvalid as error:
        return error.problems


async def of_version(tx: Transaction, version: str) -> RuleSet:
    """The rule set of a version. Raises NotFound."""
    found = await rule_set_of(tx, version)
    if found is None:
        raise NotFound
    return found


async def tried(
    services: Services, text: str, material_class: MaterialClass, *, version: str | None, source: str | None
) -> tuple[RuleSet, list[Hit]]:
    """What a rule set says of a text. Raises NotFound, InvalidValue (`source`)."""
    if source is not None:
        rules = valid(await checked(source))
    else:
        async with services.database.transaction() as tx:
            rules = await of_version(tx, version) if version else await rule_set_in_force(tx)
    declared, today = Declared(material_class=material_class), china_day(services.clock())
    return rules, await asyncio.to_thread(lambda: matcher_of(rules).hits(text, declared, today=today))


def valid(found: RuleSet | tuple[Problem, ...]) -> RuleSet:
    """The rule set. Raises InvalidValue where there are problems."""
    if isinstance(found, RuleSet):
        return found
    first = found[0]
    raise InvalidValue(field="source", rule="rule-file", line=first.line, at=first.field or "-")


async def write(services: Services, actor: Actor, trail: Trail, source: str, note: str) -> RuleSetRow:
    """Keeps a rule set. Raises InvalidValue for one with problems, WrongState if it is kept already."""
    why = require(actor, Action.RULES_WRITE)
    rules, now = valid(await checked(source)), services.clock()
    row = RuleSetRow(
        id=uuid4(), version=rules.version, source=source, note=note, written_by=actor.person_id, written_at=now
    )
    async with services.database.transaction() as tx:
        if not await rule_sets.add(tx, row):
            raise WrongState(state="kept", command="write")
        det: dict[str, str | int] = {"rules": row.version, "count": len(rules.rules), "note": short_hash(note)}
        await ledger.append(tx, trail.event(Act.EMPLOYEE_RULES_WRITE, obj=_obj(row.version), why=why, det=det), now=now)
    return row


async def activate(services: Services, actor: Actor, trail: Trail, version: str, reason: str) -> None:
    """Puts a kept rule set into force, and has what circulates scanned again.

    Of the one in force: stands by it, for what its activator uploads. Raises NotFound, WrongState.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        await rule_sets.lock_activations(tx)
        row = await rule_sets.by_version(tx, version)
        if row is None:
            raise NotFound
        before = (await rule_set_in_force(tx)).version
        stands_by = before == version and await rule_sets.activated_by(tx) != actor.person_id
        # Whoever wrote it may stand by it: then somebody else has put it into force.
        why = require(actor, Action.RULES_ACTIVATE, Target(owner_id=None if stands_by else row.written_by))
        if before == version and not stands_by:
            raise WrongState(state="active", command="activate")
        since = await rule_sets.active_since(tx)
        added = ActivationRow(
            id=uuid4(),
            rule_set_id=row.id,
            reason=reason,
            activated_by=actor.person_id,
            # The newest counts, also when both are of one moment.
            activated_at=now if since is None else max(now, since + timedelta(microseconds=1)),
        )
        await rule_sets.activate(tx, added)
        det: dict[str, str | int] = {"rules": version, "before": before, "reason": short_hash(reason)}
        await ledger.append(tx, trail.event(Act.EMPLOYEE_RULES_ACTIVATE, obj=_obj(version), why=why, det=det), now=now)
        if not stands_by:
            await services.jobs.enqueue(tx, RESCAN_JOB, key=RESCAN_JOB)


async def effects(services: Services, version: str, after: UUID | None) -> tuple[list[Effect], int]:
    """What a rule set would change for the next few versions in circulation, and how many circulate."""
    async with services.database.transaction() as tx:
        old, new = await rule_set_in_force(tx), await of_version(tx, version)
        total = (await rule_sets.progress(tx, version)).total
        rows = await rule_sets.circulating(tx, after, EFFECTS_PAGE)
    today = china_day(services.clock())
    found = [await effect_of(services.database, services.objects, row, old, new, today) for row in rows]
    return found, total


async def rescan(services: Services) -> int:
    """Asks for a scan of whatever circulates and was not scanned under the rule set in force; how many.

    A scan that waits will look under these rules, and so does one that began after they came into force.
    """
    asked, after = 0, None
    while True:
        async with services.database.transaction() as tx:
            active, since = await version_in_force(tx), await rule_sets.active_since(tx)
            rows = await rule_sets.circulating(tx, after, RESCAN_BATCH)
            newest = await scans.newest_scans(tx, [row.version_id for row in rows])
            for row in rows:
                scan = newest.get(row.version_id)
                if scan is not None and _looks_under(scan, active, since):
                    continue
                if found := await versions.version_by_id(tx, row.version_id, lock=True):
                    await ask_for_scan(tx, services.jobs, found, services.clock())
                    asked += 1
        if len(rows) < RESCAN_BATCH:
            return asked
        after = rows[-1].version_id


def _looks_under(scan: ScanRow, active: str, since: datetime | None) -> bool:
    """Whether the scan looked, or will look, under the rule set in force; one of no text can look under none."""
    if scan.state == "waiting" or scan.rule_set_version == active:
        return True
    return not scan.rule_set_version and (since is None or (scan.started_at or scan.created_at) > since)


def _obj(version: str) -> str:
    return f"rules:{version}"
