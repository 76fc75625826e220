"""Everything that the rules refuse, in one short hierarchy.

Each class names one reason by a stable `slug`; `params` fill its translated sentence; `field` names the part of the
input that is wrong, where there is one. No class knows HTTP: fileserver.http.problems maps slugs to statuses.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

Params = Mapping[str, str | int]


class ComplianceError(Exception):
    """Base of every refusal by the rules."""

    slug: ClassVar[str] = "refused"

    def __init__(self, *, field: str | None = None, **params: str | int) -> None:
        super().__init__(self.slug, dict(params))
        self.field = field
        self.params: Params = params


class AccessDenied(ComplianceError):
    """The access decision said no; `rule` is the id of the rule that decided.

    `action`, `obj` and `link` say what was asked for, for the event that records the refusal.
    """

    slug = "access-denied"

    def __init__(self, rule: str, *, action: str = "", obj: str = "", link: str = "") -> None:
        super().__init__(rule=rule)
        self.rule = rule
        self.action = action
        self.obj = obj
        self.link = link


class NotFound(ComplianceError):
    """The thing does not exist, or the caller may not know that it does."""

    slug = "not-found"


class InvalidValue(ComplianceError):
    """A value that is well-formed but not acceptable; `field` names it."""

    slug = "invalid-value"


class WrongState(ComplianceError):
    """The command does not fit the state that the thing is in."""

    slug = "wrong-state"


class RequirementUnmet(ComplianceError):
    """The step exists, and something that it needs does not hold: `need` is the first such thing, `needs` all."""

    slug = "requirement-unmet"

    def __init__(self, needs: Sequence[str]) -> None:
        super().__init__(need=needs[0], needs=",".join(needs))
        self.needs = tuple(needs)


class Claimed(ComplianceError):
    """Somebody else is at work on it, until `until` at the latest."""

    slug = "claimed"


class SignInRefused(ComplianceError):
    """Login or password is wrong, or the account may not sign in. It never says which."""

    slug = "sign-in-refused"


class CodeNeeded(ComplianceError):
    """Login and password are right, and a code of the second factor is asked for as well."""

    slug = "code-needed"


class LocalSignInOff(ComplianceError):
    """Employees sign in through a provider; a password opens accounts for emergencies only."""

    slug = "local-sign-in-off"


class IdentityUnknown(ComplianceError):
    """A sign-in provider vouched for somebody who has no account here, or none that may sign in."""

    slug = "identity-unknown"


class IdentityTaken(ComplianceError):
    """Somebody else is who the provider vouched for, or the account is somebody there already."""

    slug = "identity-taken"


class IdentityKept(ComplianceError):
    """The account has no other way in, or follows the directory that this leads to."""

    slug = "identity-kept"


class ProviderRefused(ComplianceError):
    """A sign-in through a provider can't be trusted, or came to nothing; `reason` is a fixed word."""

    slug = "provider-refused"


class CodeRefused(ComplianceError):
    """A code is wrong, used, too old, or was made for something else. It never says which."""

    slug = "code-refused"


class SharePasswordRefused(ComplianceError):
    """The password of a share is wrong."""

    slug = "share-password-refused"


class ConsentMissing(ComplianceError):
    """What is asked needs an agreement that was not given, or was taken back: `purpose` names it."""

    slug = "consent-missing"


class NameMismatch(ComplianceError):
    """The service that checks names says that this is nobody: name, ID number (and phone) don't belong together."""

    slug = "name-mismatch"


class VerificationBusy(ComplianceError):
    """The same question is under way, or its answer never came: ask again in `retry_after_s`."""

    slug = "verification-busy"


class VerificationLater(ComplianceError):
    """The service that checks names can't answer now and says so: ask again in `retry_after_s`."""

    slug = "verification-later"


class VerificationDown(ComplianceError):
    """The service that checks names is not there, or refuses us: an operator has to look."""

    slug = "verification-down"


class VerificationUnavailable(ComplianceError):
    """This deployment checks no names in this way."""

    slug = "verification-unavailable"


class PersonDuplicate(ComplianceError):
    """The name is verified, and somebody else has it under another phone: an employee has to say who is who."""

    slug = "person-duplicate"


class TooManyAttempts(ComplianceError):
    """A rate limit is used up; `retry_after_s` says for how long."""

    slug = "too-many-attempts"


class TooManyReports(ComplianceError):
    """More reports of reading wait to be kept than a process holds: send the same again in `retry_after_s`."""

    slug = "too-many-reports"


