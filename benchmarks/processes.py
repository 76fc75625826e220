"""What a server spends, read from Linux: a process with all below it. And where a process finds this code."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

# The code beside this file, whatever is installed.
HERE = {"PYTHONPATH": str(Path(__file__).parents[1])}
PEAK_LINE = "VmHWM:"
WRITTEN_LINE = "write_bytes:"


@dataclass(frozen=True)
class Tree:
    """A process and its descendants."""

    root: psutil.Process

    def cpu_s(self) -> float:
        """Processor time so far, of those that ended and were waited for, too."""
        return sum(sum(each.cpu_times()[:4]) for each in self._living())

    def rest(self) -> "Rest":
        """Linux notes a new peak of resident memory from now on; what is resident and written until now."""
        resident = {}
        for each in self._living():
            Path(f"/proc/{each.pid}/clear_refs").write_text("5", encoding="ascii")
            resident[each.pid] = int(each.memory_info().rss)
        return Rest(self, resident, self.written_bytes())

    def written_bytes(self) -> int:
        """Bytes that went towards a disk, also into files that were deleted before they reached it."""
        return sum(_number(f"/proc/{each.pid}/io", WRITTEN_LINE) for each in self._living())

    def peaks_bytes(self) -> dict[int, int]:
        """By process: its peak since `rest`."""
        return {each.pid: _number(f"/proc/{each.pid}/status", PEAK_LINE) * 1024 for each in self._living()}

    def _living(self) -> Iterator[psutil.Process]:
        yield self.root
        for each in self.root.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                each.cpu_times()
                yield each


@dataclass(frozen=True)
class Rest:
    """A moment of rest to compare with."""

    tree: Tree
    resident_bytes: dict[int, int]
    written_bytes: int

    @property
    def idle_bytes(self) -> int:
        """Resident memory at rest."""
        return sum(self.resident_bytes.values())

    def grown_bytes(self) -> int:
        """How far memory has peaked above rest, process by process; those that came since count in full."""
        peaks = self.tree.peaks_bytes()
        return sum(max(peak - self.resident_bytes.get(pid, 0), 0) for pid, peak in peaks.items())

    def since_written_bytes(self) -> int:
        """What was written towards a disk since."""
        return self.tree.written_bytes() - self.written_bytes


def _number(path: str, line: str) -> int:
    lines = Path(path).read_text(encoding="ascii").splitlines()
    (value,) = (each.split()[1] for each in lines if each.startswith(line))
    return int(value)
