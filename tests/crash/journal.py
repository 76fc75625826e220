"""What clients were told, and what turned out to be untrue: the memory of one run."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Violation:
    """A promise that was broken. `upload` is the path or the key that it is about."""

    kind: str
    upload: str
    detail: str = ""


@dataclass
class Journal:
    """Counts and violations of all clients together."""

    violations: list[Violation] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)  # "PATCH 204", "HEAD cut"
    acts: Counter[str] = field(default_factory=Counter)  # what clients did on purpose
    finished: int = 0
    finished_bytes: int = 0
    sent_bytes: int = 0
    kept: dict[str, str] = field(default_factory=dict)  # path → SHA-256 of the uploads that stay

    def violated(self, kind: str, upload: str, detail: str = "") -> None:
        """Notes it; the run goes on."""
        self.violations.append(Violation(kind, upload, detail))


@dataclass
class Told:
    """What one client knows of one upload."""

    path: str
    acknowledged: int = 0  # the largest offset that an answer named
    sent_end: int = 0  # how far the client has ever begun to send

    def hears(self, journal: Journal, offset: int, by: str) -> None:
        """An answer names an offset."""
        if offset < self.acknowledged:
            journal.violated("lost", self.path, f"{by} says {offset}, {self.acknowledged} were acknowledged")
        if offset > self.sent_end:
            journal.violated("never sent", self.path, f"{by} says {offset}, only {self.sent_end} were ever sent")
        self.acknowledged = max(self.acknowledged, offset)
