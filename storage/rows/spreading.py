"""Rows of how materials travel. Only a follower of the tree writes them, in the order of the leaves."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, any_, cast, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from storage.database import Transaction
from storage.rows.arrays import array, arrays
from storage.rows.emptying import empty
from storage.schema import (
    spread_hour,
    spread_level,
    spread_opener,
    spread_person,
    spread_root,
    spread_share,
)

Place = tuple[UUID, str]  # (root share, pseudonym): somebody's place in a cascade
TABLES = (spread_hour, spread_opener, spread_level, spread_person, spread_root, spread_share)


@dataclass(frozen=True, kw_only=True)
class SpreadShare:
    """A share or forward: `parent_id` None for an employee's own."""

    share_id: UUID
    material_id: UUID
    root_id: UUID
    parent_id: UUID | None
    maker: str
    made_at: datetime
    opened_at: datetime | None = None  # when somebody other than its maker first opened it


@dataclass(kw_only=True)
class SpreadPerson:
    """Somebody in a cascade: `parent` None for its root; `below` are all who came through them."""

    root_id: UUID
    who: str
    material_id: UUID
    parent: str | None
    share_id: UUID
    org: str
    depth: int
    children: int = 0
    below: int = 0
    first_at: datetime
    native: str = ""  # why the card that they opened seems to have been passed on by hand


@dataclass(frozen=True, kw_only=True)
class Growth:
    """What a batch adds to one cascade: people by depth, and to the two sums of its shape."""

    material_id: UUID
    maker: str
    levels: Mapping[int, int]
    below: int
    below_squared: int


@dataclass(frozen=True, kw_only=True)
class Opens:
    """Openings of one share by one person."""

    opens: int
    first_at: datetime


@dataclass(frozen=True, kw_only=True)
class Hour:
    """What happened to a share in an hour."""

    opens: int
    pages: int
    downloads: int


_SHARE_COLUMNS = tuple(SpreadShare.__dataclass_fields__)
_PERSON_COLUMNS = tuple(SpreadPerson.__dataclass_fields__)
_TYPES = {
    "share_id": "uuid",
    "material_id": "uuid",
    "root_id": "uuid",
    "parent_id": "uuid",
    "made_at": "timestamptz",
    "opened_at": "timestamptz",
    "first_at": "timestamptz",
    "hour": "timestamptz",
}
_NUMBERS = {"opens", "pages", "downloads", "depth", "children", "people"}


def _arrays(*names: str) -> str:
    """Columns as arrays that the driver sends in one piece."""
    kinds = {name: _TYPES.get(name, "int" if name in _NUMBERS else "text") for name in names}
    return ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in kinds.items())


_ADD_SHARES = text(
    f"INSERT INTO spread_share ({', '.join(_SHARE_COLUMNS)}) SELECT * FROM unnest({_arrays(*_SHARE_COLUMNS)}) "  # noqa: S608  # our own names
    "ON CONFLICT DO NOTHING"
)
_OPENED = text(
    f"UPDATE spread_share s SET opened_at = told.opened_at FROM unnest({_arrays('share_id', 'opened_at')}) "  # noqa: S608  # our own names
    "AS told (share_id, opened_at) WHERE s.share_id = told.share_id"
)
_PUT_PEOPLE = text(
    f"INSERT INTO spread_person ({', '.join(_PERSON_COLUMNS)}) "  # noqa: S608  # our own names
    f"SELECT * FROM unnest({_arrays(*_PERSON_COLUMNS).replace(':below AS text', ':below AS int')}) "
    "ON CONFLICT (root_id, who) DO UPDATE SET children = excluded.children, below = excluded.below"
)
_ANCESTORS = text(
    f"""WITH RECURSIVE chain AS (
        SELECT p.* FROM spread_person p
        JOIN unnest({_arrays("root_id", "who")}) AS wanted (root_id, who) USING (root_id, who)
        UNION SELECT p.* FROM spread_person p JOIN chain c ON p.root_id = c.root_id AND p.who = c.parent
    ) SELECT {", ".join(_PERSON_COLUMNS)} FROM chain"""  # noqa: S608  # our own names
)
_GROW_LEVELS = text(
    f"INSERT INTO spread_level AS kept SELECT * FROM unnest({_arrays('root_id', 'depth', 'people')}) "  # noqa: S608  # our own names
    "ON CONFLICT (root_id, depth) DO UPDATE SET people = kept.people + excluded.people"
)
_GROW_ROOTS = text(
    "INSERT INTO spread_root AS kept (root_id, material_id, maker, people, below, below_squared) "  # noqa: S608  # our own names
    f"SELECT * FROM unnest({_arrays('root_id', 'material_id', 'maker', 'people')}, "
    "CAST(:below AS bigint[]), CAST(:below_squared AS bigint[])) "
    "ON CONFLICT (root_id) DO UPDATE SET people = kept.people + excluded.people, below = kept.below + excluded.below, "
    "below_squared = kept.below_squared + excluded.below_squared"
)
_ADD_OPENS = text(
    "INSERT INTO spread_opener AS kept (share_id, who, opens, first_at) "  # noqa: S608  # our own names
    f"SELECT * FROM unnest({_arrays('share_id', 'who', 'opens', 'first_at')}) "
    "ON CONFLICT (share_id, who) DO UPDATE SET opens = kept.opens + excluded.opens"
)
_ADD_HOURS = text(
    "INSERT INTO spread_hour AS kept (share_id, hour, opens, pages, downloads) "  # noqa: S608  # our own names
    f"SELECT * FROM unnest({_arrays('share_id', 'hour', 'opens', 'pages', 'downloads')}) "
    "ON CONFLICT (share_id, hour) DO UPDATE SET opens = kept.opens + excluded.opens, "
    "pages = kept.pages + excluded.pages, downloads = kept.downloads + excluded.downloads"
)


