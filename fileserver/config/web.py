"""How this server is reached, what it writes down, and how long people stay signed in."""

from ipaddress import ip_network
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from fileserver.config.values import DAY_S, LogFormat, LogLevel, Networks, PublicUrl, Seconds
from fileserver.i18n import Language


class WebSettings(BaseSettings):
    """The server as people and operators meet it."""

    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    public_url: PublicUrl = Field(description="Origin that people's browsers use: https://share.example.com")
    trusted_proxies: Networks = Field(
        default=(), description="Networks of our reverse proxies, whose X-Forwarded-For and X-Request-ID are believed"
    )
    log_format: LogFormat = Field(default=LogFormat.JSON, description="json for machines, console for people")
    log_level: LogLevel = Field(default=LogLevel.INFO, description="Least important line to write")
    metrics_networks: Networks = Field(
        default=(ip_network("127.0.0.0/8"), ip_network("::1/128")), description="Networks that may read /metrics"
    )
    metrics_token: SecretStr | None = Field(default=None, description="Bearer token that opens /metrics from elsewhere")
    worker_metrics_port: int | None = Field(
        default=None,
        gt=0,
        le=65535,
        description="Port where a worker tells its figures; none: a worker listens nowhere",
    )
    brand_name: str = Field(default="SealShare", description="Name shown in the pages", min_length=1, max_length=60)
    brand_logo: Path | None = Field(
        default=None, description="PNG, JPEG or WebP of 2 MB at most in the middle of QR codes; none: SealShare's mark"
    )
    default_language: Language = Field(default=Language.ZH_CN, description="For readers who name none we have")
    session_idle_s: Seconds = Field(default=8 * 3600, description="A session ends after so long without a request")
    session_absolute_s: Seconds = Field(default=7 * DAY_S, description="A session ends so long after sign-in")
