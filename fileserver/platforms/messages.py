"""What a platform pushed, read: XML or JSON into fields, and fields into an event.

XML with a document type is refused before anything of it is read: no entity is ever expanded.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from fileserver.platforms.events import (
    FOLLOWING,
    ContactChanged,
    DirectoryChanged,
    EventKind,
    Followed,
    MediaChecked,
    PlatformEvent,
    Unrecognised,
)
from fileserver.platforms.times import from_seconds

DEPTH_MAX = 8
SCENE_PREFIX = "qrscene_"  # of EventKey, when somebody follows by a code of ours

Fields = dict[str, Any]


class MessageMalformed(Exception):
    """Neither XML nor JSON of a message."""


def fields_of(content: bytes) -> Fields:
    """The message's fields, those inside of others as dictionaries. Raises MessageMalformed."""
    if content.lstrip()[:1] == b"{":
        return _from_json(content)
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise MessageMalformed from None
    return {each.tag: _value(each, 1) for each in root}


def identity_of(fields: Fields) -> str:
    """The same for every copy of a message, and for no other: its MsgId, or all that it says."""
    if fields.get("MsgId"):
        return f"id {fields['MsgId']}"
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def event_of(platform: str, app: str, fields: Fields, *, superseded: bool = False) -> PlatformEvent:
    """The event in the class that belongs to its kind. Raises MessageMalformed."""
    try:
        said_at = from_seconds(int(fields["CreateTime"]))
        name = str(fields.get("Event") or fields.get("MsgType") or "")
        base: dict[str, Any] = {"platform": platform, "app": app, "said_at": said_at, "superseded": superseded}
        make = MAKERS.get(name)
        return make(fields, base) if make else Unrecognised(kind=EventKind.UNRECOGNISED, name=name, **base)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise MessageMalformed from None


def subject_of(event: PlatformEvent) -> str:
    """Whom or what it is about: of two events about the same, the later one counts."""
    match event:
        case MediaChecked():
            return f"media {event.trace_id}"
        case ContactChanged():
            about = "" if event.change in FOLLOWING else f" {event.change}"  # a note on somebody is no word on leaving
            return f"contact {event.user_id} {event.external_user_id}{about}"
        case DirectoryChanged():
            return f"user {event.user_id}" if event.user_id else f"department {event.department_id}"
        case Followed():
            return f"follower {event.openid}"
        case _:
            return f"other {event.said_at.timestamp()}"


def _media(fields: Fields, base: Mapping[str, Any]) -> PlatformEvent:
    result = fields.get("result") or {}
    return MediaChecked(
        kind=EventKind.MEDIA_CHECKED,
        trace_id=_text(fields, "trace_id", needed=True),
        suggest=_text(result, "suggest"),
        label=int(result.get("label") or 0),
        errcode=int(fields.get("errcode") or 0),
        **base,
    )


def _contact(fields: Fields, base: Mapping[str, Any]) -> PlatformEvent:
    return ContactChanged(
        kind=EventKind.CONTACT_CHANGED,
        change=_text(fields, "ChangeType", needed=True),
        user_id=_text(fields, "UserID", needed=True),
        external_user_id=_text(fields, "ExternalUserID", needed=True),
        state=_text(fields, "State"),
        welcome_code=_text(fields, "WelcomeCode"),
        fail_reason=_text(fields, "FailReason"),
        **base,
    )


def _directory(fields: Fields, base: Mapping[str, Any]) -> PlatformEvent:
    department = _text(fields, "Id")
    return DirectoryChanged(
        kind=EventKind.DIRECTORY_CHANGED,
        change=_text(fields, "ChangeType", needed=True),
        user_id=_text(fields, "UserID"),
        new_user_id=_text(fields, "NewUserID"),
        department_id=int(department) if department else None,
        **base,
    )


def _following(kind: EventKind) -> "Maker":
    def make(fields: Fields, base: Mapping[str, Any]) -> PlatformEvent:
        scene = _text(fields, "EventKey").removeprefix(SCENE_PREFIX)
        return Followed(kind=kind, openid=_text(fields, "FromUserName", needed=True), scene=scene, **base)

    return make


Maker = Callable[[Fields, Mapping[str, Any]], PlatformEvent]
MAKERS: Mapping[str, Maker] = {
    "wxa_media_check": _media,
    "change_external_contact": _contact,
    "change_contact": _directory,
    "subscribe": _following(EventKind.FOLLOWED),
    "unsubscribe": _following(EventKind.UNFOLLOWED),
}


def _text(fields: Mapping[str, Any], name: str, *, needed: bool = False) -> str:
    value = fields.get(name)
    text = "" if value is None or isinstance(value, dict | list) else str(value)
    if needed and not text:
        raise KeyError(name)
    return text


def _from_json(content: bytes) -> Fields:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise MessageMalformed from None
    if not isinstance(said, dict):
        raise MessageMalformed
    return said


def _value(element: Element, depth: int) -> Any:
    if depth > DEPTH_MAX:
        raise MessageMalformed
    if len(element):
        return {each.tag: _value(each, depth + 1) for each in element}
    return element.text or ""
