"""How people sign in, for how long, and the server that takes mail."""

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from fileserver.config.names import variable_of
from fileserver.config.values import RoleLimits, SmtpTls


class SignInSettings(BaseSettings):
    """Sessions by role, and mail."""

    session_limits: RoleLimits = Field(
        default=(),
        description="Shorter or longer sessions by role, separated by commas: role=idle/absolute in seconds, such as "
        "admin=1800/28800; without a line for a role, SEALSHARE_SESSION_IDLE_S and SEALSHARE_SESSION_ABSOLUTE_S count",
    )
    directory_leavers_max_percent: int = Field(
        default=10,
        ge=0,
        le=100,
        description="Of the accounts that WeCom's directory knows, so many may be shut out by one comparison (three in "
        "any case); more wait for an administrator",
    )
    break_glass_minutes_max: int = Field(
        default=30, ge=1, le=240, description="For how many minutes an administrator may break the glass at once"
    )
    smtp_host: str | None = Field(default=None, description="SMTP server for mail with one-time codes; none: no mail")
    smtp_port: int = Field(default=587, gt=0, le=65535, description="Its port")
    smtp_tls: SmtpTls = Field(
        default=SmtpTls.STARTTLS,
        description="starttls, tls (from the first byte, usually port 465), or none: unencrypted, for a server on this "
        "machine only",
    )
    smtp_user: str | None = Field(default=None, description="User at the SMTP server; none: it asks for none")
    smtp_password: SecretStr | None = Field(default=None, description="Password of that user")
    mail_from: str | None = Field(default=None, description="Address that mail comes from")

    @field_validator("mail_from")
    @classmethod
    def _complete_mail(cls, value: str | None, info: ValidationInfo) -> str | None:
        if (value is None) != (info.data.get("smtp_host") is None):
            needed = ("smtp_host", "mail_from")
            raise ValueError(f"all of these are needed, or none: {', '.join(map(variable_of, needed))}")
        return value
