"""The follower that looks for what stands out: leaf after leaf behind the index, each exactly once.

Each finding becomes a row, and each new row an event, so that the log itself says what was noticed and when.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from compliance import ledger
from compliance.events import Act, Event
from compliance.trail.anomalies import DETECTORS, Bars, Detector, Finding, Seen
from compliance.trail.anomalies.model import LOOK_BACK
from compliance.trail.fields import RESULTS, brand_day
from compliance.trail.indexing import READER as INDEX
from storage.database import Database, Transaction
from storage.rows import anomalies as rows
from storage.rows import event_index
from storage.rows.anomalies import AnomalyRow
from storage.rows.event_index import Leaf

READER = "anomalies"
BATCH = 1_000
EARLIER_MAX = 500  # events of one person that are looked at again
ORIGINS = {"network": "ip", "device": "ua"}


@dataclass(frozen=True)
class Subject:
    """A person by pseudonym, or strangers by network."""

    who: str
    ip: str = ""


async def watch_step(database: Database, bars: Bars, now: datetime, *, batch: int = BATCH) -> int:
    """Looks at the next leaves that the index has; how many. 0: nothing is new, or another process is at it."""
    async with database.transaction() as tx:
        start = await event_index.hold_reader(tx, READER, now)
        stop = await event_index.reader_at(tx, INDEX)
        leaves = () if start is None else await event_index.leaves_from(tx, start, batch)
        leaves = tuple(leaf for leaf in leaves if leaf.index < stop)
        if leaves:
            await _look(tx, leaves, bars, now)
            await event_index.move_reader(tx, READER, leaves[-1].index + 1, now)
    return len(leaves)


async def watch_all(database: Database, bars: Bars, now: datetime) -> int:
    """Looks at everything that the index has; how many leaves."""
    done = 0
    while step := await watch_step(database, bars, now):
        done += step
    return done


async def _look(tx: Transaction, leaves: Sequence[Leaf], bars: Bars, now: datetime) -> None:
    told = [(leaf, json.loads(leaf.leaf)) for leaf in leaves]
    new_origins = await _new_origins(tx, told)
    fresh: dict[Subject, list[Seen]] = defaultdict(list)
    for leaf, said in told:
        if (subject := _subject(said)) is not None:
            fresh[subject].append(_seen(leaf, said, new_origins))
    earlier = await _earlier(tx, fresh)
    for subject, seen in fresh.items():
        events = sorted((*earlier.get(subject, ()), *seen), key=lambda each: (each.t, each.id))
        for detector in DETECTORS:
            if (detector.strangers or subject.who) and (found := detector.look(events, bars)) is not None:
                await _keep(tx, detector, subject, found, now)


def _subject(said: Mapping[str, Any]) -> Subject | None:
    if said["who"]:
        return Subject(said["who"])
    return Subject("", said["ip"]) if said["ip"] else None


def _seen(leaf: Leaf, said: Mapping[str, Any], new_origins: set[tuple[int, str]]) -> Seen:
    return Seen(
        id=leaf.id,
        index=leaf.index,
        t=datetime.fromisoformat(said["t"]),
        act=said["act"],
        res=said["res"],
        obj=said["obj"],
        bytes=said["bytes"],
        new_network=(leaf.id, "network") in new_origins,
        new_device=(leaf.id, "device") in new_origins,
    )


async def _new_origins(tx: Transaction, told: Iterable[tuple[Leaf, Mapping[str, Any]]]) -> set[tuple[int, str]]:
    """(event, kind) of the first events from an origin, of people of whom another one is known."""
    firsts: dict[tuple[str, str, str], int] = {}
    first_kinds: dict[tuple[str, str], tuple[str, str, str]] = {}
    for leaf, said in told:
        for kind, member in ORIGINS.items():
            if said["who"] and said[member]:
                key = (said["who"], kind, said[member])
                firsts.setdefault(key, leaf.id)
                first_kinds.setdefault(key[:2], key)
    known = await rows.seen_before(tx, {who for who, _, _ in firsts})
    new = await rows.learn_origins(tx, firsts)
    return {(firsts[key], key[1]) for key in new if key[:2] in known or first_kinds[key[:2]] != key}


async def _earlier(tx: Transaction, fresh: Mapping[Subject, Sequence[Seen]]) -> dict[Subject, list[Seen]]:
    """What the people at hand did before, as far back as a detector looks. Strangers have no past beyond the batch."""
    who = [subject.who for subject in fresh if subject.who]
    if not who:
        return {}
    everything = [each for seen in fresh.values() for each in seen]
    found = await rows.earlier_events(
        tx,
        who,
        before_id=min(each.id for each in everything),
        since=min(each.t for each in everything) - LOOK_BACK - timedelta(seconds=1),
        limit=EARLIER_MAX,
    )
    earlier: dict[Subject, list[Seen]] = defaultdict(list)
    for row in found:
        seen = Seen(id=row.id, t=row.t, act=row.act, res=RESULTS[row.res], obj=row.obj, bytes=row.bytes)
        earlier[Subject(row.who)].append(seen)
    return earlier


async def _keep(tx: Transaction, detector: Detector, subject: Subject, found: Finding, now: datetime) -> None:
    row = AnomalyRow(
        id=rows.new_id(),
        detector=detector.name,
        who=subject.who,
        ip=subject.ip,
        day=brand_day(found.last.t),
        count=found.count,
        bar=found.bar,
        first_id=found.first.id,
        last_id=found.last.id,
        last_index=found.last.index,
        first_at=found.first.t,
        last_at=found.last.t,
    )
    if await rows.put_anomaly(tx, row):
        about = f"person:{subject.who}" if subject.who else ""
        det: dict[str, str | int] = {"anomaly": str(row.id), "detector": detector.name, "network": subject.ip}
        det |= {"count": found.count, "bar": found.bar}
        event = Event(act=Act.SYSTEM_ANOMALY_FIND, role="system", obj=about, det=det)
        await ledger.append(tx, event, now=now)
