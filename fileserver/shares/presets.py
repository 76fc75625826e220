"""Policies that a maker begins with: each fills fields of the form, and every field stays to be seen and changed.

A preset is no part of a share: what counts, and what the log has, are the fields.
"""

from collections.abc import Mapping
from typing import Any

from compliance.access import Audience

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "recipient": {"audience": Audience.PERSON.value, "forward_depth": 0, "download": False},
    "clinic": {"audience": Audience.CLINIC.value, "forward_depth": 1, "download": False},
    "spread": {"audience": Audience.VERIFIED.value, "forward_depth": 3, "download": False},
}
