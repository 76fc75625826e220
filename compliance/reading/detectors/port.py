"""What a detector of text is."""

from collections.abc import Iterable
from typing import Protocol

from compliance.detecting import Found
from compliance.reading.pieces import ExtractedText


class TextDetector(Protocol):
    """One kind of look at text. `version` changes with what it would find."""

    @property
    def name(self) -> str:
        """Stands in findings and events."""

    @property
    def version(self) -> str:
        """Of the detector and of what it relies on."""

    def of_unit(self, text: ExtractedText, unit: int, /) -> Iterable[Found]:
        """What stands in `text.pages[unit - 1]`, once for each; of a page that was just read `text` may hold only it.

        May raise anything: that is a finding of its own.
        """

    def of_whole(self, text: ExtractedText, /) -> Iterable[Found]:
        """What only the whole version shows, such as something that is missing; after all units."""
