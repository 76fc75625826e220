"""What the visits API takes and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.access import MaterialClass
from fileserver.http.schemas import Input, Output
from fileserver.viewing.chats import ChatIn

Token = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class VisitIn(Input):
    """A viewer opens a share."""

    token: Token = Field(description="The last part of the share's link")
    scene: int | None = Field(
        default=None, ge=1000, le=9999, description="WeChat's number of the way in; for figures only"
    )
    chat: ChatIn | None = Field(default=None, description="In which chat the card was opened; for figures only")


class ZoomOut(Output):
    """A page at several times its size, in square tiles; those at the right and lower edges are smaller."""

    level: int
    width_px: int
    height_px: int
    tile_px: int
    url: str = Field(description="Of a tile, with {column} and {row} to be replaced by numbers from 0")


class PageOut(Output):
    """One sealed page; its addresses are good for this visit and some minutes."""

    page: int
    width_px: int
    height_px: int
    url: str
    thumb_url: str
    zooms: list[ZoomOut] = Field(description="What is sharper than `url`, for those who look closely; smallest first")


class VisitOut(Output):
    """A visit: what the viewer may see and where."""

    id: UUID
    share_id: UUID
    title: str
    description: str
    material_class: MaterialClass = Field(serialization_alias="class")
    media_type: str
    status: Literal["ready", "preparing", "not_sealable"] = Field(
        description="`not_sealable`: this kind of file can't be sealed yet, so nobody outside gets it"
    )
    pages: list[PageOut]
    download_url: str | None = Field(description="The sealed file; null when the share offers no download")
    addresses_expire_at: datetime = Field(description="When to read the visit again for fresh addresses")
    reading_seq: int = Field(description="The number of its last beacon: reports of reading go on above it")
    forward_depth_left: int = Field(description="0, too, while all visits or places that it has are taken")
    forward_askable: bool = Field(description="It may not be passed on, and whoever shared it can be asked for that")
    started_at: datetime
    expires_at: datetime


class VisitPath(Input):
    """The visit in a path."""

    visit_id: UUID


class VisitPagePath(Input):
    """A page of a visit."""

    visit_id: UUID
    page: int = Field(ge=1, le=100_000)


class VisitTilePath(Input):
    """A tile of a page of a visit."""

    visit_id: UUID
    page: int = Field(ge=1, le=100_000)
    level: int = Field(ge=2, le=4)
    column: int = Field(ge=0, le=200)
    row: int = Field(ge=0, le=200)


class Address(Input):
    """The signature of a content address."""

    k: str = Field(max_length=3, description="Key id")
    e: str = Field(max_length=12, description="Unix time at which the address ends")
    m: str = Field(max_length=32, description="MAC")


class ForwardOut(Output):
    """A share made by passing one on."""

    id: UUID
    url: str
    token: str
    expires_at: datetime
    forward_depth_left: int


class OpenedOut(Output):
    """A share that the viewer opened."""

    title: str
    opened_at: datetime
    expires_at: datetime
    forward_depth_left: int = Field(description="How many times it may still be passed on, one after the other")
    url: str | None = Field(description="Where it opens again; null once it doesn't")


class ForwardedOut(Output):
    """A link that the viewer passed on. Who opened it is the brand's to see; they see how many."""

    id: UUID
    title: str
    forwarded_at: datetime
    expires_at: datetime
    forward_depth_left: int
    readers: int = Field(description="Other people who opened this very link, each once")
    open: bool


class OwnOut(Output):
    """What is the viewer's own, the newest first."""

    opened: list[OpenedOut]
    forwarded: list[ForwardedOut]


class EvidencePath(Input):
    """The file in a path."""

    evidence_id: UUID


class VersionPath(Input):
    """A version in a path."""

    version_id: UUID


class VersionPagePath(Input):
    """A page of a version."""

    version_id: UUID
    page: int = Field(ge=1, le=100_000)


class VersionTilePath(VersionPagePath):
    """A tile of a page of a version."""

    level: int = Field(ge=2, le=4)
    column: int = Field(ge=0, le=200)
    row: int = Field(ge=0, le=200)
