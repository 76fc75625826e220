"""What a version says, with the place of every line: read in confined processes, kept as the rendition `text`."""

from compliance.reading.pieces import BadText, ExtractedText, Source, TextPiece, Unit

__all__ = ["BadText", "ExtractedText", "Source", "TextPiece", "Unit"]
