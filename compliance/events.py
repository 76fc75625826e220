"""What the log can say: a closed vocabulary of acts, and the one form an event is written in.

An act is `source:subject:action`. An event never holds a name, a phone number or a file name: people are
pseudonyms, things are ids, free text is a hash. The leaf is canonical JSON (RFC 8785 for the values allowed here:
strings and integers up to 2^53 only; keys sorted, no spaces, UTF-8 NFC); its bytes are written once and never
serialised again.
"""

import hashlib
import ipaddress
import json
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

LEAF_VERSION = 1
LEAF_BYTES_MAX = 65_535  # an entry of a C2SP tile carries a 16-bit length
INTEGER_MAX = 2**53
NETWORK_BITS = {4: 24, 6: 48}
ADDRESSES_MAX = 1024  # that are kept beside their networks: most callers ask many times
CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Act(StrEnum):
    """Everything that is logged. Add members; never rename or reuse one."""

    EMPLOYEE_SESSION_START = "employee:session:start"
    EMPLOYEE_SESSION_END = "employee:session:end"
    VIEWER_SESSION_START = "viewer:session:start"
    VIEWER_SESSION_END = "viewer:session:end"
    EMPLOYEE_TOKEN_CREATE = "employee:token:create"  # noqa: S105  # an act, no password
    EMPLOYEE_TOKEN_REVOKE = "employee:token:revoke"  # noqa: S105  # an act, no password
    EMPLOYEE_ACCOUNT_CREATE = "employee:account:create"
    EMPLOYEE_ACCOUNT_DISABLE = "employee:account:disable"
    EMPLOYEE_ACCOUNT_ENABLE = "employee:account:enable"
    EMPLOYEE_DEPARTMENT_CHANGE = "employee:department:change"
    EMPLOYEE_ACCOUNT_CHANGE = "employee:account:change"
    EMPLOYEE_ORGANISATION_CHANGE = "employee:organisation:change"
    EMPLOYEE_GLASS_BREAK = "employee:glass:break"
    EMPLOYEE_GLASS_USE = "employee:glass:use"
    EMPLOYEE_GLASS_END = "employee:glass:end"
    SYSTEM_GLASS_END = "system:glass:end"
    EMPLOYEE_QUOTA_SET = "employee:quota:set"
    EMPLOYEE_QUOTA_REMOVE = "employee:quota:remove"
    EMPLOYEE_PASSWORD_CHANGE = "employee:password:change"  # noqa: S105  # an act, no password
    EMPLOYEE_SESSION_CONFIRM = "employee:session:confirm"
    EMPLOYEE_FACTOR_ENROL = "employee:factor:enrol"
    EMPLOYEE_FACTOR_RENEW = "employee:factor:renew"
    EMPLOYEE_FACTOR_REMOVE = "employee:factor:remove"
    EMPLOYEE_FACTOR_RESET = "employee:factor:reset"
    EMPLOYEE_IDENTITY_LINK = "employee:identity:link"
    EMPLOYEE_IDENTITY_UNLINK = "employee:identity:unlink"
    EMPLOYEE_PROVIDER_ADD = "employee:provider:add"
    EMPLOYEE_PROVIDER_CHANGE = "employee:provider:change"
    EMPLOYEE_POLICY_SET = "employee:policy:set"
    EMPLOYEE_DIRECTORY_SET = "employee:directory:set"
    SYSTEM_DIRECTORY_COMPARE = "system:directory:compare"
    EMPLOYEE_EMERGENCY_ALLOW = "employee:emergency:allow"
    EMPLOYEE_EMERGENCY_USE = "employee:emergency:use"
    EMPLOYEE_CLINIC_CREATE = "employee:clinic:create"
    EMPLOYEE_CLINIC_ASSIGN = "employee:clinic:assign"
    EMPLOYEE_CLINIC_CHANGE = "employee:clinic:change"
    SYSTEM_CLINIC_ASSIGN = "system:clinic:assign"
    EMPLOYEE_INVITATION_CREATE = "employee:invitation:create"
    EMPLOYEE_INVITATION_REVOKE = "employee:invitation:revoke"
    VIEWER_INVITATION_ENTER = "viewer:invitation:enter"
    SYSTEM_INVITATION_CREDIT = "system:invitation:credit"
    SYSTEM_CONTACT_FOLLOW = "system:contact:follow"
    SYSTEM_DISPUTE_OPEN = "system:dispute:open"
    EMPLOYEE_DISPUTE_OPEN = "employee:dispute:open"
    EMPLOYEE_DISPUTE_DECIDE = "employee:dispute:decide"
    EMPLOYEE_TRANSFER_REQUEST = "employee:transfer:request"
    EMPLOYEE_TRANSFER_CANCEL = "employee:transfer:cancel"
    SYSTEM_TRANSFER_SETTLE = "system:transfer:settle"
    EMPLOYEE_DUPLICATE_DISMISS = "employee:duplicate:dismiss"
    EMPLOYEE_MERGE_MAKE = "employee:merge:make"
    EMPLOYEE_MERGE_UNDO = "employee:merge:undo"
    SYSTEM_MERGE_MAKE = "system:merge:make"
    EMPLOYEE_PROGRESS_EXPORT = "employee:progress:export"
    EMPLOYEE_VIEWER_BLOCK = "employee:viewer:block"
    EMPLOYEE_VIEWER_UNBLOCK = "employee:viewer:unblock"
    EMPLOYEE_PERSON_LIST = "employee:person:list"
    EMPLOYEE_PERSON_SEARCH = "employee:person:search"
    EMPLOYEE_PERSON_EXPORT = "employee:person:export"
    EMPLOYEE_PERSON_ERASE = "employee:person:erase"
    VIEWER_PERSON_EXPORT = "viewer:person:export"
    VIEWER_PERSON_ERASE = "viewer:person:erase"
    EMPLOYEE_HOLD_PLACE = "employee:hold:place"
    EMPLOYEE_HOLD_LIFT = "employee:hold:lift"
    EMPLOYEE_HOLD_LIST = "employee:hold:list"
    SYSTEM_TEXT_REDACT = "system:text:redact"
    SYSTEM_LOG_PRUNE = "system:log:prune"
    VIEWER_IDENTITY_VERIFY = "viewer:identity:verify"
    VIEWER_IDENTITY_JOIN = "viewer:identity:join"
    VIEWER_IDENTITY_MERGE = "viewer:identity:merge"
    VIEWER_CONSENT_GRANT = "viewer:consent:grant"
    VIEWER_CONSENT_WITHDRAW = "viewer:consent:withdraw"
    VIEWER_WORKPLACE_REQUEST = "viewer:workplace:request"
    VIEWER_WORKPLACE_BIND = "viewer:workplace:bind"
    EMPLOYEE_WORKPLACE_DECIDE = "employee:workplace:decide"
    VIEWER_CLINIC_CREATE = "viewer:clinic:create"
    EMPLOYEE_UPLOAD_CREATE = "employee:upload:create"
    EMPLOYEE_UPLOAD_COMPLETE = "employee:upload:complete"
    EMPLOYEE_UPLOAD_TERMINATE = "employee:upload:terminate"
    SYSTEM_UPLOAD_EXPIRE = "system:upload:expire"
    SYSTEM_UPLOAD_SWEEP = "system:upload:sweep"
    EMPLOYEE_MATERIAL_CREATE = "employee:material:create"
    EMPLOYEE_MATERIAL_WITHDRAW = "employee:material:withdraw"
    EMPLOYEE_MATERIAL_PREVIEW = "employee:material:preview"
    EMPLOYEE_MATERIAL_ORIGINAL = "employee:material:original"
    EMPLOYEE_ORIGINAL_END = "employee:original:end"
    EMPLOYEE_DECLARATION_CHANGE = "employee:declaration:change"
    EMPLOYEE_EVIDENCE_ADD = "employee:evidence:add"
    EMPLOYEE_EVIDENCE_REMOVE = "employee:evidence:remove"
    SYSTEM_EVIDENCE_SCAN = "system:evidence:scan"
    EMPLOYEE_EVIDENCE_READ = "employee:evidence:read"
    EMPLOYEE_CERTIFICATE_ADD = "employee:certificate:add"
    EMPLOYEE_CERTIFICATE_CHANGE = "employee:certificate:change"
    SYSTEM_CERTIFICATE_WARN = "system:certificate:warn"
    SYSTEM_CERTIFICATE_LAPSE = "system:certificate:lapse"
    SYSTEM_SHARE_SUSPEND = "system:share:suspend"
    EMPLOYEE_RECALL_READ = "employee:recall:read"
    EMPLOYEE_SPREAD_READ = "employee:spread:read"
    EMPLOYEE_DOSSIER_EXPORT = "employee:dossier:export"
    EMPLOYEE_VERSION_CREATE = "employee:version:create"
    EMPLOYEE_VERSION_SUBMIT = "employee:version:submit"
    EMPLOYEE_VERSION_APPROVE = "employee:version:approve"
    EMPLOYEE_VERSION_REJECT = "employee:version:reject"
    EMPLOYEE_VERSION_RETURN = "employee:version:return"
    EMPLOYEE_REVIEW_SIGN = "employee:review:sign"
    EMPLOYEE_REVIEW_CLAIM = "employee:review:claim"
    EMPLOYEE_REVIEW_RELEASE = "employee:review:release"
    EMPLOYEE_REVIEW_COMMENT = "employee:review:comment"
    EMPLOYEE_COMMENT_RESOLVE = "employee:comment:resolve"
    EMPLOYEE_FINDING_DISMISS = "employee:finding:dismiss"
    EMPLOYEE_FINDING_CONFIRM = "employee:finding:confirm"
    EMPLOYEE_RULES_WRITE = "employee:rules:write"
    EMPLOYEE_RULES_ACTIVATE = "employee:rules:activate"
    EMPLOYEE_PROCEDURE_SET = "employee:procedure:set"
    EMPLOYEE_DISCIPLINE_SET = "employee:discipline:set"
    EMPLOYEE_ABSENCE_SET = "employee:absence:set"
    EMPLOYEE_ABSENCE_END = "employee:absence:end"
    SYSTEM_REVIEW_REOPEN = "system:review:reopen"
    SYSTEM_ABSENCE_END = "system:absence:end"
    SYSTEM_VERSION_PREPARE = "system:version:prepare"
    SYSTEM_SCAN_END = "system:scan:end"
    SYSTEM_FINDING_REPORT = "system:finding:report"
    SYSTEM_PICTURE_SEND = "system:picture:send"
    EMPLOYEE_SHARE_CREATE = "employee:share:create"
    EMPLOYEE_SHARE_LOOK = "employee:share:look"
    EMPLOYEE_SHARE_REVOKE = "employee:share:revoke"
    EMPLOYEE_SHARE_NARROW = "employee:share:narrow"
    EMPLOYEE_VIEWER_BAR = "employee:viewer:bar"
    EMPLOYEE_SHARE_GATE = "employee:share:gate"
    EMPLOYEE_PLEDGE_WRITE = "employee:pledge:write"
    VIEWER_SHARE_UNLOCK = "viewer:share:unlock"
    VIEWER_PLEDGE_GIVE = "viewer:pledge:give"
    VIEWER_ACCESS_REQUEST = "viewer:access:request"
    VIEWER_FIGURES_READ = "viewer:figures:read"
    EMPLOYEE_ACCESS_GRANT = "employee:access:grant"
    EMPLOYEE_ACCESS_REFUSE = "employee:access:refuse"
    EMPLOYEE_BRANCH_CUT = "employee:branch:cut"
    EMPLOYEE_TASK_CREATE = "employee:task:create"
    EMPLOYEE_TASK_REMIND = "employee:task:remind"
    EMPLOYEE_TASK_END = "employee:task:end"
    EMPLOYEE_TASK_SEND = "employee:task:send"
    SYSTEM_TASK_GIVE = "system:task:give"
    SYSTEM_TASK_STOP = "system:task:stop"
    SYSTEM_TASK_LAY = "system:task:lay"
    VIEWER_SHARE_FORWARD = "viewer:share:forward"
    VIEWER_VISIT_START = "viewer:visit:start"
    EMPLOYEE_SHARE_SEND = "employee:share:send"
    SYSTEM_SHARE_SEND = "system:share:send"
    VIEWER_PAGE_READ = "viewer:page:read"
    VIEWER_COPY_VIEW = "viewer:copy:view"
    VIEWER_COPY_DOWNLOAD = "viewer:copy:download"
    VIEWER_COPY_END = "viewer:copy:end"
    EMPLOYEE_EVENT_SEARCH = "employee:event:search"
    EMPLOYEE_EVENT_EXPORT = "employee:event:export"
    EMPLOYEE_TRAIL_SIGN = "employee:trail:sign"
    EMPLOYEE_ANOMALY_LIST = "employee:anomaly:list"
    EMPLOYEE_ANOMALY_DISMISS = "employee:anomaly:dismiss"
    SYSTEM_ANOMALY_FIND = "system:anomaly:find"
    EMPLOYEE_SIEM_ADD = "employee:siem:add"
    EMPLOYEE_SIEM_REMOVE = "employee:siem:remove"
    EMPLOYEE_SIEM_PAUSE = "employee:siem:pause"
    EMPLOYEE_SIEM_RESUME = "employee:siem:resume"
    EMPLOYEE_WEBHOOK_ADD = "employee:webhook:add"
    EMPLOYEE_WEBHOOK_CHANGE = "employee:webhook:change"
    EMPLOYEE_WEBHOOK_ROTATE = "employee:webhook:rotate"
    EMPLOYEE_WEBHOOK_REMOVE = "employee:webhook:remove"
    EMPLOYEE_WEBHOOK_TEST = "employee:webhook:test"
    EMPLOYEE_WEBHOOK_RESEND = "employee:webhook:resend"
    SYSTEM_WEBHOOK_DISABLE = "system:webhook:disable"
    EMPLOYEE_TRACE_CREATE = "employee:trace:create"
    EMPLOYEE_TRACE_READ = "employee:trace:read"
    EMPLOYEE_TRACE_PICTURE = "employee:trace:picture"
    EMPLOYEE_TRACE_REPORT = "employee:trace:report"
    SYSTEM_TRACE_END = "system:trace:end"
    SYSTEM_TRACE_FORGET = "system:trace:forget"
    EMPLOYEE_REQUEST_DENY = "employee:request:deny"
    VIEWER_REQUEST_DENY = "viewer:request:deny"
    SYSTEM_KEY_ROTATE = "system:key:rotate"
    SYSTEM_KEY_RETIRE = "system:key:retire"
    SYSTEM_KEY_REVOKE = "system:key:revoke"
    SYSTEM_CLOCK_BACK = "system:clock:back"
    SYSTEM_LEDGER_CONFLICT = "system:ledger:conflict"
    EMPLOYEE_LEDGER_READ = "employee:ledger:read"
    EMPLOYEE_RECEIPT_READ = "employee:receipt:read"
    VIEWER_RECEIPT_READ = "viewer:receipt:read"


