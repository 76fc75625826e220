"""Faces beside medical text: who can be recognised there may be a patient, and must have consented in any case.

Promises: one finding for a page that shows a face and speaks of medicine, around the surest one; where the words stand
elsewhere in the version, too, for a brochure is seen as one. It can't tell a model from a patient: a person decides.
Basis: 广告法 9(6), 33; 个人信息保护法 28, 29.
"""

import re
from collections.abc import Iterable

from compliance.detecting import Found, Place
from compliance.reading.pieces import ExtractedText
from compliance.reading.seen import PER_MILLE, Seen

BASIS = "广告法 9(6), 33; 个人信息保护法 28, 29"
RULE = "face-beside-medical-text"
SURE_FROM = 600  # thousandths
MEDICAL = re.compile(
    r"医美|医疗|整形|整容|美容外科|注射|玻尿酸|透明质酸|肉毒|水光|热玛吉|超声炮|光子|激光|皮秒|双眼皮|隆鼻|隆胸|吸脂|祛斑|祛痘|"
    r"除皱|抗衰|填充|线雕|植发|牙齿矫正|手术|术前|术后|治疗|疗程|疗效|患者|顾客案例|真实案例|诊所|门诊|医院|医师|医生|恢复期|"
    r"filler|botulinum|surgery|treatment|patient|clinic|injection",
    re.IGNORECASE,
)


class FacesBesideText:
    """Keeps nothing."""

    name = "faces"
    version = "1"

    def of_unit(self, _text: ExtractedText, _unit: int) -> Iterable[Found]:
        """Nothing yet: the words may stand on another page."""
        return ()

    def of_whole(self, text: ExtractedText) -> Iterable[Found]:
        """One for each page or moment with a face, if the version speaks of medicine anywhere."""
        if not any(MEDICAL.search(said) for said in text.pages):
            return
        told: dict[tuple[int | None, int | None], list[Seen]] = {}
        for each in text.seen:
            if each.kind == "face" and each.score >= SURE_FROM:
                told.setdefault((each.page, each.start_ms), []).append(each)
        for (page, start_ms), faces in told.items():
            surest = max(faces, key=lambda each: each.score)
            yield Found(
                detector=self.name,
                rule=RULE,
                severity="review",
                place=Place(page=page, box=surest.box, start_ms=start_ms),
                params={"faces": len(faces), "percent": surest.score * 100 // PER_MILLE},
                basis=BASIS,
            )
