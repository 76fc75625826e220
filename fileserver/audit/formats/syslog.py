"""Syslog messages (RFC 5424), facility 13 (log audit), one line for each event, pseudonyms and ids only.

The message itself is the exact leaf, so that what a SIEM keeps can be proved against the ledger; the structured data
before it holds what rules look at. There quotation marks, backslashes and `]` are escaped (§6.3.3), and what could end
a line or steer a screen is written as JSON writes it (`lines.one_line`). In the message the leaf's own JSON does so for
everything below U+0020: a message never holds a line feed.
"""

from fileserver.audit.formats.lines import LineWriter, one_line
from fileserver.audit.formats.model import Labelled

FACILITY = 13  # log audit
SEVERITIES = {"allow": 5, "deny": 4, "error": 3}  # notice, warning, error
APP_NAME = "sealshare"
MESSAGE_ID_CHARS = 32  # §6.2.7
BYTE_ORDER_MARK = "\ufeff".encode()  # §6.4: the message is UTF-8
STRUCTURE = "event@32473"  # the number that RFC 5612 keeps for those who have none of their own
NO_VALUE = "-"
PARAMETERS = {
    "result": "res",
    "rule": "why",
    "person": "who",
    "role": "role",
    "clinic": "org",
    "object": "obj",
    "version": "ver",
    "share": "link",
    "session": "sess",
    "network": "ip",
    "userAgent": "ua",
    "bytes": "bytes",
}


def syslog_line(event: Labelled) -> bytes:
    """One message, without a line end. Parameters whose value is empty are left out."""
    given = {"id": event.id, "index": "" if event.index is None else event.index}
    given |= {name: event.fields[field] for name, field in PARAMETERS.items()}
    pairs = " ".join(f'{name}="{_value(str(value))}"' for name, value in given.items() if value != "")
    return f"{_header(event)} [{STRUCTURE} {pairs}] ".encode() + BYTE_ORDER_MARK + event.leaf


def carrying(event: Labelled, line: bytes) -> bytes:
    """A message whose text is the event in another format, for receivers of CEF or OCSF by syslog."""
    return f"{_header(event)} {NO_VALUE} ".encode() + line


def syslog_writer() -> LineWriter:
    """A file of messages, each ended by LF."""
    return LineWriter(syslog_line)


def _header(event: Labelled) -> str:
    leaf = event.fields
    priority = FACILITY * 8 + SEVERITIES.get(leaf["res"], min(SEVERITIES.values()))
    message_id = "".join(each for each in leaf["act"] if "!" <= each <= "~")[:MESSAGE_ID_CHARS] or NO_VALUE
    return f"<{priority}>1 {leaf['t']} {NO_VALUE} {APP_NAME} {NO_VALUE} {message_id}"


def _value(text: str) -> str:
    return one_line(text).replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")
