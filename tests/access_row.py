"""One line of the table of accesses."""

from dataclasses import dataclass

CALLERS = ("stranger", "owner", "rival", "manager", "reviewer", "auditor", "admin", "li", "wang", "narrow")


@dataclass(frozen=True)
class Row:
    """One route on one thing."""

    statuses: str
    route: str
    of: str = ""

    @property
    def expected(self) -> dict[str, int]:
        """Status by caller."""
        return dict(zip(CALLERS, map(int, self.statuses.split()), strict=True))

    @property
    def id(self) -> str:
        """What a failing test is called."""
        return f"{self.route} {self.of}".strip()
