"""Stamps that name nobody, to compare a copy's with. Light to import: the server makes them, only processes look.

Promises: the same facts are there, in about the same length; the same stamp gives the same decoys.
"""

from dataclasses import replace

from watermark.stamp import Stamp

DECOYS = 8
SURNAMES, GIVEN = "赵钱孙李周吴郑王", "伟芳娜敏静丽强磊"
PLACES = ("康宁诊所", "明德医院", "安和口腔", "华光门诊")


def decoys(stamp: Stamp) -> list[Stamp]:
    """DECOYS stamps of the same make."""
    return [_decoy(stamp, at) for at in range(DECOYS)]


def _decoy(stamp: Stamp, at: int) -> Stamp:
    given = "".join(GIVEN[(at * 3 + each) % len(GIVEN)] for each in range(len(stamp.person_name) - 1))
    return replace(
        stamp,
        person_name=SURNAMES[at] + given,
        clinic_name=PLACES[at % len(PLACES)] if stamp.clinic_name else "",
        phone_tail=f"{(at * 6007 + 1999) % 10000:04d}" if stamp.phone_tail else "",
        time_text=f"2019-0{at + 1}-1{at} 1{at}:{at * 7:02d}" if stamp.time_text else "",
        share_id=f"{(at * 0x1F3D5B79 + 0x2C3D4E5F) & 0xFFFFFFFF:08x}" if stamp.share_id else "",
    )
