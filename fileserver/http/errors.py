"""What the frame itself refuses, before or around a handler; statuses stand in fileserver.http.problems.

The same contract as compliance.errors: a stable `slug` per class, `params` that fill its translated sentence, and
`field` when one part of the input is to blame. Feature folders subclass `HttpError` for refusals that only make sense
over HTTP.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


class HttpError(Exception):
    """Base of every refusal by the frame or by a feature's HTTP side."""

    slug: ClassVar[str] = "bad-request"
    client_gone: ClassVar[bool] = False  # whether it says that nobody is there any more, as a handler saw for itself

    def __init__(self, *, field: str | None = None, **params: str | int) -> None:
        super().__init__(self.slug, dict(params))
        self.field = field
        self.params: Mapping[str, str | int] = params


class NotSignedIn(HttpError):
    """The route is for people who are known, and this caller is not."""

    slug = "not-signed-in"


class WrongKind(HttpError):
    """An employee route called by a viewer, or the other way round."""

    slug = "wrong-kind"


class StepUpNeeded(HttpError):
    """The act needs a proof of who one is that is at most `fresh_s` old; `by` says how it can be given."""

    slug = "step-up-needed"


class SecondFactorNeeded(HttpError):
    """A second factor is asked of the caller, who has to set one up before anything else."""

    slug = "second-factor-needed"


class TokenNotAccepted(HttpError):
    """The route takes a session only: API tokens have no scope for it."""

    slug = "token-not-accepted"


class ScopeMissing(HttpError):
    """The API token lacks `scope`."""

    slug = "scope-missing"


class OriginRefused(HttpError):
    """A browser says that another site sent this unsafe request."""

    slug = "origin-refused"


class CallbackRefused(HttpError):
    """A message that no platform sent, or not now, or not for us: `reason` is a word of a fixed vocabulary.

    signature, stale, replayed, malformed, undecryptable or receiver.
    """

    slug = "callback-refused"


class CsrfRefused(HttpError):
    """An unsafe request of a cookie session without the session's CSRF token."""

    slug = "csrf-refused"


class BodyTooLarge(HttpError):
    """More than `size_max_bytes` arrived, or were announced."""

    slug = "body-too-large"


class BodyTimedOut(HttpError):
    """The body did not arrive within `timeout_s`."""

    slug = "body-timed-out"


class MediaTypeRefused(HttpError):
    """The body is declared as something else than `expected`."""

    slug = "unsupported-media-type"


class MalformedBody(HttpError):
    """The body is not the JSON or form that it says it is; `reason` picks the sentence."""

    slug = "malformed-body"


class PathUnknown(HttpError):
    """Nothing is served at this path."""

    slug = "path-unknown"


class MethodNotAllowed(HttpError):
    """The path exists, the method does not; the answer carries Allow."""

    slug = "method-not-allowed"


class PreconditionFailed(HttpError):
    """If-Match or If-Unmodified-Since of the request doesn't hold."""

    slug = "precondition-failed"


class TimedOut(HttpError):
    """The handler did not begin its answer within `timeout_s`."""

    slug = "timed-out"


class InternalError(HttpError):
    """A defect of ours; the log has the traceback under the request id."""

    slug = "internal-error"


@dataclass(frozen=True)
class Violation:
    """One broken rule: JSON pointer (RFC 6901) to the field, the rule's name, and what fills its sentence."""

    field: str
    rule: str
    params: Mapping[str, str | int]


class InvalidRequest(HttpError):
    """Body, query or path do not fit the route's model; `violations` lists every broken rule."""

    slug = "invalid-request"

    def __init__(self, *violations: Violation) -> None:
        super().__init__()
        self.violations = violations
