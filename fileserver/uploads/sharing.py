"""What pages of other origins may send and read at /uploads/, where the operator has named them."""

from fileserver.http.cors import CrossOrigin

CROSS_ORIGIN = CrossOrigin(
    methods=("POST", "GET", "HEAD", "PATCH", "DELETE", "OPTIONS"),
    sent=(
        "Authorization",
        "Content-Type",
        "Tus-Resumable",
        "Upload-Checksum",
        "Upload-Complete",
        "Upload-Concat",
        "Upload-Defer-Length",
        "Upload-Draft-Interop-Version",
        "Upload-Length",
        "Upload-Metadata",
        "Upload-Offset",
        "X-HTTP-Method-Override",
        "X-Request-ID",
    ),
    exposed=(
        "Location",
        "Retry-After",
        "Tus-Checksum-Algorithm",
        "Tus-Extension",
        "Tus-Max-Size",
        "Tus-Resumable",
        "Tus-Version",
        "Upload-Complete",
        "Upload-Concat",
        "Upload-Defer-Length",
        "Upload-Draft-Interop-Version",
        "Upload-Expires",
        "Upload-Length",
        "Upload-Limit",
        "Upload-Metadata",
        "Upload-Offset",
        "X-Request-ID",
    ),
)
