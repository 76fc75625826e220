"""How much text one version may have, and what reading it may cost."""

from dataclasses import dataclass, replace

from compliance.rendering.limits import MIB, RenderLimits


@dataclass(frozen=True)
class TextLimits:
    """Bounds on what is taken out of one version; beyond them the text is not `complete`."""

    characters_max: int = 4_000_000
    pieces_max: int = 200_000
    piece_characters_max: int = 20_000


TEXT_MAX_BYTES = 128 << 20  # of the JSON of one version
DEFAULT_TEXT_LIMITS = TextLimits()
EXTRACTING = replace(RenderLimits(), page_timeout_s=120, jobs_per_process_max=200)  # a whole document in one answer
SEEING = RenderLimits(
    memory_max_bytes=3584 * MIB,  # address space: the recogniser alone has 1 GiB resident and 2 GiB mapped
    page_timeout_s=180,
    jobs_per_process_max=400,
)
