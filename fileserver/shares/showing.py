"""A share as the API shows it: what it offers now, with all above it taken into account."""

from compliance.access import Job
from compliance.gating import Lock
from compliance.levels import SealLevel
from compliance.looks import look_of
from compliance.visits import addressees_of
from fileserver.looks import look_out
from fileserver.services import Services
from fileserver.shares.audience import in_order, single
from fileserver.shares.schemas import ShareOut
from fileserver.shares.service import Described, state_of


def share_out(services: Services, share: Described) -> ShareOut:
    """The share for its maker."""
    row, to = share.row, addressees_of(share.standing.addressees)
    return ShareOut(
        id=row.id,
        url=f"{services.config.public_url}/s/{share.token}" if share.token else None,
        token=share.token,
        mini_program_path=f"{services.config.share_page}?scene={share.token}" if share.token else None,
        material_id=row.material_id,
        material_title=share.served.title,
        audience=to.audience,
        clinic_id=single(to.clinics),
        clinic_ids=in_order(to.clinics),
        person_id=single(to.people),
        person_ids=in_order(to.people),
        regions=in_order(to.regions),
        job=single(to.jobs),
        jobs=[each for each in Job if to.jobs and each in to.jobs],
        created_at=row.created_at,
        created_by=share.creator_name,
        expires_at=share.standing.expires_at,
        visits_max=row.visits_max,
        visits_used=row.visits_used,
        viewers_max=row.viewers_max,
        viewers_used=row.viewers_used,
        download=share.standing.download,
        forward_depth_left=share.standing.forward_depth_left,
        depth=row.depth,
        parent_id=row.parent_id,
        watermark=row.watermark,
        look=look_out(look_of(row)),
        seal_level=SealLevel(row.seal_level),
        note=row.note,
        lock=Lock(share.gate.lock) if share.gate else Lock.NONE,
        pledge=share.gate is not None and share.gate.pledge,
        password=share.password,
        revoked_at=row.revoked_at,
        revoked_reason=row.revoked_reason,
        state=state_of(share, services.clock()),
    )
