"""Detectors: what looks at a version, and what it says. This package is the port; each detector is a small module.

A detector is pure: the bytes or the text of a version in, `Found` out. It may be given anything, so it runs in a
confined process (`compliance.scanning`), where an exception, too much memory or too much time becomes a finding by
itself. What severities mean:

- `hard`: no submission at all, and nobody can dismiss it (malware, a wrong type, active content, "not scanned").
- `block`: may be submitted; approved only after a reviewer dismissed it with a reason.
- `review`: has to be confirmed or dismissed before an approval.
- `evidence`: evidence is attached, or it is dismissed with a reason.
"""

from compliance.detecting.model import QUOTE_MAX, Detector, Found, Place, Severity, Subject

__all__ = ["QUOTE_MAX", "Detector", "Found", "Place", "Severity", "Subject"]
