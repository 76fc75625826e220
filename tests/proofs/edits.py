"""One byte of a log changed, anywhere; where that is, in the verifier's words; and whether it said so."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from compliance.verifying import Policy, Report, verify_log
from tests.ledgers import Files


@dataclass(frozen=True)
class Edit:
    """The byte `at` of a file; `first` is the entry that it belongs to, `line` that of a checkpoint."""

    path: str
    at: int
    first: int | None
    line: int | None

    def told_by(self, report: Report) -> bool:
        """Whether the report names the file, and the entry or the line. A changed line end belongs to two lines."""
        if not report.faults:
            return False
        fault = report.faults[0]
        if self.line is not None:
            return fault.path == self.path and fault.line in {self.line, self.line + 1}
        return (fault.path, fault.first) == (self.path, self.first)


def random_edit(log: Files, chance: random.Random, paths: Sequence[str]) -> tuple[Edit, Files]:
    """A log with another byte somewhere in one of these files, and where that is."""
    path = chance.choice(paths)
    data = log.files[path]
    at = chance.randrange(len(data))
    changed = bytearray(data)
    changed[at] ^= chance.randrange(1, 256)
    first = None if path == "checkpoint" else _entry_at(path, data, at)
    line = data[:at].count(b"\n") + 1 if path == "checkpoint" else None
    return Edit(path, at, first, line), Files({**log.files, path: bytes(changed)})


def undetected(log: Files, policy: Policy, chance: random.Random, count: int) -> list[Edit]:
    """Of `count` edits, a third each in the checkpoint, in tiles and in bundles, those that were not told rightly."""
    tiles = [path for path in log.files if path.startswith("tile/") and "entries" not in path]
    bundles = [path for path in log.files if "entries" in path]
    missed = []
    for i in range(count):
        edit, damaged = random_edit(log, chance, [["checkpoint"], tiles, bundles][i % 3])
        if not edit.told_by(verify_log(damaged, policy)):
            missed.append(edit)
    return missed


def _entry_at(path: str, data: bytes, at: int) -> int:
    """The first entry that this byte of a tile or bundle stands for."""
    _, level, *groups = path.partition(".p/")[0].split("/")
    n = int("".join(groups).replace("x", ""))
    if level != "entries":
        return (n * 256 + at // 32) << 8 * int(level)
    entry, behind = n * 256, 0
    while True:
        behind += 2 + int.from_bytes(data[behind : behind + 2], "big")
        if at < behind:
            return entry
        entry += 1
