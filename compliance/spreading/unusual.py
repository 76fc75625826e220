"""What is unusual about how a share spreads. Pure: a share is compared with its own past, and with a floor.

A share that always brings in twenty people an hour may bring in forty; one that brought in two may not bring in
twenty. Fewer than FLOOR in an hour are nobody's business.
"""

FLOOR = 10  # people who come in within an hour
TIMES = 3.0  # as many as in the mean hour until then


def is_surge(*, now: int, before: int, hours_before: int) -> bool:
    """Whether so many people in this hour are unusual, of a share that brought in `before` in the hours until then."""
    usual = before / hours_before if hours_before > 0 else 0.0
    return now >= FLOOR and now > TIMES * usual
