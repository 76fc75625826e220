"""What the demo brand has on its shelf.

Promises eight materials of every kind the product treats differently: long and odd-shaped PDF, JPEG, PNG, film, and
an Office file that cannot be sealed. `make` draws the bytes anew (seconds at most); a caller who needs them twice
keeps them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fileserver.demo.materials.brochure import brochure
from fileserver.demo.materials.deck import deck_pptx
from fileserver.demo.materials.film import film_mp4
from fileserver.demo.materials.guide import service_guide
from fileserver.demo.materials.posters import poster_jpeg, poster_png, training_poster, waiting_screen

MaterialClass = Literal["public_ad", "in_clinic", "professional_training", "internal"]


@dataclass(frozen=True)
class DemoMaterial:
    """One material: its place in the demo's URLs, its file, its titles, its class, and how its bytes are made."""

    slug: str
    filename: str
    media_type: str
    title_zh: str
    title_en: str
    material_class: MaterialClass
    make: Callable[[], bytes]


PDF, JPEG, PNG, MP4 = "application/pdf", "image/jpeg", "image/png", "video/mp4"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def catalogue() -> tuple[DemoMaterial, ...]:
    """Every material of the demo, the showpiece first."""
    return (
        DemoMaterial(
            "training-handbook", "澄序临床培训手册_2026.pdf", PDF,
            "临床培训手册 2026", "Clinical Training Handbook 2026", "professional_training", brochure,
        ),
        DemoMaterial(
            "institution-poster", "澄序机构海报_竖版.jpg", JPEG,
            "机构海报（竖版）", "Institution poster, portrait", "public_ad", poster_jpeg,
        ),
        DemoMaterial(
            "social-card", "澄序品牌卡片_方形.png", PNG,
            "品牌卡片（方形）", "Brand card, square", "public_ad", poster_png,
        ),
        DemoMaterial(
            "waiting-film", "澄序候诊区短片_循光入序.mp4", MP4,
            "候诊区短片《循光入序》", "Waiting-area film: Light and Order", "in_clinic", film_mp4,
        ),
        DemoMaterial(
            "visitor-guide", "到院服务指南_2026.09.pdf", PDF,
            "到院服务指南", "Visitor guide", "in_clinic", service_guide,
        ),
        DemoMaterial(
            "training-poster", "秋季临床教育日_海报.jpg", JPEG,
            "秋季临床教育日海报", "Autumn clinical education day, poster", "professional_training", training_poster,
        ),
        DemoMaterial(
            "waiting-screen", "候诊提示屏_1920x1080.png", PNG,
            "候诊提示屏", "Waiting-area screen", "in_clinic", waiting_screen,
        ),
        DemoMaterial(
            "regional-plan", "2027年度区域培训计划.pptx", PPTX,
            "2027 年度区域培训计划", "Regional training plan 2027", "internal", deck_pptx,
        ),
    )  # fmt: skip
