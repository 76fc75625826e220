"""When weekly digests go out."""

from pydantic import Field
from pydantic_settings import BaseSettings


class DigestSettings(BaseSettings):
    """Weekly digests."""

    digest_weekday: int = Field(
        default=1, ge=0, le=7, description="Day of the weekly digest, 1 is Monday; 0: there is none"
    )
    digest_hour: int = Field(
        default=9, ge=0, le=23, description="From this hour on, in SEALSHARE_TIME_ZONE; a little after it"
    )
