"""Which detectors look at a file, in which order. Each is loaded when it is first asked: some libraries are heavy."""

from importlib import import_module

from compliance.detecting.model import Detector

# Name → module; each has a DETECTOR.
OF_FILES: dict[str, str] = {}


def detector_of(name: str) -> Detector:
    """The detector of this name. Raises KeyError."""
    detector: Detector = import_module(OF_FILES[name]).DETECTOR
    return detector


# Rules that these detectors may name, each with its sentence (`finding-<rule>`).
RULES: frozenset[str] = frozenset()
