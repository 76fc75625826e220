"""Probabilities as people read them: bounds are never rounded to their own advantage."""

import math

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
EXPONENT_MIN = -300
PERCENT_DIGITS = 4
THRESHOLDS = ((1e-12, "trillion"), (1e-9, "billion"), (1e-6, "million"))
CERTAIN = 0.9999


def chance(probability: float) -> str:
    """An upper bound as a power of ten, rounded up: 3e-9 is 10⁻⁸."""
    if probability <= 0:
        return _power(EXPONENT_MIN)
    exponent = math.ceil(math.log10(probability) - 1e-12)  # 1e-6 itself is no more than 10⁻⁶
    return _power(max(EXPONENT_MIN, exponent)) if exponent < 0 else "1"


def plain_chance(probability: float) -> str:
    """The same without raised figures, which few faces have: 3e-9 is 1e-8."""
    raised = chance(probability)
    return raised.replace("10", "1e", 1).translate(PLAIN) if raised != "1" else raised


def chance_key(probability: float) -> str:
    """The message that says it in words: `trace-chance-…`."""
    return next((name for bound, name in THRESHOLDS if probability <= bound), "more")


def percent(confidence: float) -> str:
    """A lower bound in per cent, rounded down: 100 is never reached."""
    step = 10**PERCENT_DIGITS
    floored = math.floor(confidence * 100 * step)
    if floored >= 100 * step - 1:
        return f"> {(100 * step - 1) / step:.{PERCENT_DIGITS}f} %"
    return f"{floored / step:.{PERCENT_DIGITS}f} %"


def confidence_key(confidence: float) -> str:
    """The message that says it in words: `trace-confidence-…`."""
    return "certain" if confidence >= CERTAIN else "strong"


def _power(exponent: int) -> str:
    return "10" + str(exponent).translate(SUPERSCRIPTS)
