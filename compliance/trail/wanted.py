"""What an auditor looks for: conditions on the members of a leaf, all of which must hold."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

PREFIX_END = ":"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """None means anything. `act` is an act, or the beginning of some up to a colon; `det` names details and values.

    `who` holds pseudonyms, of which one must fit; an empty tuple fits nobody. `since` is inclusive, `until` is not.
    """

    who: tuple[str, ...] | None = None
    act: str | None = None
    res: str | None = None
    role: str | None = None
    why: str | None = None
    org: str | None = None
    obj: str | None = None
    ver: str | None = None
    link: str | None = None
    sess: str | None = None
    ip: str | None = None
    ua: str | None = None
    det: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def named(self) -> frozenset[str]:
        """Which conditions there are."""
        return frozenset(each.name for each in fields(self) if getattr(self, each.name) not in (None, ()))

    @property
    def nobody(self) -> bool:
        """Whether nothing can match, because a person is looked for whom nobody is called."""
        return self.who == ()

    def fits_act(self, act: str) -> bool:
        """Whether this act is looked for."""
        if self.act is None:
            return True
        return act.startswith(self.act) if self.act.endswith(PREFIX_END) else act == self.act

    def fits(self, leaf: Mapping[str, Any]) -> bool:
        """Whether a leaf, as parsed, is looked for."""
        t = datetime.fromisoformat(leaf["t"])
        equal = ("res", "role", "why", "org", "obj", "ver", "link", "sess", "ip", "ua")
        return (
            self.fits_act(leaf["act"])
            and all(leaf[name] == value for name in equal if (value := getattr(self, name)) is not None)
            and (self.who is None or leaf["who"] in self.who)
            and all(name in leaf["det"] and str(leaf["det"][name]) == value for name, value in self.det)
            and (self.since is None or t >= self.since.astimezone(UTC))
            and (self.until is None or t < self.until.astimezone(UTC))
        )
