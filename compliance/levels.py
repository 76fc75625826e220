"""How hard the seal of a downloaded PDF is to take off: what a share says, what a material demands, what there is.

Promises: a material of top sensitivity leaves as pictures of pages only; of what a share wishes, never something weaker
is given, and where a template is missing the next stronger level takes its place. Leaves making each level to the exit.
"""

from enum import StrEnum

from compliance.access import MaterialClass, Sensitivity
from watermark.templates.slots import Level


class SealLevel(StrEnum):
    """What a share's maker may choose."""

    AUTOMATIC = "automatic"
    SHARED = "shared"
    INTERLEAVED = "interleaved"
    FLATTENED = "flattened"


# Not meant for everybody who comes to a clinic: there a mark that can be cut out of the file is not enough.
SENSITIVE_CLASSES = frozenset({MaterialClass.PROFESSIONAL_TRAINING, MaterialClass.INTERNAL})
# Weakest first; after the last of them comes the flattened PDF.
TEMPLATES = (Level.SHARED, Level.INTERLEAVED)


def templates_for(seal_level: str, material_class: str, sensitivity: str) -> tuple[Level, ...]:
    """The templates that may be served, the one to be preferred first; none: the flattened PDF."""
    if sensitivity == Sensitivity.TOP:
        return ()
    if seal_level == SealLevel.AUTOMATIC:
        return () if material_class in SENSITIVE_CLASSES else (Level.INTERLEAVED,)
    if seal_level == SealLevel.FLATTENED:
        return ()
    return TEMPLATES[TEMPLATES.index(Level(seal_level)) :]
