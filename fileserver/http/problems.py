"""From an exception to a problem (RFC 9457): one table of slugs and statuses, one place that words them.

Every domain error carries a slug; here it gets its HTTP status, and from the locales its title and detail in the
reader's language (`problem-<slug>-title`, `-detail`, `-explanation`). An exception without a slug in the table is a
defect of ours: status 500, no detail.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fileserver.http.errors import InternalError, InvalidRequest, Violation
from fileserver.http.strict_json import escape_pointer
from fileserver.i18n import Language, has_message, translate
from storage.errors import StorageError

PROBLEM_TYPE = "application/problem+json"

STATUSES: Mapping[str, int] = {
    # the frame
    "bad-request": HTTPStatus.BAD_REQUEST,
    "malformed-body": HTTPStatus.BAD_REQUEST,
    "not-signed-in": HTTPStatus.UNAUTHORIZED,
    "wrong-kind": HTTPStatus.FORBIDDEN,
    "step-up-needed": HTTPStatus.FORBIDDEN,
    "second-factor-needed": HTTPStatus.FORBIDDEN,
    "identity-unknown": HTTPStatus.FORBIDDEN,
    "provider-refused": HTTPStatus.FORBIDDEN,
    "code-needed": HTTPStatus.UNAUTHORIZED,
    "local-sign-in-off": HTTPStatus.FORBIDDEN,
    "token-not-accepted": HTTPStatus.FORBIDDEN,
    "scope-missing": HTTPStatus.FORBIDDEN,
    "origin-refused": HTTPStatus.FORBIDDEN,
    "csrf-refused": HTTPStatus.FORBIDDEN,
    "callback-refused": HTTPStatus.FORBIDDEN,
    "operators-only": HTTPStatus.FORBIDDEN,
    "path-unknown": HTTPStatus.NOT_FOUND,
    "method-not-allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "body-timed-out": HTTPStatus.REQUEST_TIMEOUT,
    "body-too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported-media-type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "invalid-request": HTTPStatus.UNPROCESSABLE_ENTITY,
    "internal-error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "precondition-failed": HTTPStatus.PRECONDITION_FAILED,
    "timed-out": HTTPStatus.SERVICE_UNAVAILABLE,
    # compliance
    "refused": HTTPStatus.FORBIDDEN,
    "access-denied": HTTPStatus.FORBIDDEN,
    "not-found": HTTPStatus.NOT_FOUND,
    "invalid-value": HTTPStatus.UNPROCESSABLE_ENTITY,
    "wrong-state": HTTPStatus.CONFLICT,
    "requirement-unmet": HTTPStatus.CONFLICT,
    "claimed": HTTPStatus.CONFLICT,
    "sign-in-refused": HTTPStatus.UNAUTHORIZED,
    "code-refused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "share-password-refused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "consent-missing": HTTPStatus.FORBIDDEN,
    "name-mismatch": HTTPStatus.UNPROCESSABLE_ENTITY,
    "verification-busy": HTTPStatus.CONFLICT,
    "verification-later": HTTPStatus.SERVICE_UNAVAILABLE,
    "verification-down": HTTPStatus.SERVICE_UNAVAILABLE,
    "verification-unavailable": HTTPStatus.FORBIDDEN,
    "person-duplicate": HTTPStatus.CONFLICT,
    "too-many-attempts": HTTPStatus.TOO_MANY_REQUESTS,
    "too-many-reports": HTTPStatus.SERVICE_UNAVAILABLE,
    "link-invalid": HTTPStatus.NOT_FOUND,
    "link-expired": HTTPStatus.GONE,
    "not-prepared": HTTPStatus.CONFLICT,
    "not-scanned": HTTPStatus.CONFLICT,
    "scan-blocks": HTTPStatus.CONFLICT,
    "receipt-pending": HTTPStatus.CONFLICT,
    "upload-unfinished": HTTPStatus.CONFLICT,
    "upload-partial": HTTPStatus.CONFLICT,
    "upload-used": HTTPStatus.CONFLICT,
    "login-taken": HTTPStatus.CONFLICT,
    "identity-taken": HTTPStatus.CONFLICT,
    "identity-kept": HTTPStatus.CONFLICT,
    "last-admin": HTTPStatus.CONFLICT,
    "last-emergency": HTTPStatus.CONFLICT,
    "clinic-taken": HTTPStatus.CONFLICT,
    "code-unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "invitation-over": HTTPStatus.GONE,
    "ownership-changed": HTTPStatus.CONFLICT,
    "claims-used-up": HTTPStatus.CONFLICT,
    "transfer-open": HTTPStatus.CONFLICT,
    "dispute-open": HTTPStatus.CONFLICT,
    "merge-refused": HTTPStatus.CONFLICT,
    "sign-in-unavailable": HTTPStatus.FORBIDDEN,
    "legal-hold": HTTPStatus.CONFLICT,
    "name-common": HTTPStatus.CONFLICT,
    "key-active": HTTPStatus.CONFLICT,
    "ledger-stalled": HTTPStatus.SERVICE_UNAVAILABLE,
    "figures-behind": HTTPStatus.SERVICE_UNAVAILABLE,
    "ledger-broken": HTTPStatus.SERVICE_UNAVAILABLE,
    "ledger-conflict": HTTPStatus.SERVICE_UNAVAILABLE,
    "ledger-named-otherwise": HTTPStatus.SERVICE_UNAVAILABLE,
    "key-unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "too-many-traces": HTTPStatus.TOO_MANY_REQUESTS,
    "too-many-files": HTTPStatus.TOO_MANY_REQUESTS,
    "trace-unfinished": HTTPStatus.CONFLICT,
    "suspect-empty": HTTPStatus.UNPROCESSABLE_ENTITY,
    # uploads, with the statuses of tus 1.0.0
    "tus-version-refused": HTTPStatus.PRECONDITION_FAILED,
    "upload-header-invalid": HTTPStatus.BAD_REQUEST,
    "upload-too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "offset-mismatch": HTTPStatus.CONFLICT,
    "checksum-mismatch": 460,
    "upload-final": HTTPStatus.FORBIDDEN,
    "upload-gone": HTTPStatus.GONE,
    "upload-wasteful": HTTPStatus.GONE,
    "upload-busy": HTTPStatus.LOCKED,
    "upload-replaced": HTTPStatus.BAD_REQUEST,
    "upload-cut": HTTPStatus.BAD_REQUEST,
    "upload-silent": HTTPStatus.REQUEST_TIMEOUT,
    "upload-wrong-way": HTTPStatus.CONFLICT,
    "direct-uploads-off": HTTPStatus.NOT_FOUND,
    "parts-missing": HTTPStatus.CONFLICT,
    "upload-slow": HTTPStatus.REQUEST_TIMEOUT,
    "too-many-uploads": HTTPStatus.TOO_MANY_REQUESTS,
    "upload-quota-exceeded": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "server-full": HTTPStatus.SERVICE_UNAVAILABLE,
    "server-stopping": HTTPStatus.SERVICE_UNAVAILABLE,
    # storage
    "storage-error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "object-missing": HTTPStatus.INTERNAL_SERVER_ERROR,  # a row says that the bytes are there
    "object-too-large": HTTPStatus.INTERNAL_SERVER_ERROR,
    "object-cut-short": HTTPStatus.SERVICE_UNAVAILABLE,
    "range-unsatisfiable": HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    "multipart-missing": HTTPStatus.GONE,
    "part-refused": HTTPStatus.SERVICE_UNAVAILABLE,
    "store-unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "store-refused": HTTPStatus.SERVICE_UNAVAILABLE,
    "engine-busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "engine-failed": HTTPStatus.SERVICE_UNAVAILABLE,
    # watermark
    "render-failed": HTTPStatus.INTERNAL_SERVER_ERROR,
    "unsupported-type": HTTPStatus.UNPROCESSABLE_ENTITY,
    "pdf-encrypted": HTTPStatus.UNPROCESSABLE_ENTITY,
    "pdf-damaged": HTTPStatus.UNPROCESSABLE_ENTITY,
    "pdf-empty": HTTPStatus.UNPROCESSABLE_ENTITY,
    "image-damaged": HTTPStatus.UNPROCESSABLE_ENTITY,
    "source-too-large": HTTPStatus.UNPROCESSABLE_ENTITY,
    "source-incomplete": HTTPStatus.SERVICE_UNAVAILABLE,
    "too-many-pages": HTTPStatus.UNPROCESSABLE_ENTITY,
    "too-many-pixels": HTTPStatus.UNPROCESSABLE_ENTITY,
    "render-memory": HTTPStatus.UNPROCESSABLE_ENTITY,
    "render-timeout": HTTPStatus.SERVICE_UNAVAILABLE,
    "render-crashed": HTTPStatus.SERVICE_UNAVAILABLE,
    "render-busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "office-converter-missing": HTTPStatus.UNPROCESSABLE_ENTITY,
    "office-conversion-failed": HTTPStatus.UNPROCESSABLE_ENTITY,
    "office-too-large": HTTPStatus.UNPROCESSABLE_ENTITY,
    "text-not-readable": HTTPStatus.UNPROCESSABLE_ENTITY,
    "text-damaged": HTTPStatus.UNPROCESSABLE_ENTITY,
}

# What passes by itself, and in how many seconds to ask again; programs find it in Retry-After.
PASSING: Mapping[str, int] = {"store-unavailable": 5, "part-refused": 5, "object-cut-short": 5, "figures-behind": 5}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem as the reader gets it."""

    slug: str
    status: int
    title: str
    detail: str
    instance: str  # the request id, to quote to an operator
    errors: tuple[Mapping[str, str], ...] = ()
    params: Mapping[str, str | int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The JSON object of RFC 9457; params are extension members and never replace a standard one."""
        standard: dict[str, Any] = {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": int(self.status),
            "detail": self.detail,
            "instance": self.instance,
        }
        return {**self.params, **standard, **({"errors": list(self.errors)} if self.errors else {})}


def slug_of(error: BaseException | type[BaseException]) -> str | None:
    """The slug of a mapped exception or exception class, else None."""
    slug = getattr(error, "slug", None)
    return slug if isinstance(slug, str) and slug in STATUSES else None


def problem_of(error: Exception, language: Language, request_id: str, status: int | None = None) -> Problem:
    """Word one exception. `status` replaces the table's, for answers that aiohttp itself chose."""
    slug = slug_of(error)
    if slug is None:
        return problem_of(InternalError(), language, request_id)
    params = _params(error, slug)
    return Problem(
        slug=slug,
        status=status or STATUSES[slug],
        title=translate(language, f"problem-{slug}-title"),
        detail=_detail(slug, params, language),
        instance=request_id,
        errors=_errors(error, slug, params, language),
        params=params,
        headers=_headers(STATUSES[slug], {**getattr(error, "params", {}), **params}),
    )


def _params(error: Exception, slug: str) -> Mapping[str, str | int]:
    """What storage says about itself (keys, buckets, hosts) is for the log, not for the reader."""
    told: Mapping[str, str | int] = {} if isinstance(error, StorageError) else getattr(error, "params", {})
    return {"retry_after_s": PASSING[slug], **told} if slug in PASSING else told


def _detail(slug: str, params: Mapping[str, str | int], language: Language) -> str:
    """The most specific sentence there is: that of the access rule, then that of the problem."""
    rule = f"rule-{params.get('rule')}"
    if slug == "access-denied" and has_message(language, rule):
        return translate(language, rule)
    return translate(language, f"problem-{slug}-detail", **params)


def _errors(
    error: Exception, slug: str, params: Mapping[str, str | int], language: Language
) -> tuple[Mapping[str, str], ...]:
    if isinstance(error, InvalidRequest):
        found = error.violations
    elif field_name := getattr(error, "field", None):
        pointer = field_name if field_name.startswith("/") else "/" + escape_pointer(field_name)
        found = (Violation(pointer, str(params.get("rule", slug)), params),)
    else:
        return ()
    return tuple({"field": v.field, "rule": v.rule, "message": violation_message(v, language)} for v in found)


def violation_message(violation: Violation, language: Language) -> str:
    """The rule's sentence (`invalid-<rule>`); the problem's, where the rule is its slug; or a general one."""
    rule = violation.rule.replace("_", "-")
    keys = (f"invalid-{rule}", f"problem-{rule}-detail")
    return translate(
        language, next((key for key in keys if has_message(language, key)), "invalid-other"), **violation.params
    )


def _headers(status: int, params: Mapping[str, str | int]) -> dict[str, str]:
    headers: dict[str, str] = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="sealshare"'
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and "total_bytes" in params:
        headers["Content-Range"] = f"bytes */{params['total_bytes']}"
    if "retry_after_s" in params:
        headers["Retry-After"] = str(params["retry_after_s"])
    return headers
