"""What the structural virality of trees may be compared with: the median of the brand's other trees of their size."""

from collections.abc import Sequence

from compliance.spreading.cascades import BAND_TREES_MIN, Shape, band_end, median_of_others
from storage.database import Transaction
from storage.rows import spread_figures as figures


async def usual_viralities(tx: Transaction, shapes: Sequence[Shape]) -> Sequence[float | None]:
    """Of each of these trees of the brand; None without virality, or where fewer than BAND_TREES_MIN others are."""
    bands = {shape.size_band for shape in shapes if shape.structural_virality is not None}
    middles = {band: await figures.middle_of_band(tx, least=band, end=band_end(band)) for band in sorted(bands)}
    return [
        median_of_others(shape.structural_virality, middle.trees, middle.around)
        if shape.structural_virality is not None and (middle := middles[shape.size_band]).trees > BAND_TREES_MIN
        else None
        for shape in shapes
    ]
