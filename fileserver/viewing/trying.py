"""Trying a look on: a page of a version, sealed to the employee who asks, marked as a share would be."""

from uuid import UUID

from aiohttp import web
from pydantic import Field

from compliance.exit import DeskGate, Piece, PieceKind, Trial
from fileserver.http.call import Call
from fileserver.http.schemas import Input
from fileserver.i18n import translate
from fileserver.looks import LookIn, look_in
from fileserver.viewing.delivery import send
from watermark.look import PresetName

PAGE_MAX = 100_000
SAMPLE_PHONE_TAIL = "0000"


class TrialIn(Input):
    """A look to be tried on."""

    version_id: UUID = Field(description="The version whose page is shown")
    page: int = Field(default=1, ge=1, le=PAGE_MAX, description="Which page of it")
    watermark: PresetName = Field(default="standard", description="The preset to begin with")
    look: LookIn | None = Field(default=None, description="Changes to the preset")


async def preview_look(call: Call[TrialIn]) -> web.StreamResponse:
    """The page as a viewer would get it, with the employee's name, and stand-ins for clinic and phone."""
    wanted = call.body
    trial = Trial(
        look=look_in(wanted.watermark, wanted.look),
        clinic_name=translate(call.language, "look-sample-clinic"),
        phone_tail=SAMPLE_PHONE_TAIL,
    )
    gate = DeskGate(wanted.version_id, call.signed_in.person_id, trial)
    piece = Piece(kind=PieceKind.PAGE, page=wanted.page)
    return await send(call.request, await call.services.exit.release(gate, piece, call.trail))
