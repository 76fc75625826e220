"""Numbers and boxes out of JSON that another process wrote: checked, or BadText."""

from typing import Any

from compliance.detecting.model import Box
from compliance.reading.errors import BadText

THOUSANDTHS = 1000


def number_of(found: Any) -> int:
    """A whole number, which True is not."""
    if type(found) is not int:
        raise BadText
    return found


def box_of(found: Any) -> Box:
    """Left, top, right, bottom, in this order and within the page."""
    x0, y0, x1, y1 = (number_of(each) for each in found)
    if not (0 <= x0 <= x1 <= THOUSANDTHS and 0 <= y0 <= y1 <= THOUSANDTHS):
        raise BadText
    return x0, y0, x1, y1


def box_within(x0: float, y0: float, x1: float, y1: float, width: float, height: float) -> Box:
    """A box of something on a page of this size, in thousandths; what lies outside is drawn to the edge."""
    across, down = sorted((x0, x1)), sorted((y0, y1))
    left, right = (_thousandth(each, width) for each in across)
    top, bottom = (_thousandth(each, height) for each in down)
    return left, top, right, bottom


def _thousandth(at: float, whole: float) -> int:
    return min(THOUSANDTHS, max(0, round(THOUSANDTHS * at / whole))) if whole > 0 else 0
