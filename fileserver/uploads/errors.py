"""What uploads refuse over HTTP; statuses stand in fileserver.http.problems, sentences in the locales.

The statuses are those of tus 1.0.0 (https://tus.io/protocols/resumable-upload), the bodies ours (RFC 9457).
"""

from fileserver.http.errors import HttpError


class TusVersionRefused(HttpError):
    """412: Tus-Resumable names another version than ours, or none."""

    slug = "tus-version-refused"


class UploadHeaderInvalid(HttpError):
    """400: a header of the protocol is missing, malformed or asks for an extension we don't have; `field` names it."""

    slug = "upload-header-invalid"


class UploadTooLarge(HttpError):
    """413: longer than the largest upload, or more bytes than the upload's length."""

    slug = "upload-too-large"


class OffsetMismatch(HttpError):
    """409: the PATCH does not begin where the upload stands."""

    slug = "offset-mismatch"


class ChecksumMismatch(HttpError):
    """460: the bytes are not those that the checksum was made of; the whole PATCH is discarded."""

    slug = "checksum-mismatch"


class UploadFinal(HttpError):
    """403: the upload is put together of others and takes no bytes of its own."""

    slug = "upload-final"


class UploadGone(HttpError):
    """410: terminated, expired or failed; a new upload must be made."""

    slug = "upload-gone"


class UploadWasteful(HttpError):
    """410: too much was sent that could not be kept; the upload has failed, and a new one must be made."""

    slug = "upload-wasteful"


class UploadBusy(HttpError):
    """423: an older request of this upload is being ended and needs a moment more."""

    slug = "upload-busy"


class UploadReplaced(HttpError):
    """400: a newer request has taken the upload over. Final, or two clients would take it from each other for ever."""

    slug = "upload-replaced"


class UploadCut(HttpError):
    """400: the body ended early. Nobody is there to read the answer; what arrived is kept."""

    slug = "upload-cut"
    client_gone = True


class UploadSilent(HttpError):
    """408: no byte came for `timeout_s`; what arrived is kept."""

    slug = "upload-silent"


class UploadWrongWay(HttpError):
    """409: bytes of this upload come another `way`: `streamed` through the server, or `direct` into the store."""

    slug = "upload-wrong-way"


class DirectUploadsOff(HttpError):
    """404: the operator has named no address by which clients reach the store themselves."""

    slug = "direct-uploads-off"


class PartsMissing(HttpError):
    """409: part `number`, and `missing` in all, are not in the store as the client names them; send them again."""

    slug = "parts-missing"


class UploadSlow(HttpError):
    """408: bytes came, but on average fewer than `rate_min_bytes_s`; what arrived is kept."""

    slug = "upload-slow"


class TooManyUploads(HttpError):
    """429: the person has `uploads_max` uploads that are unfinished, or so many that are complete and not used."""

    slug = "too-many-uploads"


class UploadQuotaExceeded(HttpError):
    """413: the person, a department of theirs, or the brand (`whose`) may keep `allowed_bytes`; this upload needs more.

    Not 507: programs try a 5xx again by themselves, and this passes only when somebody makes room.
    """

    slug = "upload-quota-exceeded"


class ServerFull(HttpError):
    """503: as many uploads at once as memory is meant for, or one person's half of it; ask `retry_after_s` later."""

    slug = "server-full"


class ServerStopping(HttpError):
    """503: this server goes down; what arrived is kept, and another one continues."""

    slug = "server-stopping"
