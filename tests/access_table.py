"""Who may do what: one line for each route and thing, one column for each caller, and the status that must come back.

The things are the owner's: what the owner may do and the rival may not is the difference between one's own and
somebody else's. Columns are tried from left to right on the same thing, so 409 after a success says that the caller
was let in and the thing was done already. `narrow` is an API token of the owner with a scope that fits no route here.
A stranger at a page of the console is shown the way to the sign-in (303).
"""

from dataclasses import dataclass

from tests.materials import png

CALLERS = ("stranger", "owner", "rival", "manager", "reviewer", "auditor", "admin", "li", "wang", "narrow")

# What stands in a placeholder: the first line unless a row is about something else.
THINGS = {
    "": {
        "material_id": "material",
        "version_id": "version",
        "review_id": "review",
        "share_id": "share",
        "token": "share_token",
        "visit_id": "visit",
        "page": "1",
        "level": "2",
        "column": "0",
        "row": "0",
        "part_number": "1",
        "upload_id": "upload",
        "clinic_id": "clinic",
        "session_id": "session",
        "token_id": "token_id",
        "slug": "not-found",
        "path": "icon.svg",
        "trace_id": "trace",
        "hold_id": "hold",
        "suspect_page": "1",
        "picture": "original",
        "tile_level": "entries",
        "place": "000.p/1",
    },
    "draft": {"material_id": "draft", "version_id": "draft_version"},
    "pending": {"material_id": "pending", "version_id": "pending_version"},
    "rival": {"person_id": "rival"},
    "wang": {"person_id": "wang"},
}
QUERIES = {
    "people.find": "q=李",
    "uploads.direct.sign": "checksum=47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D",
    "copies.page": "{page_signature}",
    "copies.thumb": "{thumb_signature}",
    "copies.tile": "{tile_signature}",
    "copies.document": "{document_signature}",
    "copies.document_head": "{document_signature}",
}
BODIES: dict[str, dict[str, object] | bytes] = {
    "sessions.create": {"login": "nobody", "password": "x"},
    "sessions.create_viewer": {"provider": "demo", "credential": {}},
    "tokens.create": {"label": "x", "scopes": ["shares:read"]},
    "accounts.create": {"login": "new", "name": "新", "role": "auditor"},
    "accounts.reset_password": {},
    "accounts.put_department": {"department": "华东"},
    "accounts.change_password": {"current_password": "wrong", "new_password": "correct horse battery"},
    "clinics.create": {"name": "新诊所"},
    "clinics.assign": {"person_id": "{owner}"},
    "viewers.block": {"reason": "x"},
    "viewers.unblock": {"reason": "x"},
    "people.leave": {"confirm": "erase"},
    "people.export": {"password": "wrong"},
    "people.erase": {"password": "wrong", "reason": "x"},
    "holds.place": {"kind": "log", "reason": "x"},
    "holds.lift": {"password": "wrong", "reason": "x"},
    "uploads.patch": b"hello",
    "uploads.direct.begin": {"filename": "x.pdf", "size": 5},
    "uploads.direct.complete": {"parts": []},
    "quotas.set": {"scope": "department", "subject": "华东", "size_max_bytes": "1 TB"},
    "quotas.remove": {"scope": "department", "subject": "华东"},
    "uploads.post_override": b"hello",
    "materials.create": {"upload_id": "{finished}", "title": "x", "class": "in_clinic"},
    "materials.revise": {"upload_id": "{finished}"},
    "materials.submit": {},
    "materials.withdraw": {"reason": "x"},
    "reviews.decide": {"decision": "reject", "sha256": "{pending_sha256}", "reason": "x"},
    "shares.create": {"material_id": "{material_id}"},
    "looks.preview": {"version_id": "{version_id}"},
    "traces.create": png(),
    "visits.create": {"token": "{share_token}"},
}
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
HEADERS = {
    "uploads.create": {"Upload-Length": "5"},
    "uploads.patch": BYTES,
    "uploads.post_override": {**BYTES, "X-HTTP-Method-Override": "PATCH"},
    "uploads.get_override": {"X-HTTP-Method-Override": "HEAD"},
}


