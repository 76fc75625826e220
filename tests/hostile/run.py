"""What becomes of hostile files in the processes that the product looks at them in."""

from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field

import psutil

from compliance.detecting.registry import OF_FILES
from compliance.materials import clean_filename
from compliance.media_types import HEAD_BYTES, TAIL_BYTES, recognise
from compliance.rendering import RenderLimits
from compliance.scanning import Inspectors, Opening
from compliance.scanning.inspectors import INSPECTING, Pieces
from tests.hostile.model import Hostile
from tests.processes import confined

MIB = 1 << 20
LIMITS = RenderLimits(
    source_max_bytes=64 * MIB,
    memory_max_bytes=1024 * MIB,
    page_timeout_s=20,
    job_timeout_s=60,
    jobs_per_process_max=100,
)


@dataclass
class Outcomes:
    """The hard findings of each file, and the most memory that a process was seen with."""

    by_name: dict[str, frozenset[str]] = field(default_factory=dict)
    causes: dict[str, str] = field(default_factory=dict)  # why a detector came to no result
    peak_bytes: int = 0

    def passed(self) -> list[str]:
        """Files that nothing would have held up."""
        return [name for name, rules in self.by_name.items() if not rules]


async def looked_at(inspectors: Inspectors, file: Hostile) -> tuple[frozenset[str], dict[str, str]]:
    """The rules of its hard findings, and which detectors came to no result, with why."""
    filename, content = clean_filename(file.filename), file.content
    kind = recognise(content[:HEAD_BYTES], filename, content[-TAIL_BYTES:])
    opening = Opening(filename=filename, media_type=kind.media_type, size_bytes=len(content))
    rules, causes = set[str](), dict[str, str]()
    async with aclosing(inspectors.look(opening, _pieces(content), tuple(OF_FILES))) as answers:
        async for answer in answers:
            rules |= {each.rule for each in answer.found if each.hard}
            if answer.cause:
                rules.add("detector-failed")
                causes[answer.detector] = answer.cause
    return frozenset(rules), causes


def _pieces(content: bytes) -> Pieces:
    async def pieces(start: int, stop: int) -> AsyncIterator[bytes]:
        for at in range(start, stop, MIB):
            yield content[at : min(stop, at + MIB)]

    return pieces


async def all_looked_at(files: Iterable[Hostile]) -> Outcomes:
    """One after the other, in one process that is replaced when it dies."""
    outcomes = Outcomes()
    async with Inspectors(processes=1, limits=LIMITS) as inspectors:
        for file in files:
            rules, causes = await looked_at(inspectors, file)
            outcomes.by_name[file.name] = rules
            outcomes.causes |= {f"{file.name}: {detector}": cause for detector, cause in causes.items()}
            outcomes.peak_bytes = max(outcomes.peak_bytes, _memory_bytes())
    return outcomes


def _memory_bytes() -> int:
    """What the largest process that looks at files has."""
    sizes = [0]
    for each in confined(INSPECTING):
        try:
            sizes.append(each.memory_info().rss)
        except psutil.Error:
            continue
    return max(sizes)