class Result(StrEnum):
    """How the act ended."""

    ALLOW = "allow"
    DENY = "deny"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One entry of the log. Empty strings mean: does not apply."""

    act: Act
    res: Result = Result.ALLOW
    why: str = ""  # id of the access rule that decided
    who: str = ""  # pseudonym of the person
    org: str = ""  # clinic id of a viewer
    role: str = ""
    obj: str = ""  # `material:<id>`, `upload:<id>`, `person:<pseudonym>`…
    ver: str = ""  # SHA-256 of the exact bytes of the version
    link: str = ""  # share id
    sess: str = ""  # first 16 hex digits of SHA-256 of the session id
    ip: str = ""  # network address, truncated to /24 or /48
    ua: str = ""  # first 16 hex digits of SHA-256 of the user agent
    bytes: int = 0  # bytes served
    det: Mapping[str, str | int] = field(
        default_factory=dict
    )  # page, visit, copy, reason_sha256…: ids, counts, hashes only


@dataclass(frozen=True, kw_only=True)
class Trail:
    """Who is behind an event and from where, already in the form the log may hold."""

    who: str = ""
    org: str = ""
    role: str = ""
    sess: str = ""
    ip: str = ""
    ua: str = ""

    def event(self, act: Act, **rest: Any) -> Event:
        """An event of this act by this person."""
        return Event(
            act=act, who=self.who, org=self.org, role=self.role, sess=self.sess, ip=self.ip, ua=self.ua, **rest
        )


@lru_cache(ADDRESSES_MAX)
def truncated_address(address: str) -> str:
    """The network an address belongs to: /24 for IPv4, /48 for IPv6; empty for anything else."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((parsed, NETWORK_BITS[parsed.version]), strict=False))


