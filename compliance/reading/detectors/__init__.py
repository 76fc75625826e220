"""Detectors of what was read: text with places, and what pictures show besides text.

They work on plain text that a confined process has taken out, one unit after the other, as it is read.
"""

from compliance.reading.detectors.people import FacesBesideText
from compliance.reading.detectors.personal import PersonalData
from compliance.reading.detectors.port import TextDetector
from compliance.reading.detectors.side_by_side import PicturePairs

__all__ = ["FacesBesideText", "PersonalData", "PicturePairs", "TextDetector"]
