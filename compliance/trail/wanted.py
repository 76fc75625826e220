"""What an auditor looks for: conditions on the members of a leaf, all of which must hold."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from storage.rows.spread_trees import Trees

PREFIX_END = ":"
ONE_OF = ("who", "org", "obj")  # of whose values one must fit


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """None means anything. Of several values one must fit; an empty tuple fits nothing.

    `who` holds pseudonyms, `org` all names of a clinic; an act may be the beginning of some up to a colon. `trees`: the
    link that it went through is in one of them. `det` names details and values. `since` is inclusive, `until` is not.
    """

    who: tuple[str, ...] | None = None
    act: tuple[str, ...] | None = None
    res: str | None = None
    role: str | None = None
    why: str | None = None
    org: tuple[str, ...] | None = None
    obj: tuple[str, ...] | None = None
    ver: str | None = None
    link: str | None = None
    trees: Trees | None = None
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
        """Whether nothing can match, because a person is looked for whom nobody is called, or a group of nothing."""
        return () in (self.who, self.org, self.obj) or (self.trees is not None and self.trees.makers == ())

    def fits_act(self, act: str) -> bool:
        """Whether this act is looked for."""
        if self.act is None:
            return True
        return any(act.startswith(each) if each.endswith(PREFIX_END) else act == each for each in self.act)

    def fits(self, leaf: Mapping[str, Any]) -> bool:
        """Whether a leaf, as parsed, is looked for; `trees` is left to whoever knows what hangs on what."""
        t = datetime.fromisoformat(leaf["t"])
        equal = ("res", "role", "why", "ver", "link", "sess", "ip", "ua")
        return (
            self.fits_act(leaf["act"])
            and all(leaf[name] == value for name in equal if (value := getattr(self, name)) is not None)
            and all(leaf[name] in value for name in ONE_OF if (value := getattr(self, name)) is not None)
            and all(name in leaf["det"] and str(leaf["det"][name]) == value for name, value in self.det)
            and (self.since is None or t >= self.since.astimezone(UTC))
            and (self.until is None or t < self.until.astimezone(UTC))
        )