class LinkInvalid(ComplianceError):
    """A share token or content address is mistyped, forged, or signed by a retired key."""

    slug = "link-invalid"


class LinkExpired(ComplianceError):
    """A content address outlived its minutes: the page that holds it makes a new one."""

    slug = "link-expired"


class ReceiptPending(ComplianceError):
    """The event is committed, and no signed checkpoint covers it yet: that takes about a second."""

    slug = "receipt-pending"


class NotPrepared(ComplianceError):
    """The version's renditions are still being made."""

    slug = "not-prepared"


class NotScanned(ComplianceError):
    """The version's bytes were not looked at to the end yet."""

    slug = "not-scanned"


class ScanBlocks(ComplianceError):
    """The scan found what no decision can wave through, or failed; `rules` names what."""

    slug = "scan-blocks"


class UploadUnfinished(ComplianceError):
    """The upload has bytes missing, or its SHA-256 is still being verified."""

    slug = "upload-unfinished"


class UploadPartial(ComplianceError):
    """The upload is a piece of another one (tus concatenation), which can be used in its place."""

    slug = "upload-partial"


class UploadUsed(ComplianceError):
    """The upload has become a version already; `material_id` and `version` name it."""

    slug = "upload-used"


class LoginTaken(ComplianceError):
    """Another account has this login."""

    slug = "login-taken"


class LastEmergency(ComplianceError):
    """Passwords open accounts for emergencies only, and this is the last administrator's that works."""

    slug = "last-emergency"


class LastAdmin(ComplianceError):
    """Without this account nobody could run the accounts any more."""

    slug = "last-admin"


class LegalHold(ComplianceError):
    """A legal hold is on it: it must be kept until the hold is lifted."""

    slug = "legal-hold"


class NameCommon(ComplianceError):
    """A name that is to be erased stands in so many texts (`count`, above `max`) that it may be a word."""

    slug = "name-common"


class ClinicTaken(ComplianceError):
    """Another clinic has this name."""

    slug = "clinic-taken"


class SignInUnavailable(ComplianceError):
    """This deployment does not offer the sign-in provider `provider`."""

    slug = "sign-in-unavailable"


class KeyActive(ComplianceError):
    """The key `kid` signs now: another has to take its place before it can be revoked."""

    slug = "key-active"


class KeyUnavailable(ComplianceError):
    """A key that is needed can't be read: the wrong master key, or a missing row. Fails closed."""

    slug = "key-unavailable"


class InvitationOver(ComplianceError):
    """The invitation lets nobody in (any more); `reason` is `unknown`, `revoked`, `expired`, `used_up` or `left`."""

    slug = "invitation-over"


class OwnershipChanged(ComplianceError):
    """The relation to the clinic changed since the caller looked: of two at once, the other came first."""

    slug = "ownership-changed"


class ClaimsUsedUp(ComplianceError):
    """The employee holds `max` clinics already, as many as may be held by claiming."""

    slug = "claims-used-up"


class TransferOpen(ComplianceError):
    """The clinic has a transfer that waits for its day."""

    slug = "transfer-open"


class DisputeOpen(ComplianceError):
    """The clinic has a dispute that waits for a decision."""

    slug = "dispute-open"


class MergeRefused(ComplianceError):
    """The two can't be made one.

    `reason` is `verified-differs`, `merged-already`, `blocked`, `held`, `scheduled`, `owners-differ`, `code-elsewhere`,
    `proved-elsewhere` or `newer-merge`.
    """

    slug = "merge-refused"


class LedgerStalled(ComplianceError):
    """Events wait too long for their place in the tree, or none can get one; `reason` says why. Nothing may leave."""

    slug = "ledger-stalled"


class FiguresBehind(ComplianceError):
    """It is not known yet on whose shares so many `events` of the log hang: the figures' follower has to read them."""

    slug = "figures-behind"


class LedgerBroken(ComplianceError):
    """Rows of the ledger are not what was signed; `index` is the first leaf that is wrong as far as was looked."""

    slug = "ledger-broken"

    def __init__(self, index: int, detail: str) -> None:
        super().__init__(index=index, detail=detail)
        self.index = index
        self.detail = detail


class LedgerConflict(ComplianceError):
    """The place `place` outside knows a tree of `size` entries that ours does not continue: nothing may leave."""

    slug = "ledger-conflict"


class LedgerNamedOtherwise(ComplianceError):
    """The configuration gives the log another name than the one it began with, which every checkpoint bears."""

    slug = "ledger-named-otherwise"
