"""Adds up what the log tells, subject by subject: pure, and the same however the log is cut into batches.

A subject is a material, an employee's share with all that was passed on from it, the employee, the clinic of whoever
acts, or the brand. People count once within a subject by the days on which they were first seen there (`Seen`); in
any span of days by how long ago they had last opened (`gaps`). Whoever made a share is no viewer of it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from compliance.spreading.crowds import CROWDED, entry_of, month_of
from compliance.spreading.growth import WINDOW
from storage.rows.spread_counts import BEATS, COUNTS, SWELLS, Added, Dim, Life, Place, Seen, Subject
from storage.rows.spreading import SpreadPerson, SpreadShare

GAP_MAX_DAYS = 400  # whoever was away for longer counts as away for so long: spans asked for are shorter
WAIT_MAX_H = 90 * 24
NEVER = 0
COUNT_AT = {name: place for place, name in enumerate(COUNTS)}
BEAT_AT = {name: place for place, name in enumerate(BEATS)}
SWELLS_AT = tuple(BEAT_AT[name] for name in SWELLS)
HOUR = timedelta(hours=1)


def subjects_of(share: SpreadShare, root: SpreadShare, org: str = "") -> tuple[Subject, ...]:
    """What an act on a share counts for. `root`: the employee's share that it hangs on; `org`: whose clinic, if any."""
    clinic = ((Dim.CLINIC, org),) if org else ()
    return (
        (Dim.BRAND, ""),
        (Dim.MATERIAL, str(share.material_id)),
        (Dim.SHARE, str(root.share_id)),
        (Dim.EMPLOYEE, root.maker),
        *clinic,
    )


def places_of(subjects: tuple[Subject, ...], who: str) -> tuple[Place, ...]:
    """Somebody's place within each."""
    return tuple((dim, key, who) for dim, key in subjects)


def hour_of(moment: datetime) -> datetime:
    """The hour that it lies in."""
    return moment.replace(minute=0, second=0, microsecond=0)


