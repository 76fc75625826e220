"""OCSF: an event as one JSON object of the Open Cybersecurity Schema Framework, one object a line, pseudonyms only.

`raw_data` is the exact leaf, so nothing is lost where the schema has no place for it, and what a SIEM keeps can be
proved against the ledger. JSON is written in ASCII: what could end a line or steer a screen stands as an escape.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fileserver.audit.formats.lines import LineWriter
from fileserver.audit.formats.model import Labelled
from fileserver.audit.formats.ocsf_classes import (
    ACCOUNT_CHANGE,
    AUTHENTICATION,
    BY_NAME,
    COMPLIANCE_FINDING,
    ENTITY_MANAGEMENT,
    FILE_HOSTING,
    SCAN,
    SCHEMA_VERSION,
    UNKNOWN,
    WEB_RESOURCES,
)

PRODUCT = {"name": "SealShare", "vendor_name": "SealShare"}
SERVICE = {"name": "SealShare"}
SUCCESS, FAILURE = 1, 2
SEVERITIES = {"allow": 1, "deny": 3, "error": 3}  # informational, medium
USER, ADMIN, SYSTEM = 1, 2, 3  # kinds of users
REGULAR_FILE, SHA_256, OTHER = 1, 3, 99
NOBODY, NOWHERE = "unknown", "server"

Leaf = Mapping[str, Any]


def ocsf_event(event: Labelled) -> dict[str, Any]:
    """The object: what every class has, and what this one needs."""
    leaf, activity = event.fields, BY_NAME.get(event.fields["act"], UNKNOWN)
    return {
        "class_uid": activity.class_uid,
        "category_uid": activity.category_uid,
        "activity_id": activity.activity_id,
        "type_uid": activity.type_uid,
        "time": int(datetime.fromisoformat(leaf["t"]).timestamp() * 1000),
        "severity_id": SEVERITIES.get(leaf["res"], OTHER),
        "status_id": SUCCESS if leaf["res"] == "allow" else FAILURE,
        "status_code": leaf["why"],
        "message": leaf["act"],
        "metadata": {
            "version": SCHEMA_VERSION,
            "product": PRODUCT,
            "uid": leaf["n"],
            "original_event_uid": str(event.id),
            **({} if event.index is None else {"sequence": event.index}),
            "event_code": leaf["act"],
            "profiles": ["host"] if activity.class_uid in WITH_HOST else [],
        },
        "raw_data": event.leaf.decode(),
        **CLASSES.get(activity.class_uid, _nothing)(leaf),
    }


def ocsf_line(event: Labelled) -> bytes:
    """The object as JSON in ASCII."""
    return json.dumps(ocsf_event(event), separators=(",", ":"), ensure_ascii=True).encode()


def ocsf_writer() -> LineWriter:
    """A file of objects, one a line."""
    return LineWriter(ocsf_line)


def _user(leaf: Leaf) -> dict[str, Any]:
    kinds = {"admin": ADMIN, "operator": ADMIN, "system": SYSTEM}
    user: dict[str, Any] = {"type_id": kinds.get(leaf["role"], USER)}
    user |= {"uid": leaf["who"]} if leaf["who"] else {"name": leaf["role"] or NOBODY}
    if leaf["role"]:
        user["groups"] = [{"name": leaf["role"]}]
    if leaf["org"]:
        user["org"] = {"uid": leaf["org"]}
    return user


def _actor(leaf: Leaf) -> dict[str, Any]:
    return {"user": _user(leaf), **({"session": {"uid": leaf["sess"]}} if leaf["sess"] else {})}


def _origin(leaf: Leaf) -> dict[str, Any]:
    """Addresses are truncated to networks, which is no address: so it stands as a name."""
    return {"name": leaf["ip"] or NOWHERE}


def _file(leaf: Leaf) -> dict[str, Any]:
    name = leaf["obj"] or leaf["link"] or NOBODY
    hashes = [{"algorithm_id": SHA_256, "value": leaf["ver"]}] if leaf["ver"] else []
    return {"name": name, "uid": name, "type_id": REGULAR_FILE, **({"hashes": hashes} if hashes else {})}


def _entity(leaf: Leaf) -> dict[str, Any]:
    return {"type": _kind(leaf), "type_id": OTHER, "uid": leaf["obj"] or leaf["act"]}


def _account(leaf: Leaf) -> dict[str, Any]:
    return {"uid": leaf["obj"] or leaf["who"] or NOBODY, "type_id": USER}


def _nothing(_leaf: Leaf) -> dict[str, Any]:
    return {}


def _kind(leaf: Leaf) -> str:
    """`material` of `material:<id>`, or what the act is about."""
    return str((leaf["obj"] or leaf["act"].partition(":")[2]).partition(":")[0])


CLASSES: Mapping[int, Callable[[Leaf], dict[str, Any]]] = {
    ACCOUNT_CHANGE: lambda leaf: {"actor": _actor(leaf), "src_endpoint": _origin(leaf), "user": _account(leaf)},
    AUTHENTICATION: lambda leaf: {
        "actor": _actor(leaf),
        "src_endpoint": _origin(leaf),
        "user": _user(leaf),
        "service": SERVICE,
    },
    ENTITY_MANAGEMENT: lambda leaf: {"actor": _actor(leaf), "src_endpoint": _origin(leaf), "entity": _entity(leaf)},
    WEB_RESOURCES: lambda leaf: {
        "actor": _actor(leaf),
        "src_endpoint": _origin(leaf),
        "web_resources": [{"type": _kind(leaf), "uid": leaf["obj"] or leaf["act"]}],
    },
    FILE_HOSTING: lambda leaf: {"actor": _actor(leaf), "src_endpoint": _origin(leaf), "file": _file(leaf)},
    COMPLIANCE_FINDING: lambda leaf: {
        "compliance": {"standards": [leaf["det"].get("rule") or leaf["act"]]},
        "finding_info": {"title": str(leaf["det"].get("rule") or leaf["act"]), "uid": leaf["n"]},
        "resources": [{"type": _kind(leaf), "uid": leaf["obj"] or leaf["act"]}],
    },
    SCAN: lambda leaf: {"actor": _actor(leaf), "scan": _entity(leaf)},
}
WITH_HOST = frozenset({WEB_RESOURCES, SCAN})  # these have an actor only in that profile
