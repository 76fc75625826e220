"""CEF, the Common Event Format (version 0): one line for each event, pseudonyms and ids only.

In a header field backslash and `|` are escaped, in a value of the extension backslash and `=`. What could end a line or
steer a screen is written as JSON writes it before that (`lines.one_line`), so a value is one JSON parser away from its
text.
Keys are those of the dictionary; what has none there stands in `cs1` to `cs6` with a label.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fileserver.audit.formats.lines import LineWriter, one_line
from fileserver.audit.formats.model import Labelled

VENDOR, PRODUCT, RELEASE = "SealShare", "SealShare", "1"  # the release of the leaf's format
SEVERITIES = {"allow": 2, "deny": 6, "error": 7}
KEYS: Mapping[str, Callable[[Labelled], Any]] = {
    "externalId": lambda event: event.id,
    "cn1Label": lambda event: "" if event.index is None else "index",
    "cn1": lambda event: "" if event.index is None else event.index,
    "rt": lambda event: int(datetime.fromisoformat(event.fields["t"]).timestamp() * 1000),
    "act": lambda event: event.fields["act"],
    "outcome": lambda event: event.fields["res"],
    "reason": lambda event: event.fields["why"],
    "suid": lambda event: event.fields["who"],
    "spriv": lambda event: event.fields["role"],
    "fileId": lambda event: event.fields["obj"],
    "fileHash": lambda event: event.fields["ver"],
    "out": lambda event: event.fields["bytes"],
}
CUSTOM: Mapping[str, Callable[[Labelled], str]] = {
    "share": lambda event: event.fields["link"],
    "clinic": lambda event: event.fields["org"],
    "session": lambda event: event.fields["sess"],
    "network": lambda event: event.fields["ip"],
    "userAgent": lambda event: event.fields["ua"],
    "details": lambda event: _json(event.fields["det"]) if event.fields["det"] else "",
}


def cef_line(event: Labelled) -> bytes:
    """The header and the extension; keys whose value is empty are left out."""
    act, severity = event.fields["act"], SEVERITIES.get(event.fields["res"], max(SEVERITIES.values()))
    header = "|".join(_header(text) for text in ("CEF:0", VENDOR, PRODUCT, RELEASE, act, act, str(severity)))
    pairs = [f"{key}={_value(value)}" for key, of in KEYS.items() if (value := of(event)) != ""]
    for number, (label, value) in enumerate(CUSTOM.items(), start=1):
        if text := value(event):
            pairs.append(f"cs{number}Label={label} cs{number}={_value(text)}")
    return f"{header}|{' '.join(pairs)}".encode()


def cef_writer() -> LineWriter:
    """A file of CEF lines."""
    return LineWriter(cef_line)


def _header(text: str) -> str:
    return one_line(text).replace("\\", "\\\\").replace("|", "\\|")


def _value(value: Any) -> str:
    return one_line(str(value)).replace("\\", "\\\\").replace("=", "\\=")


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
