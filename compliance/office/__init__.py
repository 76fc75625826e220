"""Office files: converted to PDF once, by LibreOffice in a jail, and shown as that PDF from then on."""

from compliance.office.converter import Converted, OfficeConverter, OfficeLimits, find_program
from compliance.office.shown import Shown

__all__ = ["Converted", "OfficeConverter", "OfficeLimits", "Shown", "find_program"]