async def known_shares(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, SpreadShare]:
    """Those of these shares that the follower has met."""
    columns = [spread_share.c[name] for name in _SHARE_COLUMNS]
    wanted = cast(list(ids), ARRAY(Uuid))
    rows = await tx.execute(select(*columns).where(spread_share.c.share_id == any_(wanted)))
    return {row.share_id: SpreadShare(**row._asdict()) for row in rows}


async def known_people(tx: Transaction, places: Collection[Place]) -> dict[Place, SpreadPerson]:
    """Those of these people who are in their cascades, and everybody between them and the root."""
    wanted = arrays(("root_id", "who"), places)
    found = [SpreadPerson(**row._asdict()) for row in await tx.execute(_ANCESTORS, wanted)]
    return {(each.root_id, each.who): each for each in found}


async def add_shares(tx: Transaction, shares: Sequence[SpreadShare]) -> None:
    """Adds shares and forwards."""
    await tx.execute(_ADD_SHARES, _columns(shares, _SHARE_COLUMNS))


async def mark_opened(tx: Transaction, opened: Mapping[UUID, datetime]) -> None:
    """Remembers when somebody else first opened these shares."""
    await tx.execute(_OPENED, arrays(("share_id", "opened_at"), opened.items()))


async def put_people(tx: Transaction, people: Iterable[SpreadPerson]) -> None:
    """Adds people to their cascades, or replaces how many came through them."""
    ordered = sorted(people, key=lambda each: (each.root_id.int, each.who))
    await tx.execute(_PUT_PEOPLE, _columns(ordered, _PERSON_COLUMNS))


async def grow(tx: Transaction, growths: Mapping[UUID, Growth]) -> None:
    """Adds to the levels and sums of cascades, by root share."""
    ordered = sorted(growths.items())
    levels = [(root, depth, people) for root, each in ordered for depth, people in sorted(each.levels.items())]
    await tx.execute(_GROW_LEVELS, arrays(("root_id", "depth", "people"), levels))
    sums = [
        (root, each.material_id, each.maker, sum(each.levels.values()), each.below, each.below_squared)
        for root, each in ordered
    ]
    names = ("root_id", "material_id", "maker", "people", "below", "below_squared")
    await tx.execute(_GROW_ROOTS, arrays(names, sums))


async def add_opens(tx: Transaction, opens: Mapping[tuple[UUID, str], Opens]) -> None:
    """Adds openings, by share and person."""
    rows = [(share_id, who, each.opens, each.first_at) for (share_id, who), each in opens.items()]
    await tx.execute(_ADD_OPENS, arrays(("share_id", "who", "opens", "first_at"), rows))


async def add_hours(tx: Transaction, hours: Mapping[tuple[UUID, datetime], Hour]) -> None:
    """Adds what happened, by share and hour."""
    rows = [(share, hour, each.opens, each.pages, each.downloads) for (share, hour), each in hours.items()]
    await tx.execute(_ADD_HOURS, arrays(("share_id", "hour", "opens", "pages", "downloads"), rows))


async def forget_all(tx: Transaction) -> None:
    """Empties every table of this module."""
    await empty(tx, TABLES)


def _columns(rows: Sequence[object], names: Sequence[str]) -> dict[str, str]:
    return {name: array([getattr(row, name) for row in rows]) for name in names}
