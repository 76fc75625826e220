"""Events as OCSF: every act has a class, and what is written is valid by the schema's own definition."""

import functools
import json
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from compliance.events import Act, Event, Result, leaf_of
from fileserver.audit.formats import Labelled
from fileserver.audit.formats.ocsf import ocsf_event
from fileserver.audit.formats.ocsf_classes import ACTIVITIES, OTHER_ACTIVITY, SCHEMA_VERSION

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
FULL: dict[str, Any] = {
    "why": "auditor-reads-log",
    "who": "p-1",
    "org": "5e0a3f3e-0000-4000-8000-000000000001",
    "role": "viewer",
    "obj": "material:5e0a3f3e-0000-4000-8000-000000000002",
    "ver": "ab" * 32,
    "link": "5e0a3f3e-0000-4000-8000-000000000003",
    "sess": "0123456789abcdef",
    "ip": "203.0.113.0/24",
    "ua": "0123456789abcdef",
    "bytes": 7,
}


@functools.cache
def schema() -> OcsfJsonSchemaEmbedded:
    """The published schema, as a package ships it."""
    return OcsfJsonSchemaEmbedded(get_ocsf_schema(version=SCHEMA_VERSION))


@functools.cache
def validator(class_uid: int, profiles: tuple[str, ...]) -> jsonschema_rs.Validator:
    """JSON Schema of one class; it forbids members that the class does not have."""
    name = schema().lookup_class_name_from_uid(class_uid)
    return jsonschema_rs.validator_for(schema().get_class_schema(name, list(profiles)))


def labelled(event: Event) -> Labelled:
    """The event as an export has it."""
    leaf = leaf_of(event, NOW)
    return Labelled(id=8, leaf=leaf, fields=json.loads(leaf), index=7)


def test_every_act_has_a_class() -> None:
    """Whoever adds an act says in fileserver/audit/formats/ocsf_classes.py which activity of OCSF it is."""
    assert [] == [act.name for act in Act if act not in ACTIVITIES]


@pytest.mark.parametrize("fields", [FULL, {}], ids=["full", "empty"])
def test_every_act_is_valid(fields: dict[str, Any]) -> None:
    """With every field and with none, however it ended."""
    for act in Act:
        for result in Result:
            event = ocsf_event(labelled(Event(act=act, res=result, **fields)))
            validator(event["class_uid"], tuple(event["metadata"]["profiles"])).validate(event)
            assert (act.value, 7) == (event["metadata"]["event_code"], event["metadata"]["sequence"])


def test_schema_refuses_what_is_wrong() -> None:
    """The check can fail: a missing file, an activity that the class has not, a member of our own."""
    event = ocsf_event(labelled(Event(act=Act.VIEWER_COPY_VIEW, **FULL)))
    check = validator(event["class_uid"], ())
    assert check.is_valid(event)
    assert not check.is_valid({name: value for name, value in event.items() if name != "file"})
    assert not check.is_valid({**event, "activity_id": 55})
    assert not check.is_valid({**event, "watermark": 1})


def test_act_of_a_newer_release_is_told_all_the_same() -> None:
    """Two releases run side by side for a while: an unknown act is a base event, with its leaf whole."""
    known = labelled(Event(act=Act.VIEWER_COPY_VIEW, **FULL))
    fields = {**known.fields, "act": "viewer:copy:fold"}
    event = ocsf_event(Labelled(8, json.dumps(fields).encode(), fields))
    validator(0, ()).validate(event)
    assert (0, OTHER_ACTIVITY, fields) == (event["class_uid"], event["activity_id"], json.loads(event["raw_data"]))