def short_hash(value: str) -> str:
    """First 16 hex digits of SHA-256: tells two sessions or user agents apart without keeping either.

    Headers may hold bytes that are no text, which arrive as lone surrogates: they are hashed too, never refused, or a
    caller could choose not to be told of.
    """
    return hashlib.sha256(value.encode(errors="surrogatepass")).hexdigest()[:16] if value else ""


def leaf_of(event: Event, t: datetime, nonce: str | None = None) -> bytes:
    """The canonical bytes of one event at time `t` (aware). `nonce` is 128 random bits as hex, made here unless given.

    Raises ValueError for a value that canonical JSON can't carry exactly, or a leaf that is too long.
    """
    document = {
        "v": LEAF_VERSION,
        "t": t.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z",
        "act": event.act.value,
        "res": event.res.value,
        "why": event.why,
        "who": event.who,
        "org": event.org,
        "role": event.role,
        "obj": event.obj,
        "ver": event.ver,
        "link": event.link,
        "sess": event.sess,
        "ip": event.ip,
        "ua": event.ua,
        "bytes": event.bytes,
        "det": dict(event.det),
        "n": nonce or secrets.token_hex(16),
    }
    _check(document)
    text = CANONICAL.encode(document)
    leaf = text.encode() if text.isascii() else CANONICAL.encode(_composed(document)).encode()
    if len(leaf) > LEAF_BYTES_MAX:
        raise ValueError(f"a leaf holds at most {LEAF_BYTES_MAX} bytes")
    return leaf


def _check(document: Mapping[str, object]) -> None:
    """Raises ValueError for what canonical JSON can't carry exactly."""
    for value in document.values():
        if type(value) is str:  # nearly all are, and this is done for each event
            continue
        if isinstance(value, dict):
            _check(value)
        elif not (isinstance(value, str) or _fits(value)):
            raise ValueError(f"an event holds strings and integers up to 2^53, not {value!r}")


def _fits(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= INTEGER_MAX


def _composed(value: Any) -> Any:
    """The same in NFC, which ASCII is already."""
    if isinstance(value, dict):
        return {_composed(key): _composed(item) for key, item in value.items()}
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value