@dataclass
class Counting:
    """One batch. `seen`, `numbers`: whoever was seen before, of those whom the batch tells of."""

    zone: ZoneInfo
    seen: dict[Place, Seen]
    numbers: dict[str, int] = field(default_factory=dict)  # of those who opened anything before
    people: int = 0  # who have a number, in all
    _numbered: dict[str, int] = field(default_factory=dict)
    _changed: dict[Place, Seen] = field(default_factory=dict)
    _days: dict[tuple[Subject, date], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * len(COUNTS)))
    _served: dict[tuple[tuple[Subject, ...], date], int] = field(default_factory=dict)  # most entries are of pages
    _gaps: Counter[tuple[Subject, date, int]] = field(default_factory=Counter)
    _pulses: dict[tuple[Subject, datetime, int], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0] * len(BEATS))
    )
    _crowds: dict[tuple[Subject, date], bytearray] = field(default_factory=lambda: defaultdict(bytearray))
    _waits: Counter[tuple[Subject, int]] = field(default_factory=Counter)
    _lives: dict[Subject, Life] = field(default_factory=lambda: defaultdict(Life))
    _years: set[int] = field(default_factory=set)
    _today: tuple[datetime, datetime, date] | None = None  # the day of the last act, and when it begins and ends

    def shared(self, share: SpreadShare, root: SpreadPerson) -> None:
        """An employee made a share, and stands at the root of its cascade."""
        for subject in subjects_of(share, share):
            self._count(subject, share.made_at, "shares")
            life = self._lives[subject]
            life.began_at = min(life.began_at or share.made_at, share.made_at)
            self._pulse(subject, root, "people")

    def passed_on(self, subjects: tuple[Subject, ...], at: datetime, maker: SpreadPerson | None, who: str) -> None:
        """A viewer made a link to pass on. `maker`: who they are in the cascade, None for who isn't in it."""
        met = self.seen.get((Dim.BRAND, "", who))
        fresh = met is not None and met.forward_day is None
        for subject in subjects:
            self._count(subject, at, "intents")
            if fresh:
                self._count(subject, at, "new_forwarders")
            seen = self.seen.get((*subject, who))
            if seen is not None and seen.forward_day is None:
                seen.forward_day = self._day(at)
                self._changed[*subject, who] = seen
                self._count(subject, at, "forwarders")
            if maker is not None and at < maker.first_at + WINDOW:
                self._pulse(subject, maker, "intents")

    def confirmed(self, subjects: tuple[Subject, ...], at: datetime) -> None:
        """Somebody else opened a link that was passed on, for the first time."""
        for subject in subjects:
            self._count(subject, at, "confirmed")

    def came(self, subjects: tuple[Subject, ...], person: SpreadPerson) -> None:
        """Somebody came into a cascade. Before `opened` tells of the opening itself."""
        for subject in subjects:
            self._pulse(subject, person, "people")

    def brought(self, subjects: tuple[Subject, ...], parent: SpreadPerson, at: datetime) -> None:
        """Somebody came by this person, whose subjects these are; `parent.children` counts them already."""
        for subject in subjects:
            if at < parent.first_at + WINDOW:
                self._pulse(subject, parent, "brought")
            if parent.depth and parent.children == 1:
                self._waits[subject, min(max((at - parent.first_at) // HOUR, 0), WAIT_MAX_H)] += 1

    def opened(self, subjects: tuple[Subject, ...], at: datetime, person: SpreadPerson, *, came: bool) -> None:
        """A visit began. `came`: it brought the person into the cascade."""
        fresh = person.depth > 0 and (Dim.BRAND, "", person.who) not in self.seen
        for subject in subjects:
            self._count(subject, at, "opens")
            self._pulses[subject, hour_of(at), person.depth][BEAT_AT["opens"]] += 1
            life = self._lives[subject]
            life.opened_at = max(life.opened_at or at, at)
            if person.depth:
                self._meet(subject, at, person, came=came)
                if fresh:
                    self._count(subject, at, "newcomers")

    def served(self, subjects: tuple[Subject, ...], at: datetime) -> None:
        """A page image was served."""
        key = (subjects, self._day(at))
        self._served[key] = self._served.get(key, 0) + 1

    def sent(self, subjects: tuple[Subject, ...], at: datetime) -> None:
        """A platform confirmed that a link was sent."""
        for subject in subjects:
            self._count(subject, at, "sent")

    def read(self, subjects: tuple[Subject, ...], at: datetime, who: str, ms: int) -> None:
        """Reading was attested."""
        met = self.seen.get((Dim.BRAND, "", who))
        fresh = met is not None and met.read_day is None
        for subject in subjects:
            self._count(subject, at, "read_ms", ms)
            if fresh:
                self._count(subject, at, "new_readers")
            seen = self.seen.get((*subject, who))
            if seen is not None and seen.read_day is None:
                seen.read_day = self._day(at)
                self._changed[*subject, who] = seen
                self._count(subject, at, "readers")

    def took(self, subjects: tuple[Subject, ...], at: datetime) -> None:
        """A file was taken away."""
        for subject in subjects:
            self._count(subject, at, "downloads")

    def recruited(self, what: str, employee: str, at: datetime) -> None:
        """An employee made an invitation ("invited"), or a guest of theirs was verified ("verified")."""
        for subject in ((Dim.BRAND, ""), (Dim.EMPLOYEE, employee)):
            self._count(subject, at, what)

    def added(self) -> Added:
        """What the batch adds."""
        lives: Mapping[Subject, Life] = self._lives
        for (subjects, day), pages in self._served.items():
            for subject in subjects:
                self._days[subject, day][COUNT_AT["pages"]] += pages
        self._served.clear()
        return Added(
            days=self._days,
            gaps=self._gaps,
            crowds=self._crowds,
            numbers=self._numbered,
            pulses=self._pulses,
            waves=self._waves(),
            waits=self._waits,
            seen=self._changed,
            lives=lives,
            years=frozenset(self._years),
        )

    def _waves(self) -> dict[tuple[Subject, date, int], list[int]]:
        """The pulses by the week in which their hours begin, where anybody came or led to something."""
        waves: dict[tuple[Subject, date, int], list[int]] = defaultdict(lambda: [0] * len(SWELLS))
        weeks = {hour: self._week(hour) for hour in {hour for _, hour, _ in self._pulses}}
        for (subject, hour, depth), beats in self._pulses.items():
            swells = [beats[at] for at in SWELLS_AT]
            if any(swells):
                key = (subject, weeks[hour], depth)
                waves[key] = [kept + more for kept, more in zip(waves[key], swells, strict=True)]
        return waves

    def _week(self, hour: datetime) -> date:
        """The Monday of the brand's week in which an hour begins."""
        day = hour.astimezone(self.zone).date()
        return day - timedelta(days=day.weekday())

    def _meet(self, subject: Subject, at: datetime, person: SpreadPerson, *, came: bool) -> None:
        """Somebody opened something of a subject: for the first time, or again after so many days."""
        place, day = (*subject, person.who), self._day(at)
        seen = self.seen.get(place)
        if seen is None:
            seen = self.seen[place] = self._changed[place] = Seen(first_day=day, last_day=day)
            self._count(subject, at, "viewers")
            self._gaps[subject, day, NEVER] += 1
            self._crowd(subject, day, person.who)
            self._pulses[subject, hour_of(at), person.depth][BEAT_AT["viewers"]] += 1
            if person.depth == 1:
                self._count(subject, at, "direct")
        elif day > seen.last_day:
            self._gaps[subject, day, min((day - seen.last_day).days, GAP_MAX_DAYS)] += 1
            self._crowd(subject, day, person.who)
            seen.last_day = day
            self._changed[place] = seen
        if came and person.depth > 1 and seen.reach_day is None:
            seen.reach_day = day
            self._changed[place] = seen
            self._count(subject, at, "reach")

    def _crowd(self, subject: Subject, day: date, who: str) -> None:
        """Somebody opened something of a subject for the first time on a day."""
        number = self.numbers.get(who)
        if number is None:
            self.people += 1
            number = self.numbers[who] = self._numbered[who] = self.people
        if subject[0] in CROWDED:
            self._crowds[subject, month_of(day)] += entry_of(number, day)

    def _count(self, subject: Subject, at: datetime, what: str, how_much: int = 1) -> None:
        self._days[subject, self._day(at)][COUNT_AT[what]] += how_much

    def _pulse(self, subject: Subject, person: SpreadPerson, what: str) -> None:
        self._pulses[subject, hour_of(person.first_at), person.depth][BEAT_AT[what]] += 1

    def _day(self, at: datetime) -> date:
        """The brand's day that it lies in: mostly that of the one before."""
        if self._today is None or not self._today[0] <= at < self._today[1]:
            day = at.astimezone(self.zone).date()
            begins, ends = (
                datetime.combine(each, time.min, self.zone).astimezone(UTC) for each in (day, day + timedelta(days=1))
            )
            self._today = (begins, ends, day)
            self._years.update((day.year, begins.year, ends.year))
        return self._today[2]
