"""What a version says, with the place of every line: read in confined processes, kept as the rendition `text`."""

from compliance.reading.errors import BadText, NotReadable, TextDamaged
from compliance.reading.pieces import ExtractedText, Source, TextPiece, Unit
from compliance.reading.seen import Seen

__all__ = ["BadText", "ExtractedText", "NotReadable", "Seen", "Source", "TextDamaged", "TextPiece", "Unit"]
