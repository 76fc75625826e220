"""The log, what stands out in it, and who outside is told of its checkpoints."""

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from compliance.retention import DAYS_DEFAULT, DAYS_MIN
from fileserver.config.names import variable_of
from fileserver.config.values import (
    DAY_S,
    Count,
    Listed,
    OnConflict,
    RetentionDays,
    Seconds,
    TimeZone,
    WebAddresses,
    Window,
    Witnesses,
)

GIB = 1 << 30

BUCKET_NEEDS = ("_endpoint_url", "_access_key", "_secret_key")


class LedgerSettings(BaseSettings):
    """The log and its tree."""

    log_retention_days: RetentionDays = Field(
        default=DAYS_DEFAULT,
        description=f"Entries of the log are kept for so many days after their material ended, at least {DAYS_MIN}; "
        "then they are pruned, and proofs stay valid",
    )
    ledger_origin: str | None = Field(
        default=None,
        description="Name of the log in its checkpoints, for ever the one of the first start; none: host of the public "
        "URL and /ledger",
        max_length=200,
        pattern=r"^[^\s+]+$",
    )
    ledger_stall_limit_s: Seconds = Field(
        default=30, description="Nothing of a material leaves while events wait longer for their place in the ledger"
    )
    trail_review_period_s: Seconds = Field(
        default=30 * DAY_S, description="The log is to be reviewed and signed off at least once in so long"
    )
    time_zone: TimeZone = Field(
        default="Asia/Shanghai", description="By whose clock it is night, by its IANA name; days and pages are China's"
    )
    night_from_hour: int = Field(default=23, ge=0, le=23, description="Night begins at this full hour")
    night_to_hour: int = Field(default=6, ge=0, le=23, description="Night ends at this full hour")
    anomaly_night_downloads: Count = Field(default=3, description="So many downloads in a night stand out")
    anomaly_copies: Count = Field(default=20, description="So many visits and downloads in little time stand out")
    anomaly_copies_within_s: Window = Field(default=600, description="How little time that is, at most a day")
    anomaly_materials: Count = Field(default=15, description="So many different materials in little time stand out")
    anomaly_materials_within_s: Window = Field(default=3600, description="How little time that is, at most a day")
    anomaly_denials: Count = Field(default=5, description="So many refusals in a row stand out")
    anomaly_taken_bytes: int = Field(
        default=5 * GIB, gt=0, description="So many bytes taken by one person within a day stand out"
    )
    anomaly_log_exports: Count = Field(default=10, description="So many exports of the log within a day stand out")
    ledger_witnesses: Witnesses = Field(
        default=(),
        description="Witnesses that cosign the log's growth, separated by commas: each is the key that `sealshare "
        "witness init` prints, a space, and the address",
    )
    ledger_witness_quorum: int = Field(
        default=0,
        ge=0,
        description="Nothing of a material leaves unless so many witnesses cosigned lately; 0: they being away is only "
        "told of",
    )
    ledger_witness_age_max_s: Seconds = Field(default=300, description="How long ago that may be")
    ledger_folders: Listed = Field(
        default=(), description="Folders on disks of somebody else that checkpoints are written to, separated by commas"
    )
    ledger_webhooks: WebAddresses = Field(
        default=(), description="Addresses that checkpoints are sent to by POST, separated by commas"
    )
    ledger_webhook_token: SecretStr | None = Field(default=None, description="Bearer token to send with them")
    ledger_bucket: str | None = Field(
        default=None, description="Bucket with object lock that checkpoints are written to", min_length=3
    )
    ledger_bucket_endpoint_url: str | None = Field(default=None, description="Base address of its S3 server")
    ledger_bucket_access_key: SecretStr | None = Field(default=None, description="Its access key id")
    ledger_bucket_secret_key: SecretStr | None = Field(default=None, description="Its secret access key")
    ledger_bucket_region: str = Field(default="us-east-1", description="Its region", validate_default=True)
    ledger_bucket_retention_days: int = Field(
        default=1095, ge=1, le=36_500, description="For so long nobody can delete a checkpoint in it"
    )
    ledger_tell_every_s: Seconds = Field(
        default=30, le=3600, description="Witnesses and the other places are told of the newest checkpoint this often"
    )
    ledger_conflict: OnConflict = Field(
        default=OnConflict.REFUSE,
        description="While a witness or an archive knows another ledger than this one, as after an old database was "
        "restored: refuse, nothing of a material leaves and no process starts, or alarm, it is only told of",
    )

    @field_validator("ledger_witness_quorum")
    @classmethod
    def _reachable_quorum(cls, value: int, info: ValidationInfo) -> int:
        if value > len(info.data.get("ledger_witnesses", ())):
            raise ValueError("there are fewer witnesses (SEALSHARE_LEDGER_WITNESSES)")
        return value

    @field_validator("ledger_bucket_region")
    @classmethod
    def _complete_bucket(cls, value: str, info: ValidationInfo) -> str:
        given = [info.data.get(f"ledger_bucket{name}") is not None for name in ("", *BUCKET_NEEDS)]
        if any(given) and not all(given):
            names = ", ".join(variable_of(f"ledger_bucket{name}") for name in ("", *BUCKET_NEEDS))
            raise ValueError(f"all of these are needed, or none: {names}")
        return value

    @property
    def cosigned_within_s(self) -> float | None:
        """How much older than the newest a cosigned checkpoint may be that is shown instead; None: no witnesses."""
        return float(self.ledger_witness_age_max_s) if self.ledger_witnesses else None

    @property
    def has_places_outside(self) -> bool:
        """Whether somebody outside is told of checkpoints, and may contradict them."""
        return bool(self.ledger_witnesses or self.ledger_folders or self.ledger_webhooks or self.ledger_bucket)
