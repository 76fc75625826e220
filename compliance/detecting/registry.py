"""Which detectors look at a file, in which order. Each is loaded when it is first asked: some libraries are heavy."""

from functools import cache
from importlib import import_module

from compliance.detecting.model import Detector

# Name → module; each has a DETECTOR and its RULES.
OF_FILES = {
    "file-type": "compliance.detecting.types",
    "archive": "compliance.detecting.archives",
    "pdf-active": "compliance.detecting.active_pdf",
    "office-active": "compliance.detecting.active_office",
    "picture": "compliance.detecting.pictures",
    "markup": "compliance.detecting.markup",
}
INSIDE = tuple(name for name in OF_FILES if name != "archive")  # that look at each file of an archive


def rules() -> frozenset[str]:
    """Every rule that these detectors may name; each has a sentence (`finding-<rule>`)."""
    return frozenset().union(*(import_module(each).RULES for each in OF_FILES.values()))


@cache
def detector_of(name: str) -> Detector:
    """The detector of this name. Raises KeyError."""
    detector: Detector = import_module(OF_FILES[name]).DETECTOR
    return detector
