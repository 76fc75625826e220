"""Two pictures of the same thing side by side, as comparisons of before and after are laid out.

Promises: one finding for each pair that pictures showed (`compliance.reading.pictures.pairs`), for a person to decide.
Basis: 医疗美容广告执法指南 (5), 医疗广告管理办法 7(6).
"""

from collections.abc import Iterable

from compliance.detecting import Found, Place
from compliance.reading.pieces import ExtractedText
from compliance.reading.seen import PER_MILLE

BASIS = "医疗美容广告执法指南 (5), 医疗广告管理办法 7(6)"
RULE = "picture-pair"


class PicturePairs:
    """Keeps nothing."""

    name = "picture-pairs"
    version = "1"

    def of_unit(self, _text: ExtractedText, _unit: int) -> Iterable[Found]:
        """Nothing: pairs are told once, of the whole."""
        return ()

    def of_whole(self, text: ExtractedText) -> Iterable[Found]:
        """One for each."""
        for each in text.seen:
            if each.kind == "pair":
                yield Found(
                    detector=self.name,
                    rule=RULE,
                    severity="review",
                    place=Place(page=each.page, box=each.box, start_ms=each.start_ms),
                    params={"percent": each.score * 100 // PER_MILLE},
                    basis=BASIS,
                )
