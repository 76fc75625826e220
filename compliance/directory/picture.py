"""A directory at one moment, whole or not at all: departments as a tree, and members."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Part:
    """A department; `parent` is empty or unknown for one at the top."""

    id: str
    name: str
    parent: str = ""


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody in the directory. `active` is False for who was shut out there."""

    id: str
    name: str = field(repr=False)
    departments: tuple[str, ...] = ()
    main_department: str = ""
    tags: frozenset[str] = frozenset()
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Picture:
    """All of it."""

    parts: Mapping[str, Part]
    members: Mapping[str, Member]

    def above(self, part: str) -> tuple[str, ...]:
        """The department and those above it, from below; a circle ends where it closes."""
        found: list[str] = []
        while part in self.parts and part not in found:
            found.append(part)
            part = self.parts[part].parent
        return tuple(found)

    def facts_of(self, member: Member) -> frozenset[tuple[str, str]]:
        """What a mapping may ask of a member: each department they are in or below, and each tag."""
        within = {("department", above) for part in member.departments for above in self.above(part)}
        return frozenset(within | {("tag", tag) for tag in member.tags})
