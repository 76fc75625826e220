"""The hidden mark: a 48-bit copy id in the pixels, unseen, that survives what people do to leaked copies.

Promises: pixels in, pixels out, the same for the same arguments; no clock, no chance, no files. Pixels are uint8 RGB
arrays (H, W, 3). A picture carries two layers on the same codeword: a repeating one that is read blind, and one that
is secret for each picture and read against its original. Leaves keys, caches and the list of copies to the caller.
"""

from watermark.hidden.carrier import Carrier, CarrierDamaged
from watermark.hidden.codeword import COPY_ID_BITS
from watermark.hidden.embedding import CarrierMismatch, embed, patterns_of
from watermark.hidden.evidence import FALSE_ALARM_MAX
from watermark.hidden.informed import InformedReading, Original, read_informed
from watermark.hidden.keys import HiddenKey
from watermark.hidden.reading import BlindReading, Sighting, read_blind
from watermark.hidden.scoring import FALSE_ACCUSATION_MAX, Suspicion
from watermark.hidden.suspect import Suspect

__all__ = [
    "COPY_ID_BITS",
    "FALSE_ACCUSATION_MAX",
    "FALSE_ALARM_MAX",
    "BlindReading",
    "Carrier",
    "CarrierDamaged",
    "CarrierMismatch",
    "HiddenKey",
    "InformedReading",
    "Original",
    "Sighting",
    "Suspect",
    "Suspicion",
    "embed",
    "patterns_of",
    "read_blind",
    "read_informed",
]
