"""What is being taken out of a document: pieces up to the limits, and which pages have to be looked at."""

from dataclasses import dataclass, field

from compliance.reading.limits import DEFAULT_TEXT_LIMITS, TextLimits
from compliance.reading.pieces import ExtractedText, TextPiece


@dataclass
class Taken:
    """Filled by a reader. `pictured` are pages whose text layer may not say all that they show.

    `drawn` is as `ExtractedText` has it.
    """

    limits: TextLimits = DEFAULT_TEXT_LIMITS
    pieces: list[TextPiece] = field(default_factory=list)
    page_count: int = 0
    pictured: list[int] = field(default_factory=list)
    complete: bool = True
    drawn: bool = False
    characters: int = 0

    def add(self, piece: TextPiece) -> bool:
        """Keeps it, if it says anything; False once there is too much: then there is no point in going on."""
        limits = self.limits
        if not piece.text.strip():
            return self.complete
        self.characters += len(piece.text)
        too_much = self.characters > limits.characters_max or len(self.pieces) >= limits.pieces_max
        if too_much or len(piece.text) > limits.piece_characters_max:
            self.complete = False
        if not too_much:
            self.pieces.append(piece)
        return not too_much

    def text(self) -> ExtractedText:
        """What was taken."""
        return ExtractedText(
            pieces=tuple(self.pieces), page_count=self.page_count, complete=self.complete, drawn=self.drawn
        )