@dataclass(frozen=True)
class Row:
    """One route on one thing."""

    statuses: str
    route: str
    of: str = ""

    @property
    def expected(self) -> dict[str, int]:
        """Status by caller."""
        return dict(zip(CALLERS, map(int, self.statuses.split()), strict=True))

    @property
    def id(self) -> str:
        """What a failing test is called."""
        return f"{self.route} {self.of}".strip()


ROWS = (
    # stra owne riva mana revi audi admi  li wang narrow
    Row("401 401 401 401 401 401 401 401 401 401", "sessions.create"),
    Row("401 200 200 200 200 200 200 200 200 403", "sessions.list"),
    Row("401 200 200 200 200 200 200 200 200 403", "sessions.current"),
    Row("401 204 404 404 404 404 404 404 404 403", "sessions.end"),
    Row("401 204 204 204 204 204 204 204 204 403", "sessions.end_current"),
    Row("401 201 201 201 201 201 201 403 403 403", "tokens.create"),
    Row("401 200 200 200 200 200 200 403 403 403", "tokens.list"),
    Row("401 204 404 404 404 404 404 403 403 401", "tokens.revoke"),
    Row("401 403 403 403 403 403 200 403 403 403", "accounts.list"),
    Row("401 403 403 403 403 403 201 403 403 403", "accounts.create"),
    Row("401 403 403 403 403 403 200 403 403 403", "accounts.disable", "rival"),
    Row("401 403 403 403 403 403 200 403 403 403", "accounts.enable", "rival"),
    Row("401 403 403 403 403 403 200 403 403 403", "accounts.reset_password", "rival"),
    Row("401 403 403 403 403 403 200 403 403 403", "accounts.put_department", "rival"),
    Row("401 422 422 422 422 422 422 403 403 403", "accounts.change_password"),
    Row("422 422 422 422 422 422 422 422 422 422", "sessions.create_viewer"),
    Row("200 200 200 200 200 200 200 200 200 200", "clinics.public"),
    Row("401 200 200 200 403 200 403 403 403 403", "clinics.list"),
    Row("401 201 409 409 403 403 403 403 403 403", "clinics.create"),
    Row("401 200 200 200 200 200 200 200 200 403", "people.export_own"),
    Row("401 403 403 403 403 403 403 200 200 403", "people.leave"),
    Row("401 403 422 403 403 403 422 403 403 403", "people.export", "rival"),
    Row("401 403 403 422 403 403 403 403 403 403", "people.export", "wang"),
    Row("401 403 403 403 403 403 422 403 403 403", "people.erase", "rival"),
    Row("401 403 403 422 403 403 403 403 403 403", "people.erase", "wang"),
    Row("401 403 403 200 200 200 403 403 403 403", "holds.list"),
    Row("401 403 403 201 201 403 403 403 403 403", "holds.place"),
    Row("401 403 403 422 403 403 403 403 403 403", "holds.lift"),
    Row("401 403 403 200 403 403 403 403 403 403", "clinics.assign"),
    Row("401 200 200 200 403 200 403 403 403 403", "people.find"),
    Row("401 200 200 200 403 200 403 403 403 403", "viewers.list"),
    Row("401 403 403 200 403 403 403 403 401 403", "viewers.block", "wang"),
    Row("401 403 403 200 403 403 403 403 403 403", "viewers.unblock", "wang"),
    Row("204 204 204 204 204 204 204 204 204 204", "uploads.options"),
    Row("204 204 204 204 204 204 204 204 204 204", "uploads.item_options"),
    Row("401 201 201 201 403 403 403 403 403 403", "uploads.create"),
    Row("401 200 403 403 403 403 403 403 403 403", "uploads.head"),
    Row("401 204 403 403 403 403 403 403 403 403", "uploads.patch"),
    Row("401 204 403 403 403 403 403 403 403 403", "uploads.terminate"),
    Row("401 204 403 403 403 403 403 403 403 403", "uploads.post_override"),
    Row("401 200 403 403 403 403 403 403 403 403", "uploads.get_override"),
    Row("401 200 200 200 403 403 403 403 403 403", "uploads.list"),
    Row("401 200 403 403 403 403 403 403 403 403", "uploads.read"),
    # The stage's store is reached by nobody else, and the upload at hand is streamed: 404 and 409 for who may ask.
    Row("401 200 200 200 403 403 403 403 403 403", "uploads.ways"),
    Row("401 404 404 404 403 403 403 403 403 403", "uploads.direct.begin"),
    Row("401 409 403 403 403 403 403 403 403 403", "uploads.direct.parts"),
    Row("401 409 403 403 403 403 403 403 403 403", "uploads.direct.sign"),
    Row("401 409 403 403 403 403 403 403 403 403", "uploads.direct.complete"),
    Row("401 409 403 403 403 403 403 403 403 403", "uploads.direct.forget"),
    Row("401 200 200 200 403 403 403 403 403 403", "uploads.usage"),
    Row("401 403 403 403 403 403 200 403 403 403", "uploads.flights"),
    Row("401 403 403 403 403 403 200 403 403 403", "quotas.list"),
    Row("401 403 403 403 403 403 204 403 403 403", "quotas.set"),
    Row("401 403 403 403 403 403 404 403 403 403", "quotas.remove"),
    Row("401 201 404 404 403 403 403 403 403 403", "materials.create"),
    Row("401 200 200 200 200 200 403 403 403 403", "materials.list"),
    Row("401 200 200 200 200 200 403 403 403 403", "materials.read"),
    Row("401 200 403 200 403 200 403 403 403 403", "materials.read", "draft"),
    Row("401 200 403 200 200 200 403 403 403 403", "materials.read", "pending"),
    Row("401 201 403 403 403 403 403 403 403 403", "materials.revise"),
    Row("401 200 403 403 403 403 403 403 403 403", "materials.submit", "draft"),
    Row("401 200 403 409 403 403 403 403 403 403", "materials.withdraw"),
    Row("401 403 403 403 200 403 403 403 403 403", "reviews.list"),
    Row("401 403 403 403 200 403 403 403 403 403", "reviews.read"),
    Row("401 403 403 403 200 403 403 403 403 403", "reviews.decide"),
    Row("401 201 201 201 403 403 403 403 403 403", "shares.create"),
    Row("401 403 403 403 403 403 403 403 403 403", "shares.create", "draft"),
    Row("401 403 403 403 403 403 403 403 403 403", "shares.create", "pending"),
    Row("401 200 200 200 403 200 403 403 403 403", "shares.list"),
    Row("401 200 403 200 403 200 403 403 403 403", "shares.read"),
    Row("401 200 403 200 403 200 403 403 403 403", "shares.visits"),
    Row("401 200 403 200 403 200 403 403 403 403", "shares.qr"),
    Row("401 200 403 409 403 403 403 403 403 403", "shares.revoke"),
    Row("401 403 403 403 403 403 403 201 201 403", "visits.create"),
    Row("401 403 403 403 403 403 403 200 403 403", "visits.read"),
    Row("401 403 403 403 403 403 403 201 403 403", "visits.forward"),
    Row("401 403 403 403 403 403 403 200 403 403", "copies.page"),
    Row("401 403 403 403 403 403 403 200 403 403", "copies.thumb"),
    Row("401 403 403 403 403 403 403 200 403 403", "copies.tile"),
    Row("401 403 403 403 403 403 403 200 403 403", "copies.document"),
    Row("401 403 403 403 403 403 403 200 403 403", "copies.document_head"),
    Row("401 200 200 200 200 403 403 403 403 403", "versions.page"),
    Row("401 200 200 200 200 403 403 403 403 403", "versions.thumb"),
    Row("401 200 200 200 200 403 403 403 403 403", "looks.preview"),
    Row("401 200 403 200 403 403 403 403 403 403", "looks.preview", "draft"),
    Row("401 200 403 403 200 403 403 403 403 403", "versions.original"),
    Row("401 200 403 403 200 403 403 403 403 403", "versions.original_head"),
    Row("401 200 403 200 403 403 403 403 403 403", "versions.page", "draft"),
    Row("401 200 403 200 403 403 403 403 403 403", "versions.thumb", "draft"),
    Row("401 200 403 403 403 403 403 403 403 403", "versions.original", "draft"),
    Row("401 200 403 403 403 403 403 403 403 403", "versions.original_head", "draft"),
    Row("401 200 403 200 200 403 403 403 403 403", "versions.page", "pending"),
    Row("401 200 403 200 200 403 403 403 403 403", "versions.thumb", "pending"),
    Row("401 200 403 403 200 403 403 403 403 403", "versions.original", "pending"),
    Row("401 403 403 403 403 200 403 403 403 403", "events.search"),
    Row("401 403 403 403 403 200 403 403 403 403", "events.export"),
    Row("401 403 403 403 403 200 403 403 403 403", "ledger.checkpoint"),
    Row("401 403 403 403 403 200 403 403 403 403", "ledger.tile"),
    Row("401 403 403 403 403 200 403 403 403 403", "ledger.about"),
    Row("401 403 403 403 403 202 403 403 403 403", "traces.create"),
    Row("401 403 403 403 403 200 403 403 403 403", "traces.list"),
    Row("401 403 403 403 403 200 403 403 403 403", "traces.read"),
    # Nothing has looked at the trace at hand yet: 404 and 409 for who may ask.
    Row("401 403 403 403 403 404 403 403 403 403", "traces.picture"),
    Row("401 403 403 403 403 409 403 403 403 403", "traces.report"),
    Row("200 200 200 200 200 200 200 200 200 200", "problems.list"),
    Row("200 200 200 200 200 200 200 200 200 200", "problems.explain"),
    Row("200 200 200 200 200 200 200 200 200 200", "frame.stylesheet"),
    Row("200 200 200 200 200 200 200 200 200 200", "api.document"),
    Row("200 200 200 200 200 200 200 200 200 200", "api.docs"),
    Row("200 200 200 200 200 200 200 200 200 200", "operations.healthz"),
    Row("200 200 200 200 200 200 200 200 200 200", "operations.readyz"),
    Row("200 200 200 200 200 200 200 200 200 200", "operations.metrics"),
    Row("200 200 200 200 200 200 200 200 200 200", "pages.static"),
    Row("200 200 200 200 200 200 200 200 200 200", "pages.share"),
    Row("200 303 303 303 303 303 303 200 200 303", "pages.sign_in"),
    Row("303 200 200 200 200 200 200 403 403 403", "pages.start"),
    Row("303 200 200 200 200 200 403 403 403 403", "pages.materials"),
    Row("303 200 200 200 403 403 403 403 403 403", "pages.material_new"),
    Row("303 200 200 200 200 200 403 403 403 403", "pages.material"),
    Row("303 200 403 200 403 200 403 403 403 403", "pages.material", "draft"),
    Row("303 200 200 200 200 403 403 403 403 403", "pages.material_read"),
    Row("303 200 403 200 403 403 403 403 403 403", "pages.material_read", "draft"),
    Row("303 200 403 403 403 403 403 403 403 403", "pages.version_new"),
    Row("303 200 403 403 403 403 403 403 403 403", "pages.version_new", "draft"),
    Row("303 403 403 403 200 403 403 403 403 403", "pages.reviews"),
    Row("303 403 403 403 200 403 403 403 403 403", "pages.review"),
    Row("303 200 200 200 403 200 403 403 403 403", "pages.shares"),
    Row("303 200 403 200 403 200 403 403 403 403", "pages.share_detail"),
    Row("303 200 200 200 403 403 403 403 403 403", "pages.share_new"),
    Row("303 403 403 403 403 403 403 403 403 403", "pages.share_new", "draft"),
    Row("303 200 200 200 403 200 403 403 403 403", "pages.people"),
    Row("303 200 200 200 403 200 403 403 403 403", "pages.clinics"),
    Row("303 403 403 403 403 200 403 403 403 403", "pages.log"),
    Row("303 403 403 403 403 200 403 403 403 403", "pages.traces"),
    Row("303 403 403 403 403 200 403 403 403 403", "pages.trace"),
    Row("303 403 403 403 403 403 200 403 403 403", "pages.accounts"),
    Row("303 200 200 200 403 403 403 403 403 403", "pages.my_uploads"),
    Row("303 403 403 403 403 403 200 403 403 403", "pages.flights"),
    Row("303 403 403 403 403 403 200 403 403 403", "pages.quotas"),
    Row("303 200 200 200 200 200 200 403 403 403", "pages.me"),
)
