"""The API of declarations and evidence; the files themselves leave through `viewing`, as all bytes do."""

from compliance.access import Action
from compliance.certificate_numbers import CertificateKind
from compliance.declaring import NEEDED, EvidenceKind, certificate_fault, certificate_of
from compliance.errors import (
    AccessDenied,
    InvalidValue,
    NotFound,
    UploadPartial,
    UploadUnfinished,
    UploadUsed,
    WrongState,
)
from fileserver.answers import Names, PersonOut
from fileserver.declarations import service
from fileserver.declarations.schemas import (
    DeclarationIn,
    DeclarationOut,
    DeclaredCertificateOut,
    EvidenceIn,
    EvidenceOut,
    EvidencePath,
    MaterialPath,
    RevisionOut,
)
from fileserver.declarations.service import Paper
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from storage.rows.declarations import EvidenceRow, StandingCertificate


async def read(call: Call[None, None, MaterialPath]) -> DeclarationOut:
    """What is declared of a material."""
    return _out(await service.read(call.services, call.actor, call.trail, call.params.material_id))


async def declare(call: Call[DeclarationIn, None, MaterialPath]) -> DeclarationOut:
    """Declare anew."""
    material_id = call.params.material_id
    return _out(await service.declare(call.services, call.actor, call.trail, material_id, call.body))


async def attach(call: Call[EvidenceIn, None, MaterialPath]) -> DeclarationOut:
    """Attach a file."""
    material_id = call.params.material_id
    return _out(await service.attach(call.services, call.actor, call.trail, material_id, call.body))


async def remove(call: Call[None, None, EvidencePath]) -> DeclarationOut:
    """Take a file off."""
    params = call.params
    return _out(await service.remove(call.services, call.actor, call.trail, params.material_id, params.evidence_id))


def _out(paper: Paper) -> DeclarationOut:
    declared = paper.declared
    return DeclarationOut(
        material_id=paper.material.id,
        material_class=declared.material_class,
        revision=declared.revision,
        product=declared.product,
        region=declared.region,
        campaign=declared.campaign,
        certificates=[_certificate(paper, each) for each in paper.standing],
        certificate_fault=certificate_fault(declared, paper.today),
        needs=sorted(NEEDED.get(declared.material_class, ())),
        evidence=[_evidence(each, paper.names) for each in paper.evidence],
        history=[
            RevisionOut(
                revision=row.revision,
                product=row.product,
                region=row.region,
                campaign=row.campaign,
                certificates=[each.number for each in named],
                by=PersonOut.of(paper.names, row.declared_by),
                at=row.declared_at,
            )
            for row, named in paper.history
        ],
        editable=paper.editable,
    )


def _certificate(paper: Paper, row: StandingCertificate) -> DeclaredCertificateOut:
    certificate = certificate_of(row)
    return DeclaredCertificateOut(
        kind=CertificateKind(row.kind),
        number=row.number,
        valid_until=certificate.valid_until,
        status=certificate.status,
        certificate_id=row.certificate_id,
        fault=certificate.fault_on(paper.today),
    )


def _evidence(row: EvidenceRow, names: Names) -> EvidenceOut:
    said = ("id", "note", "filename", "media_type", "size_bytes", "sha256", "added_at", "removed_at")
    plain = (*said, "scan_state", "scan_rule")
    return EvidenceOut.model_validate(
        {name: getattr(row, name) for name in plain}
        | {
            "kind": EvidenceKind(row.kind),
            "added_by": PersonOut.of(names, row.added_by),
            "removed_by": PersonOut.of(names, row.removed_by) if row.removed_by else None,
        }
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/materials/{material_id}/declaration",
        name="declarations.read",
        summary="Read what is declared of a material, its evidence, and what the register says today",
        handler=read,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_READ,
        scope=Scope.MATERIALS_READ,
        path_params=MaterialPath,
        returns=DeclarationOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="PUT",
        path="/api/v1/materials/{material_id}/declaration",
        name="declarations.declare",
        summary="Declare product, region, campaign and certificates of a material whose newest version is a draft",
        handler=declare,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_DECLARE,
        scope=Scope.MATERIALS_WRITE,
        path_params=MaterialPath,
        body=DeclarationIn,
        returns=DeclarationOut,
        errors=(AccessDenied, NotFound, InvalidValue, WrongState),
    ),
    Route(
        method="POST",
        path="/api/v1/materials/{material_id}/evidence",
        name="evidence.attach",
        summary="Attach a finished upload, a PDF or a picture, as evidence",
        handler=attach,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_DECLARE,
        scope=Scope.MATERIALS_WRITE,
        path_params=MaterialPath,
        body=EvidenceIn,
        returns=DeclarationOut,
        status=201,
        errors=(AccessDenied, NotFound, InvalidValue, UploadPartial, UploadUnfinished, UploadUsed, WrongState),
    ),
    Route(
        method="DELETE",
        path="/api/v1/materials/{material_id}/evidence/{evidence_id}",
        name="evidence.remove",
        summary="Take a file off a material's evidence; its record stays",
        handler=remove,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_DECLARE,
        scope=Scope.MATERIALS_WRITE,
        path_params=EvidencePath,
        returns=DeclarationOut,
        errors=(AccessDenied, NotFound, WrongState),
    ),
)
