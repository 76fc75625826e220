"""The register's API."""

from datetime import date

from compliance.access import Action
from compliance.certificate_numbers import CertificateKind
from compliance.declaring import china_day
from compliance.errors import AccessDenied, InvalidValue, NotFound
from compliance.register import CertificateStatus
from fileserver.answers import Names, PersonOut
from fileserver.certificates import importing, service
from fileserver.certificates.schemas import (
    CertificateChangeIn,
    CertificateChangeOut,
    CertificateDetail,
    CertificateIn,
    CertificateList,
    CertificateOut,
    CertificatePath,
    CertificateQuery,
    ImportOut,
    LinkedMaterialOut,
)
from fileserver.certificates.service import Dossier
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.errors import BodyTimedOut, BodyTooLarge, MediaTypeRefused
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from storage.rows.certificates import CertificateRow, ChangeRow


async def enter(call: Call[CertificateIn]) -> CertificateDetail:
    """Enter a certificate or registration."""
    body = call.body
    entry = service.entry_of(body.kind, body.number, body)
    made = await service.enter(call.services, call.actor, call.trail, entry, body.reason)
    return _detail(made, china_day(call.services.clock()))


async def listed(call: Call[None, CertificateQuery]) -> CertificateList:
    """Entries, newest first."""
    found = await service.listed(call.services, call.actor, call.query, read_cursor(call.query.cursor))
    last = found[-1] if len(found) == call.query.limit else None
    today = china_day(call.services.clock())
    return CertificateList(
        items=[CertificateOut.model_validate(_facts(row, today)) for row in found],
        next=write_cursor(last.created_at, last.id) if last else None,
    )


async def read(call: Call[None, None, CertificatePath]) -> CertificateDetail:
    """One entry."""
    found = await service.read(call.services, call.actor, call.params.certificate_id)
    return _detail(found, china_day(call.services.clock()))


async def change(call: Call[CertificateChangeIn, None, CertificatePath]) -> CertificateDetail:
    """Change an entry."""
    params, body = call.params, call.body
    changed = await service.change(call.services, call.actor, call.trail, params.certificate_id, body, body.revision)
    return _detail(changed, china_day(call.services.clock()))


async def bring(call: Call) -> ImportOut:
    """Bring a CSV file in."""
    return await importing.bring(call.services, call.actor, call.trail, call.request)


def _facts(row: CertificateRow, today: date) -> dict[str, object]:
    plain = ("id", "number", "holder", "product", "scope", "valid_from", "valid_until", "revision", "created_at")
    return {name: getattr(row, name) for name in plain} | {
        "kind": CertificateKind(row.kind),
        "status": CertificateStatus(row.status),
        "standing": service.standing_of(row, today),
        "days_left": (row.valid_until - today).days if row.valid_until else None,
    }


def _detail(found: Dossier, today: date) -> CertificateDetail:
    before = [*found.changes[1:], None]
    return CertificateDetail.model_validate(
        _facts(found.row, today)
        | {
            "changes": [_change(*pair, found.names) for pair in zip(found.changes, before, strict=True)],
            "materials": [
                LinkedMaterialOut(
                    id=each.id, title=each.title, owner=PersonOut.of(found.names, each.owner_id), depends=each.depends
                )
                for each in found.linked
            ],
        }
    )


def _change(row: ChangeRow, before: ChangeRow | None, names: Names) -> CertificateChangeOut:
    changed = [name for name, value in row.facts.items() if before and before.facts.get(name) != value]
    return CertificateChangeOut(
        revision=row.revision,
        facts=dict(row.facts),
        changed=changed,
        reason=row.reason,
        by=PersonOut.of(names, row.changed_by),
        at=row.changed_at,
    )


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/certificates",
        name="certificates.enter",
        summary="Enter a certificate or product registration into the register",
        handler=enter,
        auth=Auth.EMPLOYEE,
        action=Action.CERTIFICATE_WRITE,
        scope=Scope.CERTIFICATES_WRITE,
        body=CertificateIn,
        returns=CertificateDetail,
        status=201,
        errors=(AccessDenied, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/certificates",
        name="certificates.list",
        summary="List certificates and product registrations, newest first",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.CERTIFICATE_LIST,
        scope=Scope.CERTIFICATES_READ,
        query=CertificateQuery,
        returns=CertificateList,
        errors=(AccessDenied, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/certificates/import",
        name="certificates.import",
        summary="Bring a CSV file into the register: all of it, or nothing and every fault by its line",
        handler=bring,
        auth=Auth.EMPLOYEE,
        action=Action.CERTIFICATE_WRITE,
        scope=Scope.CERTIFICATES_WRITE,
        body_max_bytes=None,
        consumes=(importing.CSV_TYPE,),
        returns=ImportOut,
        errors=(AccessDenied, MediaTypeRefused, BodyTooLarge, BodyTimedOut),
    ),
    Route(
        method="GET",
        path="/api/v1/certificates/{certificate_id}",
        name="certificates.read",
        summary="Read an entry of the register with its history and what names it",
        handler=read,
        auth=Auth.EMPLOYEE,
        action=Action.CERTIFICATE_LIST,
        scope=Scope.CERTIFICATES_READ,
        path_params=CertificatePath,
        returns=CertificateDetail,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="PUT",
        path="/api/v1/certificates/{certificate_id}",
        name="certificates.change",
        summary="Change an entry of the register; one that is no longer in force suspends shares at once",
        handler=change,
        auth=Auth.EMPLOYEE,
        action=Action.CERTIFICATE_WRITE,
        scope=Scope.CERTIFICATES_WRITE,
        path_params=CertificatePath,
        body=CertificateChangeIn,
        returns=CertificateDetail,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
)
