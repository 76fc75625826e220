"""The scanner of this installation: which steps there are, and in which order they look."""

from compliance.reading.step import Reading
from compliance.ruling import rules_for
from compliance.scanning import Clamd, Inspecting, Malware, Scanner, Step
from fileserver.config import MalwareScan
from fileserver.services import Services


def scanner_of(services: Services) -> Scanner:
    """Steps of the file run before it is prepared, steps of its pages after that."""
    of_file: tuple[Step, ...] = (malware_of(services), Inspecting(services.objects, services.inspector))
    of_pages: tuple[Step, ...] = ()
    if services.reader is not None:
        of_pages = (Reading(services.reader, [rules_for(services.database, services.clock)]),)
    return Scanner(services.database, services.clock, of_file=of_file, of_pages=of_pages)


def malware_of(services: Services) -> Malware:
    """The step that asks clamd."""
    config = services.config
    clamd = Clamd(config.clamd) if config.clamd else None
    return Malware(services.objects, clamd, required=config.malware_scan is MalwareScan.REQUIRED)
