"""Sizes in people's words."""

BYTE_UNITS = ("B", "KB", "MB", "GB", "TB")
UNIT = 1000


def human_size(size_bytes: int) -> str:
    """A size in three digits: 1.53 GB."""
    value = float(size_bytes)
    for unit in BYTE_UNITS[:-1]:
        if value < UNIT:
            return f"{value:.3g} {unit}"
        value /= UNIT
    return f"{value:.3g} {BYTE_UNITS[-1]}"
