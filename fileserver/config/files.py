"""Uploads, and what is made of them."""

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from compliance.reading.ocr import Ocr
from fileserver.config.values import DAY_S, ClamdAddress, Jail, MalwareScan, OriginalsBy, Origins, QuotaBytes, Seconds

GIB = 1 << 30
TIB = 1 << 40


class FileSettings(BaseSettings):
    """From upload to what viewers are served."""

    upload_size_max_bytes: int = Field(default=50 * GIB, gt=0, le=5 * TIB, description="Largest upload, at most 5 TiB")
    upload_origins: Origins = Field(
        default=(), description="Origins of pages elsewhere that may upload here with an API token, separated by commas"
    )
    upload_expiry_s: Seconds = Field(default=7 * DAY_S, description="An unfinished upload is dropped after so long")
    upload_quota_person_bytes: QuotaBytes | None = Field(
        default=None, description="How much one person may keep, for whom no other limit was set; none: without limit"
    )
    upload_quota_department_bytes: QuotaBytes | None = Field(
        default=None,
        description="How much a department with all below it may keep, except the brand itself; none: no limit",
    )
    trace_expiry_s: Seconds = Field(
        default=365 * DAY_S,
        description="The file and the pictures of a trace are deleted after so long; its result stays",
    )
    visit_url_lifetime_s: Seconds = Field(default=300, description="A content address under /v/ works for so long")
    originals_by: OriginalsBy = Field(
        default=OriginalsBy.STREAM,
        description="How employees download originals: stream, through this server, or redirect, to an address at the "
        "S3 server that works for seconds for whoever has it; redirect needs SEALSHARE_S3_PUBLIC_URL",
    )
    originals_address_lifetime_s: int = Field(
        default=30, ge=1, le=900, description="With redirect, such an address can be opened for so long"
    )
    renderer_processes: int = Field(default=2, ge=1, le=64, description="Processes that open documents and draw pages")
    sealing_processes: int = Field(default=2, ge=1, le=64, description="Processes that make viewers' copies of pages")
    jail: Jail = Field(
        default=Jail.REQUIRED,
        description="required, or if-possible: then server and worker also start where the kernel has no Landlock "
        "(Linux 5.13), and a process that a file has taken over may read whatever files their user may; or where it "
        "takes no seccomp listener of ours, and such a process may start threads without end",
    )
    office_converter: str | None = Field(
        default=None,
        description="LibreOffice's soffice, with which a worker converts Office files; none: the one on its PATH or in "
        "the usual folders. Without it, Office files are refused with a finding that says so",
    )
    inspecting_processes: int = Field(
        default=1, ge=1, le=16, description="Processes of a worker that look at files: type, archives, what is active"
    )
    clamd: ClamdAddress = Field(
        default=None,
        description="Where ClamAV's clamd listens: host:port, or the path of its Unix socket. Without it, or when it "
        "gives no verdict, a version is not scanned for malware and can't be submitted",
    )
    malware_scan: MalwareScan = Field(
        default=MalwareScan.REQUIRED,
        description="required, or not-required: then versions may go on that no virus scanner has looked at, and each "
        "says so",
    )
    ocr: Ocr = Field(
        default=Ocr.NEEDED,
        description="Which pages a worker looks at for words that only their pictures show: off (each version then "
        "says so), needed (every page of a public advertisement, and pages that may show words beside their text), or "
        "always. It takes seconds a page",
    )

    @field_validator("originals_by")
    @classmethod
    def _reachable(cls, value: OriginalsBy, info: ValidationInfo) -> OriginalsBy:
        if value is OriginalsBy.REDIRECT and info.data.get("s3_public_url") is None:
            raise ValueError("redirect needs SEALSHARE_S3_PUBLIC_URL")
        return value
