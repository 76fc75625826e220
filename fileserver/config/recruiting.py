"""How long a clinic stays with its owner, and how many one may claim."""

from pydantic import Field
from pydantic_settings import BaseSettings


class RecruitSettings(BaseSettings):
    """Recruiting."""

    clinic_protection_days: int = Field(
        default=90, ge=7, le=3650, description="A clinic without activity for so long goes back to the pool"
    )
    clinic_claims_max: int = Field(
        default=200, ge=1, le=10_000, description="How many clinics somebody may hold and still claim one from the pool"
    )
    invitation_page: str = Field(
        default="pages/invite/index", max_length=128, description="The mini-program's page that invitations open"
    )
