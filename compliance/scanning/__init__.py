"""Scanning: the detectors at work on one version, from its bytes to what a reviewer has to decide.

A scan is a row made in the transaction that makes the version, and a job. Its steps run one after the other: those
that look at the file itself, then the version is prepared, then those that look at its pages. Each step commits what it
finds at once, so a page shows it as it comes; the scan's end and its events are one transaction. A scan whose worker
dies begins anew and ends with the same findings. Nothing is ever passed because something went wrong: a step that fails
leaves a hard finding, and a scan that is not over lets nothing be submitted (`gate`).

Files are parsed in confined processes only (`inspectors`), which hold no key and no connection.
"""

from compliance.scanning import malware, pictures, platform
from compliance.scanning.case import CUT, FAILED, Case, Step
from compliance.scanning.clamd import Clamd
from compliance.scanning.gate import JOB, RETRY_AFTER_S, ask_for_scan, require_scanned, same_facts, waiting_scan
from compliance.scanning.inspecting import Inspecting
from compliance.scanning.inspectors import Inspector, Inspectors, Opening
from compliance.scanning.malware import Malware
from compliance.scanning.pictures import PictureCheck, PictureVerdicts
from compliance.scanning.platform import PlatformCheck
from compliance.scanning.scanner import Scanner

RULES = (
    platform.RULES | pictures.RULES | {malware.FOUND, malware.NOT_SCANNED, CUT, FAILED}
)  # beside those of the detectors

__all__ = [
    "JOB",
    "RETRY_AFTER_S",
    "RULES",
    "Case",
    "Clamd",
    "Inspecting",
    "Inspector",
    "Inspectors",
    "Malware",
    "Opening",
    "PictureCheck",
    "PictureVerdicts",
    "PlatformCheck",
    "Scanner",
    "Step",
    "ask_for_scan",
    "require_scanned",
    "same_facts",
    "waiting_scan",
]
