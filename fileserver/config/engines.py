"""PostgreSQL, the S3 server, and the key to everything else."""

import base64

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from fileserver.config.values import MasterKey, OtherMasterKey, PublicUrl


class EngineSettings(BaseSettings):
    """Where rows and bytes are."""

    database_url: SecretStr = Field(description="PostgreSQL by URL: postgresql://user:password@host/name")
    s3_endpoint_url: str = Field(description="Base address of the S3 server")
    s3_access_key: SecretStr = Field(description="S3 access key id")
    s3_secret_key: SecretStr = Field(description="S3 secret access key")
    s3_region: str = Field(default="us-east-1", description="Region that requests are signed for")
    s3_bucket: str = Field(default="sealshare", description="Bucket for originals and renditions", min_length=3)
    s3_public_url: PublicUrl | None = Field(
        default=None,
        description="Origin at which browsers and clients reach the S3 server, for uploads straight into it; none: all "
        "bytes come through this server",
    )
    master_key: MasterKey = Field(description="Encrypts all other keys: 32 random bytes in base64")
    master_key_other: OtherMasterKey = Field(
        default=None,
        description="Another master key, which opens what it encrypted and encrypts nothing: for the move from one to "
        "the other",
    )

    @property
    def master_key_bytes(self) -> bytes:
        """The master key itself."""
        return base64.b64decode(self.master_key.get_secret_value())

    @property
    def master_key_other_bytes(self) -> bytes | None:
        """The master key that only opens, if there is one."""
        return base64.b64decode(self.master_key_other.get_secret_value()) if self.master_key_other else None
