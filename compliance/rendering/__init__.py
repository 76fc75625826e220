"""Rendering and sealing off the event loop, in processes that hostile files may break."""

from compliance.rendering.limits import RenderLimits
from compliance.rendering.renderer import Renderer
from compliance.rendering.replies import FullImage, PreparedPage, RawPage, TemplateMade
from compliance.rendering.sealer import BaseOf, Seal, Sealer
from watermark.media_types import SEALABLE_MEDIA_TYPES

__all__ = [
    "SEALABLE_MEDIA_TYPES",
    "BaseOf",
    "FullImage",
    "PreparedPage",
    "RawPage",
    "RenderLimits",
    "Renderer",
    "Seal",
    "Sealer",
    "TemplateMade",
]
